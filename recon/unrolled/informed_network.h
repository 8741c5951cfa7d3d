// A regulariser that knows the conditions of the scan.
#pragma once

#include "nn/network.h"
#include "recon/sense/conditions.h"

#include <vector>

namespace tessera {

/// How many numbers a network is told, and what they are: of order 1, from the noise, the expected error and the place of the unroll (0 for
/// the first, 1 for a regulariser after the last data consistency).
inline constexpr index_t kNumbersTold = 3;
std::vector<double> numbers_told(ScanConditions const& conditions, double place);

/// The root mean square of the error of A^H W y that the conditions let expect, in its units: 2.5 times the inconsistency. In eleven scans
/// of all kinds of configs/weights/scans.txt the true one was 1.2 to 3.5 times the inconsistency, 1.1 to 7.9 times the noise.
double expected_error(ScanConditions const& conditions);

/// s R(x / s, told) with s = expected_error(): the network works on errors of size 1, whatever the scan, so that what it takes for noise
/// follows the noise.
class InformedNetwork final : public Network {
public:
    /// Borrows the network, for as long as it lives. Not informed, it is that network.
    InformedNetwork(Network const& network, ScanConditions const& conditions, double place, bool informed)
        : network_(network), scale_(expected_error(conditions)) {
        if (informed) told_ = numbers_told(conditions, place);
    }
    Var forward(Tape& tape, Var const& x, std::span<double const> told) const override;
    Reach reach() const override { return network_.reach(); }

private:
    Network const& network_;
    double scale_;
    std::vector<double> told_;
};

} // namespace tessera
