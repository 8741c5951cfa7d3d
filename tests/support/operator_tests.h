// Checks that every LinearOperator must pass.
#pragma once

#include "core/arrays/linear_operator.h"
#include "tests/support/devices.h"

namespace tessera::test {

/// <A x, y> = <x, A^H y> for random x and y, relative to ||A x|| ||y||.
inline void check_adjoint(LinearOperator const& a, double bound) {
    auto const xs = random_complex(static_cast<std::size_t>(a.domain().size()), 11);
    auto const ys = random_complex(static_cast<std::size_t>(a.codomain().size()), 12);
    Tensor<complex> ax(a.context(), a.codomain()), aty(a.context(), a.domain());
    a.forward(Tensor<complex>::from(a.context(), a.domain(), xs), ax);
    a.adjoint(Tensor<complex>::from(a.context(), a.codomain(), ys), aty);
    auto const ax_host = ax.to_host();
    double const scale = std::sqrt(inner(ax_host, ax_host).re * inner(ys, ys).re);
    CHECK(abs(inner(ax_host, ys) - inner(xs, aty.to_host())) <= bound * scale);
}

/// <N x, y> = <x, N y>, and <N x, x> >= 0.
inline void check_hermitian_normal(LinearOperator const& a, double bound) {
    auto const xs = random_complex(static_cast<std::size_t>(a.domain().size()), 13);
    auto const ys = random_complex(static_cast<std::size_t>(a.domain().size()), 14);
    Tensor<complex> nx(a.context(), a.domain()), ny(a.context(), a.domain());
    a.normal(Tensor<complex>::from(a.context(), a.domain(), xs), nx);
    a.normal(Tensor<complex>::from(a.context(), a.domain(), ys), ny);
    auto const nx_host = nx.to_host();
    double const scale = std::sqrt(inner(nx_host, nx_host).re * inner(ys, ys).re);
    CHECK(abs(inner(nx_host, ys) - inner(xs, ny.to_host())) <= bound * scale);
    CHECK(inner(xs, nx_host).re >= 0);
}

} // namespace tessera::test
