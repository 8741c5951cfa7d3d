// What a reconstruction knows of one measurement.
#pragma once

#include "core/arrays/linear_operator.h"
#include "recon/sense/conditions.h"

#include <array>
#include <memory>
#include <string_view>

namespace tessera {

/// Two ways to apply the normal operator, and leaving it to the machine.
enum class NormalOperator {
    toeplitz, ///< a convolution on a doubled grid
    gridded,  ///< gridding forth and back
    automatic ///< the faster one on this machine (recon/sense/normal_choice.h)
};
constexpr std::array<std::string_view, 3> config_names(NormalOperator) { return {"toeplitz", "gridded", "auto"}; }

/// What iterations need of one scan: the normal operator and one volume.
struct DataTerm {
    std::shared_ptr<LinearOperator const> model; ///< its normal() is A^H W A
    Tensor<complex> b;                           ///< A^H W y, [z, y, x]
    ScanConditions conditions{};                 ///< of the measurement, in the units of b
};

} // namespace tessera
