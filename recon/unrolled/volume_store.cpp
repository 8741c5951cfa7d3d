#include "recon/unrolled/volume_store.h"

namespace tessera {

struct VolumeStore::HostVolume {
    HostVolume(Device where, Shape const& extents) : device(where), shape(extents) {
        memory = backend::allocate_pinned(device, bytes());
        if (!memory) throw OutOfMemory("host (pinned)", bytes(), 0, 0, 0);
    }
    HostVolume(HostVolume const&) = delete;
    HostVolume& operator=(HostVolume const&) = delete;
    ~HostVolume() { backend::deallocate_pinned(device, memory); }

    std::size_t bytes() const { return static_cast<std::size_t>(shape.size()) * sizeof(complex); }

    Device device;
    Shape shape;
    void* memory;
};

VolumeStore::VolumeStore(Context const& context, CheckpointPlace place) : context_(context), place_(place) {
    if (place_ == CheckpointPlace::host) copies_ = backend::create_stream(context.device());
}

VolumeStore::~VolumeStore() {
    if (place_ == CheckpointPlace::device) return;
    try {
        backend::synchronize(copies_);
    } catch (...) { // an earlier error, which is being reported
    }
    backend::destroy_stream(copies_);
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
    host_.push_back(std::make_unique<HostVolume>(context_.device(), x.shape()));
    backend::wait(copies_, context_.stream());
    backend::copy(copies_, host_.back()->memory, Device::cpu, x.data(), x.device(), x.bytes());
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
    backend::synchronize(copies_); // nothing may still read what is freed
    host_.pop_back();
}

} // namespace tessera
