#include "recon/metrics/image_quality.h"

#include "recon/metrics/checks.h"

#include <array>
#include <limits>

namespace tessera {

using namespace metrics;

namespace {

// Replaces each voxel by pick(neighbour, neighbour) over the 3 x 3 x 3 box around it, one axis after another.
template <class Pick> void over_neighbours(Tensor<real> const& volume, Pick const& pick) {
    Shape const& s = volume.shape();
    real* const v = volume.host().data();
    std::array<index_t, 3> const stride{s[1] * s[2], s[2], 1};
    for (int axis = 0; axis < 3; ++axis) {
        index_t const n = s[axis], step = stride[static_cast<std::size_t>(axis)];
#pragma omp parallel for schedule(static)
        for (index_t line = 0; line < volume.size() / n; ++line) {
            real* const first = v + line / step * step * n + line % step;
            real before = first[0]; // the old value of the voxel behind
            for (index_t i = 0; i < n; ++i) {
                real& here = first[i * step];
                real const next = i + 1 < n ? first[(i + 1) * step] : here, old = here;
                here = pick(here, pick(before, next));
                before = old;
            }
        }
    }
}

void dilate(Tensor<real> const& mask) {
    over_neighbours(mask, [](real a, real b) { return std::max(a, b); });
}
void erode(Tensor<real> const& mask) {
    over_neighbours(mask, [](real a, real b) { return std::min(a, b); });
}

bool touches_face(index_t i, index_t n, index_t core) { return (i > 0 && i % core == 0) || (i + 1 < n && (i + 1) % core == 0); }

bool close_to_face(index_t i, index_t n, index_t core) {
    for (index_t d = 1; d <= 3; ++d)
        if ((i >= d && touches_face(i - d, n, core)) || (i + d < n && touches_face(i + d, n, core))) return true;
    return false;
}

/// Error energy and number of voxels, of those that touch a face and of their neighbours inside the patches.
struct SeamSums {
    double at_faces = 0, faces = 0, inside = 0, others = 0;
    SeamSums& operator+=(SeamSums const& b) {
        at_faces += b.at_faces, faces += b.faces, inside += b.inside, others += b.others;
        return *this;
    }
};

} // namespace

ImageQuality quality(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    ImageQuality q;
    if (image.context().rehearses()) {
        auto const scaled = image.clone();
        return q;
    }
    q.scale = fit_scale(image, reference, mask);
    auto const scaled = image.clone();
    for (real& x : scaled.host()) x = static_cast<real>(q.scale * double(x));
    q.nrmse = nrmse(scaled, reference, mask);
    q.psnr = psnr(scaled, reference, mask);
    q.ssim = ssim(scaled, reference, mask);
    q.ssim_2d = ssim_2d(scaled, reference, mask);
    q.hfen = hfen(scaled, reference, mask);
    q.data_range = maximum("quality", reference, mask);
    return q;
}

std::string summary(ImageQuality const& q) {
    return fmt::format("NRMSE {:.4f}  PSNR {:.2f} dB  SSIM {:.4f}  HFEN {:.4f}", q.nrmse, q.psnr, q.ssim, q.hfen);
}

double robust_maximum(Tensor<real> const& magnitude) {
    std::vector<real> values;
    for (real const v : magnitude.host())
        if (v > 0 && std::isfinite(v)) values.push_back(v);
    if (values.empty()) return 0;
    auto const at = values.begin() + static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

Tensor<real> object_mask(Tensor<real> const& reference) {
    require(reference.shape().rank() == 3, "object_mask: expected a volume [z, y, x], found shape {}", reference.shape().str());
    if (reference.context().rehearses()) return reference.clone();
    double const threshold = 0.05 * robust_maximum(reference);
    require(threshold > 0, "object_mask: the reference is zero");
    auto const mask = reference.clone();
    for (real& v : mask.host()) v = v > threshold ? real(1) : real(0);
    dilate(mask); // grown ...
    dilate(mask); // ... and closed
    erode(mask);
    return mask;
}

double seam_ratio(Tensor<real> const& error, Matrix const& core, Mask const& mask) {
    if (error.context().rehearses()) return 1;
    check("seam_ratio", error, error, mask);
    require(error.shape().rank() == 3, "seam_ratio: expected a volume [z, y, x], found shape {}", error.shape().str());
    require(*std::min_element(core.begin(), core.end()) > 0, "seam_ratio: patches of {} x {} x {} voxels", core[0], core[1], core[2]);
    index_t const nz = error.shape()[0], ny = error.shape()[1], nx = error.shape()[2];
    real const *const e = error.host().data(), *const m = data(mask);
    auto const sums = sum(error.size(), [&](index_t i) {
        index_t const z = i / (ny * nx), y = i / nx % ny, x = i % nx;
        double const w = weight(m, i), energy = w * square(e[i]);
        bool const face = touches_face(z, nz, core[0]) || touches_face(y, ny, core[1]) || touches_face(x, nx, core[2]);
        if (face) return SeamSums{energy, w, 0, 0};
        bool const close = close_to_face(z, nz, core[0]) || close_to_face(y, ny, core[1]) || close_to_face(x, nx, core[2]);
        return close ? SeamSums{0, 0, energy, w} : SeamSums{};
    });
    if (sums.faces == 0 || sums.others == 0 || sums.at_faces + sums.inside == 0) return 1;
    if (sums.inside == 0) return std::numeric_limits<double>::infinity();
    return std::sqrt(sums.at_faces / sums.faces / (sums.inside / sums.others));
}

} // namespace tessera
