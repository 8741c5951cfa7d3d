#include "nn/convolution/slabs.h"

#include <algorithm>

namespace tessera::convolution {
namespace {

struct Range {
    index_t begin, end;
    index_t size() const { return end - begin; }
};

// Planes of the output that a slab is responsible for, the planes of the input that belong to them, and a convolution of its own, which
// has `reach` more planes of the output on either side. Its input begins at a multiple of the stride, so that the two fit.
struct Slab {
    Range out, in;             // its own planes
    Range piece_out, piece_in; // those of the convolution
    ConvolutionShape piece;

    Slab(ConvolutionShape const& s, Range own, index_t reach) : out(own), piece(s) {
        index_t const planes = s.output()[0];
        auto const input_of = [&](Range o) { return Range{o.begin * s.stride, std::min(o.end * s.stride, s.input[0])}; };
        in = input_of(out);
        piece_out = {std::max<index_t>(0, out.begin - reach), std::min(planes, out.end + reach)};
        piece_in = input_of(piece_out);
        piece.input[0] = piece_in.size();
    }
};

Tensor<real> planes(Tensor<real> const& map, Range r) { return map.slice(r.begin, r.end); }
Tensor<real> like(Tensor<real> const& map, index_t planes) { return {map.context(), map.shape().tail().prepended(planes)}; }
// Planes of the whole map, counted from the beginning of a piece of it.
Range within(Range r, Range piece) { return {r.begin - piece.begin, r.end - piece.begin}; }

bool fits(Library const& library, ConvolutionShape const& s) {
    auto const elements = [](Matrix const& m, index_t channels) { return m[0] * m[1] * m[2] * channels; };
    return std::max(elements(s.input, s.in), elements(s.output(), s.out)) <= library.most_elements;
}

// Calls f(slab) for all slabs.
template <class F> void each_slab(Library const& library, ConvolutionShape const& s, F const& f) {
    auto const m = s.output();
    // An output plane p reads inputs stride p - pad ... stride p + pad, which belong to planes at most so far away.
    index_t const pad = (s.filter - 1) / 2, reach = (pad + s.stride - 1) / s.stride;
    index_t const plane = std::max(s.stride * s.input[1] * s.input[2] * s.in, m[1] * m[2] * s.out);
    require((1 + 2 * reach) * plane <= library.most_elements,
        "convolution: {} planes of {} elements each do not fit {} elements, the most that the library takes", 1 + 2 * reach, plane,
        library.most_elements);
    index_t const thickness = std::max<index_t>(1, library.most_elements / 8 / plane - 2 * reach);
    for (index_t begin = 0; begin < m[0]; begin += thickness) f(Slab(s, {begin, std::min(begin + thickness, m[0])}, reach));
}

} // namespace

void forward(Library const& library, ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias,
    Tensor<real> const& y) {
    if (fits(library, s)) return library.forward(s, x, w, bias, y);
    each_slab(library, s, [&](Slab const& slab) {
        auto const piece = like(y, slab.piece_out.size());
        library.forward(slab.piece, planes(x, slab.piece_in), w, bias, piece);
        planes(y, slab.out).copy_from(planes(piece, within(slab.out, slab.piece_out)));
    });
}

void backward_data(Library const& library, ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy,
    Tensor<real> const& gx) {
    if (fits(library, s)) return library.backward_data(s, w, gy, gx);
    each_slab(library, s, [&](Slab const& slab) {
        auto const piece = like(gx, slab.piece_in.size());
        library.backward_data(slab.piece, w, planes(gy, slab.piece_out), piece);
        planes(gx, slab.in).copy_from(planes(piece, within(slab.in, slab.piece_in)));
    });
}

void backward_weights(Library const& library, ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy,
    Tensor<real> const& gw, Tensor<real> const& gbias) {
    if (fits(library, s)) return library.backward_weights(s, x, gy, gw, gbias);
    each_slab(library, s, [&](Slab const& slab) {
        auto const piece = like(gy, slab.piece_out.size());
        piece.zero(); // what is another slab's counts there
        planes(piece, within(slab.out, slab.piece_out)).copy_from(planes(gy, slab.out));
        library.backward_weights(slab.piece, planes(x, slab.piece_in), piece, gw, gbias);
    });
}

} // namespace tessera::convolution
