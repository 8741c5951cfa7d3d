#include "recon/comparison/snr_map.h"

#include "recon/comparison/noise_replica.h"

namespace tessera {
namespace {

constexpr std::uint64_t kSeed = 1000; // of the first replica

} // namespace

Tensor<real> snr_map(Scan const& scan, ScanConfig const& config, MethodConfig const& chosen, Tensor<complex> const& image, index_t replicas,
    std::function<MethodProgress(char const*)> const& said) {
    require(replicas >= 1, "snr: {} replicas, expected 1 or more", replicas);
    Context const host = image.context();
    auto const level = noise_level(scan);
    auto const squares = Tensor<real>::zeros(host, image.shape());
    for (index_t i = 0; i < replicas; ++i) {
        auto const replica = noise_replica(scan, level, kSeed + static_cast<std::uint64_t>(i));
        auto const again = Reconstructor(replica, config)(chosen, said ? said("other noise") : MethodProgress{}).to(host);
        if (host.rehearses()) return squares; // every replica takes the same
        for (index_t v = 0; v < image.size(); ++v) squares.data()[v] += norm2(again.data()[v] - image.data()[v]);
    }
    auto const& snr = squares; // in its place
    for (index_t v = 0; v < image.size(); ++v) {
        double const deviation = std::sqrt(static_cast<double>(squares.data()[v]) / (2 * static_cast<double>(replicas)));
        snr.data()[v] = deviation > 0 ? static_cast<real>(abs(image.data()[v]) / deviation) : 0;
    }
    return snr;
}

} // namespace tessera
