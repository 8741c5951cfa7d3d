#include "recon/unrolled/blockwise.h"

#include "core/arrays/vector_ops.h"
#include "kernels/arrays/copy_box.h"
#include "nn/complex_channels.h"

namespace tessera {
namespace {

Shape shape_of(Box const& box) {
    auto const n = box.extent();
    return {n[0], n[1], n[2]};
}

// Voxels `box` of a volume that starts at from_low, to a volume that starts at to_low.
void copy_box(Box const& box, Tensor<complex> const& from, Matrix const& from_low, Tensor<complex> const& to, Matrix const& to_low,
    bool add = false) {
    CopyBox k{from.view<3>(), {}, to.view<3>(), {}, {}, add};
    for (int d = 0; d < 3; ++d) {
        k.from_at[d] = box.low[d] - from_low[d];
        k.to_at[d] = box.low[d] - to_low[d];
        k.extent[d] = box.high[d] - box.low[d];
    }
    enqueue(to.stream(), k);
}

// The voxels `box` of a volume that starts at `low`.
Tensor<complex> cut(Tensor<complex> const& volume, Box const& box, Matrix const& low = {}) {
    Tensor<complex> patch(volume.context(), shape_of(box));
    copy_box(box, volume, low, patch, box.low);
    return patch;
}

} // namespace

void Blockwise::forward(Tensor<complex> const& x, Tensor<complex> const& z) const {
    require(x.data() != z.data(), "blockwise: the result would overwrite voxels that other blocks still read");
    for (auto const& block : partition.blocks()) {
        Tape tape(Tape::Mode::skip);
        auto const patch = network.forward(tape, Var(as_channels(cut(x, block.read)))).release();
        copy_box(block.core, as_complex(patch), block.read.low, z, {});
    }
}

double Blockwise::backward(Tensor<complex> const& x, Tensor<complex> const& gz, Tensor<complex> const& gx,
    Tensor<complex> const& probe) const {
    require(gz.data() != gx.data(), "blockwise: the gradient of the input would overwrite that of the output");
    double sum = 0;
    for (auto const& block : partition.blocks()) {
        Tape tape;
        Var const patch(as_channels(cut(x, block.read)));
        auto const input = gx.size() > 0 ? tape.variable(patch.value()) : patch;
        auto output = network.forward(tape, input);
        if (probe.size() > 0) sum += dot(cut(probe, block.core), cut(as_complex(output.value()), block.core, block.read.low)).re;
        auto gradient = Tensor<complex>::zeros(x.context(), shape_of(block.read)); // what the halo would have had is not kept
        copy_box(block.core, gz, {}, gradient, block.read.low);
        tape.backward(output, as_channels(std::exchange(gradient, {})));
        if (gx.size() > 0) copy_box(block.read, as_complex(input.slot().take()), block.read.low, gx, {}, true);
    }
    return sum;
}

} // namespace tessera
