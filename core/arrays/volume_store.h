// Volumes that wait for their use: between unrolls, for the backward pass; of earlier iterations, for acceleration.
#pragma once

#include "core/arrays/tensor.h"

#include <memory>
#include <string_view>
#include <vector>

namespace tessera {

enum class CheckpointPlace {
    device,
    host ///< pinned memory of a pool that all steps share, copied while the device computes: the device's memory does not grow with the number of unrolls
};
constexpr std::array<std::string_view, 2> config_names(CheckpointPlace) { return {"device", "host"}; }

/// A stack of volumes of one context, kept where they were made or in host memory.
/// One thread at a time.
class VolumeStore {
public:
    VolumeStore(Context const& context, CheckpointPlace place);
    ~VolumeStore();
    VolumeStore(VolumeStore const&) = delete;
    VolumeStore& operator=(VolumeStore const&) = delete;

    /// Keeps x, which must not be changed from now on. Throws OutOfMemory.
    void push(Tensor<complex> const& x);
    /// Volume i: itself, or a copy on the device that later work of its stream waits for.
    Tensor<complex> get(std::size_t i);
    /// Keeps x in the place of volume i, of the same shape.
    void replace(std::size_t i, Tensor<complex> const& x);
    /// Lets go of the volume that was pushed last and is being copied, which later work of its stream then waits for.
    void settle();
    /// Forgets the last volume.
    void pop();
    std::size_t size() const { return place_ == CheckpointPlace::device ? kept_.size() : host_.size(); }

private:
    struct HostVolume;
    void send(Tensor<complex> const& x, HostVolume const& to);

    Context context_;
    CheckpointPlace place_;
    std::vector<Tensor<complex>> kept_;
    std::vector<std::unique_ptr<HostVolume>> host_;
    Stream copies_{};         // beside the context's own stream
    Tensor<complex> leaving_; // being copied to the host
};

} // namespace tessera
