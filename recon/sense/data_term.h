// What a reconstruction knows of one measurement.
#pragma once

#include "core/arrays/linear_operator.h"
#include "recon/sense/conditions.h"

#include <array>
#include <memory>
#include <string_view>

namespace tessera {

/// Two ways to apply the normal operator.
enum class NormalOperator {
    toeplitz, ///< a convolution on a doubled grid
    gridded   ///< gridding forth and back
};
constexpr std::array<std::string_view, 2> config_names(NormalOperator) { return {"toeplitz", "gridded"}; }

/// What iterations need of one scan: the normal operator and one volume.
struct DataTerm {
    std::shared_ptr<LinearOperator const> model; ///< its normal() is A^H W A
    Tensor<complex> b;                           ///< A^H W y, [z, y, x]
    ScanConditions conditions{};                 ///< of the measurement, in the units of b
};

} // namespace tessera
