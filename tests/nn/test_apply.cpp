#include "nn/apply.h"
#include "tests/support/gradient_check.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// A full matrix, so that a pullback that forgets to conjugate or to transpose shows.
class MatrixOperator : public LinearOperator {
public:
    MatrixOperator(Context context, index_t rows, index_t columns)
        : context_(std::move(context)), rows_(rows), columns_(columns),
          values_(random_complex(static_cast<std::size_t>(rows * columns), 8)) {}
    Context const& context() const override { return context_; }
    Shape domain() const override { return {1, 1, columns_}; }
    Shape codomain() const override { return {rows_}; }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override {
        auto const in = x.to_host();
        std::vector<complex> out(static_cast<std::size_t>(rows_));
        for (std::size_t i = 0; i < values_.size(); ++i) out[i / in.size()] += values_[i] * in[i % in.size()];
        y.copy_from(Tensor<complex>::from(context_, y.shape(), out));
    }
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override {
        auto const in = y.to_host();
        std::vector<complex> out(static_cast<std::size_t>(columns_));
        for (std::size_t i = 0; i < values_.size(); ++i) out[i % out.size()] += conj(values_[i]) * in[i / out.size()];
        x.copy_from(Tensor<complex>::from(context_, x.shape(), out));
    }

    Context context_;
    index_t rows_, columns_;
    std::vector<complex> values_;
};

} // namespace

TEST_CASE("a linear operator on a tape: values, and the adjoint as gradient", "[nn]") {
    Context const ctx = each_device();
    auto op = std::make_shared<MatrixOperator const>(ctx, 5, 3);
    auto const x = random_tensor(ctx, {1, 1, 3, 2}, 1);
    Tensor<complex> const expected(ctx, {5});
    op->forward(x.reinterpret<complex>({1, 1, 3}), expected);

    Tape tape;
    auto const input = tape.variable(x);
    auto const y = apply(tape, op, input);
    CHECK(y.shape() == Shape{5, 2});
    CHECK(y.value().to_host() == expected.reinterpret<real>({5, 2}).to_host());
    check_gradients({x}, ParameterList(ctx, true), [&](Tape& t, std::vector<Var> const& v) { return apply(t, op, v[0]); });

    CHECK_THROWS_WITH(apply(tape, op, Var(random_tensor(ctx, {1, 3, 2}, 1))),
        Catch::Matchers::Contains("[1, 3, 2], expected [1, 1, 3, 2]"));
    std::weak_ptr<MatrixOperator const> const alive = op;
    op.reset();
    CHECK(!alive.expired()); // the tape keeps it
    tape.backward(y, random_tensor(ctx, y.shape(), 2));
    CHECK(alive.expired());
}
