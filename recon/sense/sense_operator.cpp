#include "recon/sense/sense_operator.h"

#include "core/arrays/passes.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/coils.h"

#include <algorithm>

namespace tessera {

SenseOperator::SenseOperator(std::shared_ptr<Nufft const> nufft, CoilMaps maps, Tensor<real> weights,
    std::shared_ptr<Toeplitz const> toeplitz, index_t coils_per_pass)
    : nufft_(std::move(nufft)), maps_(std::move(maps)), weights_(std::move(weights)), toeplitz_(std::move(toeplitz)),
      coils_per_pass_(coils_per_pass) {
    require(nufft_ || toeplitz_, "sense: neither a NUFFT nor a convolution");
    auto const [z, y, x] = nufft_ ? nufft_->matrix() : toeplitz_->matrix();
    require(maps_.shape().tail() == Shape{z, y, x}, "sense: maps of shape {}, expected [coil, {}, {}, {}]", maps_.shape().str(), z, y, x);
    require(weights_.size() == 0 || weights_.size() == codomain()[1], "sense: {} weights for {} points", weights_.size(), codomain()[1]);
    require(coils_per_pass_ >= 1, "sense: coils_per_pass is {}, expected at least 1", coils_per_pass_);
}

// Calls f(first, last, buffer for the coil images of the pass) for at most `at_once` coils a pass.
template <class F> void SenseOperator::passes(index_t at_once, F const& f) const {
    index_t const coils = maps_.shape()[0], most = std::min(coils, at_once);
    Tensor<complex> const buffer(context(), domain().prepended(most));
    in_passes(coils, most, [&](index_t first, index_t last) { f(first, last, buffer.slice(0, last - first)); });
}

void SenseOperator::weigh(Tensor<complex> const& samples) const {
    if (weights_.size()) enqueue(samples.stream(), MultiplyReal{weights_.flat(), samples.view<2>()});
}

void SenseOperator::do_forward(Tensor<complex> const& image, Tensor<complex> const& kspace) const {
    require(nufft_ != nullptr, "sense: an operator of a convolution alone has no k-space");
    passes(coils_per_pass_, [&](index_t first, index_t last, Tensor<complex> const& coils) {
        maps_.expand(image, first, coils);
        nufft_->forward(coils, kspace.slice(first, last));
    });
}

void SenseOperator::do_adjoint(Tensor<complex> const& kspace, Tensor<complex> const& image) const {
    require(nufft_ != nullptr, "sense: an operator of a convolution alone has no k-space");
    passes(coils_per_pass_, [&](index_t first, index_t last, Tensor<complex> const& coils) {
        nufft_->adjoint(kspace.slice(first, last), coils);
        maps_.combine(coils, first, image, first > 0);
    });
}

// samples_of(first, last): those of a pass, a copy in the memory of the context.
template <class F> void SenseOperator::grid_weighted(Tensor<complex> const& image, F const& samples_of) const {
    require(nufft_ != nullptr, "sense: an operator of a convolution alone has no k-space");
    passes(std::min(coils_per_pass_, kCoilsOnce), [&](index_t first, index_t last, Tensor<complex> const& coils) {
        Tensor<complex> const samples = samples_of(first, last);
        weigh(samples);
        nufft_->adjoint(samples, coils);
        maps_.combine(coils, first, image, first > 0);
    });
}

void SenseOperator::weighted_adjoint(Tensor<complex> const& kspace, Tensor<complex> const& image) const {
    grid_weighted(image, [&](index_t first, index_t last) {
        auto const part = kspace.reshape(codomain()).slice(first, last);
        Tensor<complex> samples(context(), part.shape());
        samples.copy_from(part);
        return samples;
    });
}

void SenseOperator::weighted_adjoint(Tensor<complex> const& kspace, PointSelection const& chosen, Tensor<complex> const& image) const {
    require(kspace.shape() == Shape{maps_.shape()[0], chosen.all} && chosen.points() == codomain()[1],
        "sense: {} of {} points of k-space of shape {} for an operator of {}", chosen.points(), chosen.all, kspace.shape().str(),
        codomain()[1]);
    grid_weighted(image, [&](index_t first, index_t last) { return taken(context(), chosen, kspace.slice(first, last), last - first); });
}

SenseOperator SenseOperator::normal_only() const {
    return toeplitz_ ? SenseOperator(nullptr, maps_, {}, toeplitz_, coils_per_pass_) : *this;
}

void SenseOperator::do_normal(Tensor<complex> const& image, Tensor<complex> const& out) const {
    require(image.data() != out.data(), "sense: the normal operator cannot work in place");
    if (toeplitz_ && context().device() == Device::cpu) return toeplitz_->apply(image, *maps_.rows(), out);
    // A convolution takes its coils one by one, and a coil image more is a volume more.
    passes(toeplitz_ ? 1 : coils_per_pass_, [&](index_t first, index_t last, Tensor<complex> const& coils) {
        maps_.expand(image, first, coils);
        if (toeplitz_)
            toeplitz_->apply(coils, coils);
        else {
            Tensor<complex> const samples(context(), {last - first, nufft_->points()});
            nufft_->forward(coils, samples);
            weigh(samples);
            nufft_->adjoint(samples, coils);
        }
        maps_.combine(coils, first, out, first > 0);
    });
}

MemoryNeed SenseOperator::bytes(Device device, Matrix const& matrix, index_t coils, index_t points, index_t coils_per_pass, bool toeplitz) {
    auto const volume = static_cast<std::size_t>(matrix[0] * matrix[1] * matrix[2]) * sizeof(complex);
    if (toeplitz) return {0, device == Device::cpu ? 0 : 2 * volume}; // elsewhere a coil image and its copy
    auto const at_once = static_cast<std::size_t>(std::min(coils, coils_per_pass));
    return {0, at_once * (volume + static_cast<std::size_t>(points) * sizeof(complex))};
}

} // namespace tessera
