// The networks that may regularise, chosen and sized by the configuration.
#pragma once

#include "core/config.h"
#include "nn/parameter.h"
#include "nn/tape.h"

#include <memory>

namespace tessera {

/// How far a network sees. An output voxel depends on input voxels within `radius` along each axis. Cut out of a volume at
/// multiples of `alignment`, a box gives the same output as the volume does, except within `radius` of the cuts.
struct Reach {
    index_t radius = 0, alignment = 1;
};

/// A network from feature maps [z, y, x, in] to [z, y, x, out] of equal matrix, whatever it is.
class Network {
public:
    virtual ~Network() = default;
    virtual Var forward(Tape& tape, Var const& x) const = 0;
    virtual Reach reach() const = 0;
};

} // namespace tessera
