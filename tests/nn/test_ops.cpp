// Small operations on feature maps, against their definitions and against differences.
#include "nn/ops/add.h"
#include "tests/support/gradient_check.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("add", "[nn]") {
    Context const ctx = each_device();
    auto const a = random_tensor(ctx, {3, 1, 5, 2}, 1), b = random_tensor(ctx, a.shape(), 2);
    auto const first = a.to_host(), second = b.to_host();
    Tape tape(Tape::Mode::skip);
    auto const y = add(tape, Var(a), Var(b)).value().to_host();
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == first[i] + second[i]);
    CHECK(a.to_host() == first); // held here, and so not overwritten
    CHECK(b.to_host() == second);
    check_gradients({a, b}, ParameterList(ctx, true), [](Tape& t, std::vector<Var> const& v) { return add(t, v[0], v[1]); });
    CHECK_THROWS_WITH(add(tape, Var(a), Var(Tensor<real>(ctx, {3, 1, 5, 1}))), Catch::Matchers::Contains("[3, 1, 5, 1]"));

    Var held(a.clone());
    real const* const memory = held.value().data();
    CHECK(add(tape, Var(b), std::move(held)).value().data() == memory); // the one that nobody holds takes the sum
}

TEST_CASE("a value used twice gets the sum of its gradients", "[nn]") {
    Context const ctx = each_device();
    auto const x = random_tensor(ctx, {2, 3, 1, 3}, 1), g = random_tensor(ctx, x.shape(), 2);
    Tape tape;
    auto const v = tape.variable(x);
    tape.backward(add(tape, add(tape, v, v), v), g); // 3 x
    auto const gradient = v.slot().take().to_host(), given = g.to_host();
    for (std::size_t i = 0; i < given.size(); ++i) CHECK(gradient[i] == Approx(3 * given[i]));
}
