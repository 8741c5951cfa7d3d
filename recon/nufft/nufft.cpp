#include "recon/nufft/nufft.h"

#include "core/fft/padded_fft.h"
#include "core/terminal/interrupt.h"
#include "recon/nufft/sorted_trajectory.h"

#include <cmath>
#include <map>

namespace tessera {
namespace {

// At 1e-3, 1.5 (5 cells) costs the least with 8 coils and about one sample a voxel. With one coil or many samples a voxel 2 is
// faster, but its grid is 2.4 times larger (docs/benchmarks.md).
constexpr double kDefaultOversampling = 1.5;

// Undoes the kernel's attenuation over the volume, and carries the unitary scale.
std::array<std::vector<real>, 3> deapodisation(Matrix const& matrix, Matrix const& grid, GriddingKernel const& kernel) {
    std::array<std::vector<real>, 3> weights;
    for (int d = 0; d < 3; ++d)
        for (index_t i = 0; i < matrix[d]; ++i) {
            index_t const from_centre = i - matrix[d] / 2;
            double const frequency = static_cast<double>(from_centre) / static_cast<double>(grid[d]);
            double const attenuation = grid[d] == 1 ? 1.0 : kernel.transform(frequency);
            weights[d].push_back(static_cast<real>(1 / (attenuation * std::sqrt(static_cast<double>(matrix[d])))));
        }
    return weights;
}

Gridder gridder_for(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, NufftConfig const& options) {
    double const oversampling = oversampling_of(options);
    return {context, matrix, trajectory, GriddingKernel(options.accuracy, oversampling), oversampling};
}

} // namespace

double oversampling_of(NufftConfig const& config) { return config.oversampling.value_or(kDefaultOversampling); }

SortedTrajectory::SortedTrajectory(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, NufftConfig const& options)
    : SortedTrajectory(context.host(), matrix, gridder_for(context, matrix, trajectory, options).to(context.host())) {}
SortedTrajectory::SortedTrajectory(Context const& host, Matrix const& matrix, Gridder gridder)
    : host_(host), matrix_(matrix), gridder_(std::move(gridder)) {}

SortedTrajectory SortedTrajectory::part(PointSelection const& chosen) const { return {host_, matrix_, gridder_.part(host_, chosen)}; }

struct Nufft::Plan {
    Context context;
    Matrix matrix;
    index_t coils_per_pass;
    Gridder gridder;
    std::array<std::vector<real>, 3> weights;
    std::map<index_t, PaddedFft> transforms; // made on first use, by the number of coils of a pass

    Plan(Context const& c, Matrix const& m, Gridder sorted, index_t coils)
        : context(c), matrix(m), coils_per_pass(coils), gridder(std::move(sorted)),
          weights(deapodisation(m, gridder.grid(), gridder.kernel())) {
        require(coils_per_pass >= 1, "nufft: coils_per_pass is {}, expected at least 1", coils_per_pass);
    }

    PaddedFft const& transform(index_t coils) {
        auto const found = transforms.find(coils);
        return found != transforms.end()
            ? found->second
            : transforms.emplace(coils, PaddedFft(context, matrix, gridder.grid(), coils, weights)).first->second;
    }

    // Not kept between calls: it is several volumes, and CG on a convolution never needs it again.
    Tensor<complex> grid(index_t coils) const {
        auto const [z, y, x] = gridder.grid();
        return {context, {z, y, x, coils}};
    }

    void check(Tensor<complex> const& volumes, Tensor<complex> const& kspace) const {
        require(volumes.shape().rank() == 4 && volumes.shape().tail() == Shape{matrix[0], matrix[1], matrix[2]},
            "nufft: volumes of shape {}, expected [coil, {}, {}, {}]", volumes.shape().str(), matrix[0], matrix[1], matrix[2]);
        index_t const coils = volumes.shape()[0];
        require(kspace.shape().rank() >= 2 && kspace.shape()[0] == coils && kspace.size() == coils * gridder.points(),
            "nufft: k-space of shape {} for {} coils and {} points", kspace.shape().str(), coils, gridder.points());
        require(volumes.context() == context && kspace.context() == context, "nufft: volumes and k-space must live in the plan's context");
    }

    // Calls f(transform, grid, volumes, samples) for one pass of coils after the other.
    template <class F> void passes(Tensor<complex> const& volumes, Tensor<complex> const& kspace, F const& f) {
        check(volumes, kspace);
        index_t const coils = volumes.shape()[0];
        auto const samples = kspace.reshape({coils, gridder.points()});
        for (index_t first = 0; first < coils;) {
            interruption_point();
            index_t const n = Gridder::coils_of_pass(coils - first, coils_per_pass);
            f(transform(n), grid(n), volumes.slice(first, first + n), samples.slice(first, first + n));
            first += n;
        }
    }
};

Nufft::Nufft(Context const& context, Matrix matrix, Tensor<real> const& trajectory, NufftConfig const& options)
    : plan_(std::make_unique<Plan>(context, matrix, gridder_for(context, matrix, trajectory, options), options.coils_per_pass)) {}
Nufft::Nufft(Context const& context, SortedTrajectory const& sorted, PointSelection const& chosen, index_t coils_per_pass)
    : plan_(std::make_unique<Plan>(context, sorted.matrix(), sorted.gridder().part(context, chosen), coils_per_pass)) {}
Nufft::~Nufft() = default;
Nufft::Nufft(Nufft&&) noexcept = default;
Nufft& Nufft::operator=(Nufft&&) noexcept = default;

Context const& Nufft::context() const { return plan_->context; }
Matrix Nufft::matrix() const { return plan_->matrix; }
index_t Nufft::points() const { return plan_->gridder.points(); }

void Nufft::forward(Tensor<complex> const& volumes, Tensor<complex> const& kspace) const {
    plan_->passes(volumes, kspace,
        [&](PaddedFft const& fft, Tensor<complex> const& grid, Tensor<complex> const& x, Tensor<complex> const& y) {
            fft.forward(x, grid);
            plan_->gridder.interpolate(grid, y);
        });
}

void Nufft::adjoint(Tensor<complex> const& kspace, Tensor<complex> const& volumes) const {
    plan_->passes(volumes, kspace,
        [&](PaddedFft const& fft, Tensor<complex> const& grid, Tensor<complex> const& x, Tensor<complex> const& y) {
            grid.zero();
            plan_->gridder.spread(y, grid);
            fft.adjoint(grid, x);
        });
}

} // namespace tessera
