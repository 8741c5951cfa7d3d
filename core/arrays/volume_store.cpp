#include "core/arrays/volume_store.h"

#include "core/device/pinned_pool.h"

namespace tessera {

// One buffer of the context's pool.
struct VolumeStore::HostVolume {
    HostVolume(Context const& context, Shape const& extents)
        : pool(context.resource<PinnedPool>()), shape(extents), memory(pool.take(context, bytes())) {}
    HostVolume(HostVolume const&) = delete;
    HostVolume& operator=(HostVolume const&) = delete;
    ~HostVolume() { pool.give_back(memory, bytes()); }

    std::size_t bytes() const { return static_cast<std::size_t>(shape.size()) * sizeof(complex); }

    PinnedPool& pool;
    Shape shape;
    void* memory;
};

VolumeStore::VolumeStore(Context const& context, CheckpointPlace place) : context_(context), place_(place) {
    if (place_ == CheckpointPlace::host) copies_ = context.resource<PinnedPool>().copies();
}

VolumeStore::~VolumeStore() {
    try {
        settle();   // what leaves may be freed when its copy has ended
    } catch (...) { // an earlier error, which is being reported
    }
}

// The tensor that leaves may be freed once the context's stream waits for the copy.
void VolumeStore::settle() {
    if (leaving_.size() == 0) return;
    backend::wait(context_.stream(), copies_);
    leaving_ = {};
}

void VolumeStore::push(Tensor<complex> const& x) {
    if (place_ == CheckpointPlace::device) {
        kept_.push_back(x);
        return;
    }
    settle();
    host_.push_back(std::make_unique<HostVolume>(context_, x.shape()));
    send(x, *host_.back());
}

void VolumeStore::replace(std::size_t i, Tensor<complex> const& x) {
    if (place_ == CheckpointPlace::device) {
        kept_.at(i) = x;
        return;
    }
    auto const& to = *host_.at(i);
    require(to.shape == x.shape(), "volume store: shape {} in the place of {}", x.shape().str(), to.shape.str());
    settle();
    send(x, to);
}

void VolumeStore::send(Tensor<complex> const& x, HostVolume const& to) {
    backend::wait(copies_, context_.stream());
    backend::copy(copies_, to.memory, Device::cpu, x.data(), x.device(), x.bytes());
    if (context_.device() == Device::cuda) leaving_ = x; // elsewhere the copy is already there
}

Tensor<complex> VolumeStore::get(std::size_t i) {
    if (place_ == CheckpointPlace::device) return kept_.at(i);
    settle();
    auto const& from = *host_.at(i);
    Tensor<complex> x(context_, from.shape);
    backend::wait(copies_, context_.stream()); // the memory of x is there from this point of the stream on
    backend::copy(copies_, x.data(), x.device(), from.memory, Device::cpu, x.bytes());
    backend::wait(context_.stream(), copies_);
    return x;
}

void VolumeStore::pop() {
    if (place_ == CheckpointPlace::device) return kept_.pop_back();
    settle();
    host_.pop_back(); // copies stay in order: whoever gets its buffer next writes it later
}

} // namespace tessera
