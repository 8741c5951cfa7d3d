#include "core/arrays/tensor.h"

#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

TEST_CASE("values go to a device and back", "[tensor]") {
    Context const ctx = each_device();
    std::vector<real> const values{1, 2, 3, 4, 5, 6};
    auto const t = Tensor<real>::from(ctx, {2, 3}, values);
    CHECK(t.to_host() == values);
    CHECK(t.shape() == Shape{2, 3});
    CHECK(t.bytes() == 6 * sizeof(real));
    CHECK(t.context() == ctx);
    CHECK(Tensor<real>::zeros(ctx, {3}).to_host() == std::vector<real>{0, 0, 0});
    CHECK(Tensor<real>(ctx, {0}).to_host().empty());
    CHECK_THROWS_WITH(Tensor<real>::from(ctx, {2, 2}, values), Contains("6 values for shape [2, 2]"));
}

TEST_CASE("copies of a tensor share memory, clones do not", "[tensor]") {
    Context const ctx = each_device();
    auto const t = Tensor<real>::from(ctx, {2, 2}, std::vector<real>{1, 2, 3, 4});
    auto const handle = t;
    auto const clone = t.clone();
    t[0].zero();
    CHECK(handle.to_host() == std::vector<real>{0, 0, 3, 4});
    CHECK(clone.to_host() == std::vector<real>{1, 2, 3, 4});
    clone.copy_from(t);
    CHECK(clone.to_host() == std::vector<real>{0, 0, 3, 4});
    CHECK_THROWS_WITH(clone.copy_from(t[0]), Contains("cannot copy shape [2] into [2, 2]"));
}

TEST_CASE("slices and other shapes of the same memory", "[tensor]") {
    Context const ctx = each_device();
    auto const t = Tensor<real>::from(ctx, {3, 2}, std::vector<real>{1, 2, 3, 4, 5, 6});
    CHECK(t.slice(1, 3).to_host() == std::vector<real>{3, 4, 5, 6});
    CHECK(t.slice(1, 3).shape() == Shape{2, 2});
    CHECK(t.slice(2, 2).size() == 0);
    CHECK(t[2].to_host() == std::vector<real>{5, 6});
    CHECK(t[2][1].shape() == Shape{});
    CHECK(t[2][1].to_host() == std::vector<real>{6});
    CHECK(t.reshape({2, 3})[1].to_host() == std::vector<real>{4, 5, 6});
    CHECK_THROWS_WITH(t.slice(1, 4), Contains("slice [1, 4) of shape [3, 2]"));
    CHECK_THROWS_WITH(t[-1], Contains("slice"));
    CHECK_THROWS_WITH(t.reshape({5}), Contains("cannot see shape [3, 2] as [5]"));
    CHECK_THROWS_WITH(t.view<3>(), Contains("a view of 3 dimensions on shape [3, 2]"));
    CHECK(t.view<2>().shape[1] == 2);
}

TEST_CASE("tensors move between devices", "[tensor]") {
    Context const ctx = each_device(), host(Device::cpu);
    std::vector<real> const values{1, 2, 3};
    auto const here = Tensor<real>::from(host, {3}, values);
    auto const there = here.to(ctx);
    CHECK(there.context() == ctx);
    CHECK(there.to(host).to_host() == values);
    CHECK(here.to(host).data() == here.data()); // nothing to do
}

TEST_CASE("host access", "[tensor]") {
    Context const ctx = each_device();
    auto const t = Tensor<real>::from(ctx, {2}, std::vector<real>{1, 2});
    if (ctx.device() == Device::cuda) {
        CHECK_THROWS_WITH(t.host(), Contains("memory of a GPU"));
    } else {
        t.host()[1] = 7;
        CHECK(t.to_host() == std::vector<real>{1, 7});
    }
}

TEST_CASE("an empty tensor has no context", "[tensor]") {
    Tensor<real> const t;
    CHECK(t.size() == 0);
    CHECK(t.shape() == Shape{0});
    CHECK(t.host().empty());
    CHECK_THROWS_WITH(t.context(), Contains("an empty tensor has no context"));
}

TEST_CASE("memory on the simt device begins as NaN", "[tensor]") {
    Context const ctx = each_device();
    if (ctx.device() != Device::simt) return;
    for (real const v : Tensor<real>(ctx, {100}).to_host()) CHECK(std::isnan(v));
}
