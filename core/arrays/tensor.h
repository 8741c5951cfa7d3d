// An array on a device.
#pragma once

#include "core/arrays/shape.h"
#include "core/device/backend.h"
#include "core/device/context.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tessera {

namespace storage {
/// Memory of one context, given back when its last tensor ends.
struct Buffer {
    Buffer(Context const& c, std::size_t n) : context(c), bytes(n), memory(c.allocator().allocate(c.stream(), n)) {}
    Buffer(Buffer const&) = delete;
    Buffer& operator=(Buffer const&) = delete;
    ~Buffer() { context.allocator().deallocate(context.stream(), memory, bytes); }

    Context context;
    std::size_t bytes;
    void* memory;
};
/// What a rehearsal reads back: 1 in every number that T is made of.
template <class T> T one() {
    if constexpr (requires { T{1, 1, 1, 1}; })
        return T{1, 1, 1, 1};
    else
        return T{1};
}
} // namespace storage

/// A contiguous row-major array of T in the memory of one context.
///
/// A Tensor is a handle: copying it is cheap and both copies are the same memory; clone() makes new memory.
/// Like a pointer, a const Tensor may still be written through view() and data().
template <class T> class Tensor {
public:
    /// An empty tensor of shape [0] that belongs to no context.
    Tensor() : shape_{0} {}
    /// Uninitialised memory (NaN on the simt device). Throws OutOfMemory.
    Tensor(Context const& context, Shape const& shape)
        : buffer_(std::make_shared<storage::Buffer>(context, static_cast<std::size_t>(shape.size()) * sizeof(T))),
          data_(static_cast<T*>(buffer_->memory)), shape_(shape) {}

    static Tensor zeros(Context const& context, Shape const& shape) {
        Tensor t(context, shape);
        t.zero();
        return t;
    }
    /// Copies host values; throws Error when their number is not the shape's size.
    static Tensor from(Context const& context, Shape const& shape, std::span<T const> values) {
        require(static_cast<index_t>(values.size()) == shape.size(), "tensor: {} values for shape {}", values.size(), shape.str());
        Tensor t(context, shape);
        backend::copy(context.stream(), t.data(), context.device(), values.data(), Device::cpu, values.size_bytes());
        context.synchronize(); // the caller's memory may go away
        return t;
    }

    Shape const& shape() const { return shape_; }
    index_t size() const { return shape_.size(); }
    std::size_t bytes() const { return static_cast<std::size_t>(size()) * sizeof(T); }
    T* data() const { return data_; }
    /// Throws Error for a tensor that belongs to no context.
    Context const& context() const {
        require(buffer_ != nullptr, "tensor: an empty tensor has no context");
        return buffer_->context;
    }
    /// Whether no other tensor shares the memory, so that it may be overwritten.
    bool unique() const { return buffer_.use_count() == 1; }
    Device device() const { return context().device(); }
    Stream stream() const { return context().stream(); }

    /// Host access for cpu and simt tensors; throws Error for memory of a GPU. Not of a temporary, whose memory may end with it.
    std::span<T> host() const&& = delete;
    std::span<T> host() const& {
        require(!buffer_ || device() != Device::cuda, "tensor: memory of a GPU is not readable here (copy it with to_host)");
        return {data_, static_cast<std::size_t>(size())};
    }

    /// The N-dimensional view kernels work on; throws Error when the rank is not N.
    template <int N> View<T, N> view() const {
        require(shape_.rank() == N, "tensor: a view of {} dimensions on shape {}", N, shape_.str());
        View<T, N> v;
        v.data = data_;
        for (int d = 0; d < N; ++d) v.shape[d] = shape_[d];
        return v;
    }
    View<T, 1> flat() const {
        View<T, 1> v;
        v.data = data_;
        v.shape[0] = size();
        return v;
    }

    /// The same memory in another shape of equal size.
    Tensor reshape(Shape const& shape) const {
        require(shape.size() == size(), "tensor: cannot see shape {} as {}", shape_.str(), shape.str());
        Tensor t = *this;
        t.shape_ = shape;
        return t;
    }
    /// The same memory as elements of another type and shape, of equal bytes: complex numbers as pairs of real ones.
    template <class U> Tensor<U> reinterpret(Shape const& shape) const {
        require(static_cast<std::size_t>(shape.size()) * sizeof(U) == bytes(),
            "tensor: cannot see {} bytes as shape {} of {}-byte elements", bytes(), shape.str(), sizeof(U));
        Tensor<U> t;
        t.buffer_ = buffer_;
        t.data_ = reinterpret_cast<U*>(data_);
        t.shape_ = shape;
        return t;
    }
    /// Element i of the first dimension, sharing the memory.
    Tensor operator[](index_t i) const { return slice(i, i + 1).reshape(shape_.tail()); }
    /// Elements [begin, end) of the first dimension, sharing the memory.
    Tensor slice(index_t begin, index_t end) const {
        require(shape_.rank() > 0 && begin >= 0 && begin <= end && end <= shape_[0], "tensor: slice [{}, {}) of shape {}", begin, end,
            shape_.str());
        Tensor t = *this;
        t.data_ = data_ + begin * shape_.tail().size();
        t.shape_ = shape_.tail().prepended(end - begin);
        return t;
    }

    void zero() const {
        if (size()) backend::zero(stream(), data_, bytes());
    }
    /// Copies the values of a tensor of equal shape, from any device.
    void copy_from(Tensor const& other) const {
        require(other.shape_ == shape_, "tensor: cannot copy shape {} into {}", other.shape_.str(), shape_.str());
        if (size() == 0) return;
        if (context().rehearses() || other.context().rehearses()) return;
        Context const& side = device() == Device::cuda ? context() : other.context();
        bool const crosses = !(context() == other.context()); // streams know nothing of each other
        if (crosses) other.context().synchronize();
        backend::copy(side.stream(), data_, device(), other.data_, other.device(), bytes());
        if (crosses) side.synchronize();
    }
    Tensor clone() const {
        Tensor t(context(), shape_);
        t.copy_from(*this);
        return t;
    }
    /// This tensor when it already is in `context`, a copy there otherwise.
    Tensor to(Context const& other) const {
        if (context() == other) return *this;
        Tensor t(other, shape_);
        t.copy_from(*this);
        return t;
    }
    /// The values, copied to the host; waits for the stream.
    std::vector<T> to_host() const {
        std::vector<T> values(static_cast<std::size_t>(size()));
        if (size() && context().rehearses()) return std::vector<T>(values.size(), storage::one<T>());
        if (size()) {
            backend::copy(stream(), values.data(), Device::cpu, data_, device(), bytes());
            context().synchronize();
        }
        return values;
    }

private:
    template <class> friend class Tensor;

    std::shared_ptr<storage::Buffer> buffer_;
    T* data_ = nullptr;
    Shape shape_;
};

} // namespace tessera
