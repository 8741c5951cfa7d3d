#include "nn/weights/weights.h"
#include "tests/support/gradient_check.h"
#include "tests/support/run_program.h"

#include <bit>
#include <limits>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

void write_bytes(fs::path const& file, std::string const& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

// A file by hand: length, header, numbers.
std::string safetensors_bytes(std::string const& header, std::string const& data, std::uint64_t more = 0) {
    std::uint64_t const length = header.size() + more;
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i) & 255);
    return bytes + header + data;
}

template <class T> std::string bytes_of(std::vector<T> const& values) {
    return {reinterpret_cast<char const*>(values.data()), values.size() * sizeof(T)};
}

std::string one(std::string const& dtype, std::string const& shape, std::string const& offsets) {
    return fmt::format(R"({{"a":{{"dtype":"{}","shape":{},"data_offsets":{}}}}})", dtype, shape, offsets);
}

} // namespace

TEST_CASE("a safetensors file by hand, byte for byte", "[safetensors]") {
    TemporaryFolder const folder;
    Context const ctx;
    auto const b = Tensor<real>::from(ctx, {2, 1}, std::vector<real>{1, -2}), a = Tensor<real>::from(ctx, {}, std::vector<real>{3});
    write_safetensors(folder / "w", {{"b", b}, {"a", a}, {"none", Tensor<real>(ctx, {0, 3})}}, {{"k", "v"}});
    std::size_t const n = sizeof(real);
    std::string const type = n == 4 ? "F32" : "F64";
    std::string header = fmt::format(
        R"({{"__metadata__":{{"k":"v"}},"b":{{"dtype":"{0}","shape":[2,1],"data_offsets":[0,{1}]}},)"
        R"("a":{{"dtype":"{0}","shape":[],"data_offsets":[{1},{2}]}},"none":{{"dtype":"{0}","shape":[0,3],"data_offsets":[{2},{2}]}}}})",
        type, 2 * n, 3 * n);
    while (header.size() % 8) header += ' ';
    CHECK(text_of(folder / "w") == safetensors_bytes(header, bytes_of<real>({1, -2, 3})));

    Safetensors const file(folder / "w");
    CHECK(file.metadata() == Metadata{{"k", "v"}});
    REQUIRE(file.entries().size() == 3);
    CHECK(file.read(ctx, *file.find("b")).to_host() == b.to_host());
    CHECK(file.read(ctx, *file.find("a")).shape() == Shape{});
    CHECK(file.read(ctx, *file.find("none")).size() == 0);
    CHECK(file.find("c") == nullptr);
}

TEST_CASE("every real type is read", "[safetensors]") {
    TemporaryFolder const folder;
    Context const ctx = each_device();
    auto const read = [&](std::string const& dtype, std::string const& data, int n) {
        write_bytes(folder / "w", safetensors_bytes(one(dtype, fmt::format("[{}]", n), fmt::format("[0,{}]", data.size())), data));
        Safetensors const file(folder / "w");
        return file.read(ctx, file.entries().at(0)).to_host();
    };
    CHECK(read("F32", bytes_of<float>({0.1f, -3e30f}), 2) == std::vector<real>{real(0.1f), real(-3e30f)});
    CHECK(read("F64", bytes_of<double>({0.1, -3e30}), 2) == std::vector<real>{real(0.1), real(-3e30)});
    // 1, -2, the largest, the smallest normal, the smallest subnormal, -0, infinite
    auto const half = read("F16", bytes_of<std::uint16_t>({0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x3555}), 8);
    CHECK(half[0] == 1);
    CHECK(half[1] == -2);
    CHECK(half[2] == 65504);
    CHECK(half[3] == real(std::ldexp(1.0, -14)));
    CHECK(half[4] == real(std::ldexp(1.0, -24)));
    CHECK((half[5] == 0 && std::signbit(half[5])));
    CHECK(half[6] == std::numeric_limits<real>::infinity());
    CHECK(half[7] == real(0.333251953125));
    CHECK(std::isnan(read("F16", bytes_of<std::uint16_t>({0x7e00}), 1)[0]));
    CHECK(read("BF16", bytes_of<std::uint16_t>({0x3f80, 0xc040}), 2) == std::vector<real>{1, -3});
    CHECK_THROWS_WITH(read("I32", bytes_of<int>({1}), 1), Contains("type I32") && Contains("\"a\""));
}

TEST_CASE("a large file comes back bit for bit", "[safetensors]") {
    TemporaryFolder const folder;
    Context const ctx;
    auto const big = random_tensor(ctx, {5, 1000, 1000}, 1), small = random_tensor(ctx, {3}, 2); // 20 MB
    write_safetensors(folder / "w", {{"big", big}, {"small", small}}, {});
    Safetensors const file(folder / "w");
    CHECK(file.metadata().empty());
    CHECK(file.read(ctx, *file.find("big")).to_host() == big.to_host());
    CHECK(file.read(ctx, *file.find("small")).to_host() == small.to_host());
}

TEST_CASE("broken safetensors files are refused with a reason", "[safetensors]") {
    TemporaryFolder const folder;
    auto const refusal = [&](std::string const& bytes) -> std::string {
        write_bytes(folder / "bad.safetensors", bytes);
        try {
            Safetensors const file(folder / "bad.safetensors");
        } catch (Error const& e) {
            CHECK_THAT(e.what(), Contains("bad.safetensors: "));
            return e.what();
        }
        return "accepted";
    };
    std::string const eight(8, 'x');
    auto const header = [&](std::string const& text) { return refusal(safetensors_bytes(text, eight)); };
    CHECK(header(one("F32", "[2]", "[0,8]")) == "accepted");

    CHECK_THAT(refusal(""), Contains("0 bytes are too few"));
    CHECK_THAT(refusal(safetensors_bytes(one("F32", "[2]", "[0,8]"), "", 1)), Contains("not all of it"));
    CHECK_THAT(refusal(std::string(8, '\xff') + "{}"), Contains("18446744073709551615"));
    CHECK_THAT(header("{"), Contains("not JSON"));
    CHECK_THAT(header("[]"), Contains("not an object"));
    CHECK_THAT(header(R"({"a":1})"), Contains("\"a\" is not described"));
    CHECK_THAT(header(R"({"a":{"dtype":"F32","shape":[2]}})"), Contains("no data_offsets"));
    CHECK_THAT(header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"b":1}})"), Contains("other keys"));
    CHECK_THAT(header(one("F99", "[2]", "[0,8]")), Contains("\"a\"") && Contains("F99"));
    CHECK_THAT(header(one("F32", "[3]", "[0,8]")), Contains("8 bytes, expected 12 for shape [3]"));
    CHECK_THAT(header(one("F32", "[-2]", "[0,8]")), Contains("-2"));
    CHECK_THAT(header(one("F32", "[2.0]", "[0,8]")), Contains("2.0"));
    CHECK_THAT(header(one("F32", "[4294967296,4294967296,4294967296,4294967296]", "[0,8]")), Contains("2^56"));
    CHECK_THAT(header(one("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]")), Contains("at most 8"));
    CHECK_THAT(header(one("F32", "[2]", "[8,0]")), Contains("[8, 0)"));
    CHECK_THAT(header(one("F32", "[2]", "[4,12]")), Contains("[4, 12) of 8"));
    CHECK_THAT(header(one("F32", "[2]", "[0,8,8]")), Contains("array of two"));
    CHECK_THAT(header(one("F32", "[1]", "[4,8]")), Contains("leave a gap"));
    CHECK_THAT(header(one("F32", "[1]", "[0,4]")), Contains("8 bytes of numbers, of which tensors use 4"));
    CHECK_THAT(header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"),
        Contains("overlap"));
    CHECK_THAT(header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"),
        Contains("\"a\" is given twice"));
    CHECK_THAT(header(R"({"__metadata__":{"a":1}})"), Contains("not a string"));
    CHECK_THAT(header(R"({"__metadata__":[]})"), Contains("object of strings"));
    CHECK_THROWS_WITH(Safetensors(folder / "absent"), Contains("absent: cannot read: No such file"));
    CHECK_THROWS_AS(Safetensors(folder.path()), Error);
}

TEST_CASE("no byte of the header can be broken so that reading does worse than refuse", "[safetensors]") {
    TemporaryFolder const folder;
    Context const ctx;
    write_safetensors(folder / "w", {{"a", random_tensor(ctx, {2, 3}, 1)}, {"b", random_tensor(ctx, {4}, 2)}}, {{"key", "value"}});
    std::string const good = text_of(folder / "w");
    std::size_t const numbers = 10 * sizeof(real);
    int refused = 0;
    auto const try_reading = [&](std::string const& bytes) {
        write_bytes(folder / "w", bytes);
        try {
            Safetensors const file(folder / "w");
            for (auto const& e : file.entries()) file.read(ctx, e);
        } catch (Error const&) {
            ++refused;
        }
    };
    for (std::size_t n = 0; n < good.size(); n += 3) try_reading(good.substr(0, n));
    CHECK(refused == static_cast<int>((good.size() + 2) / 3));
    refused = 0;
    for (std::size_t n = 0; n < good.size() - numbers; ++n) {
        auto bad = good;
        bad[n] = static_cast<char>(bad[n] ^ (1 << n % 8));
        try_reading(bad);
    }
    CHECK(refused > 100);
}

TEST_CASE("names and metadata that cannot be written are refused, and leave nothing behind", "[safetensors]") {
    TemporaryFolder const folder;
    Context const ctx;
    auto const x = random_tensor(ctx, {2}, 1);
    CHECK_THROWS_WITH(write_safetensors(folder / "w", {{"a", x}, {"a", x}}, {}), Contains("\"a\"") && Contains("w: cannot write"));
    CHECK_THROWS_AS(write_safetensors(folder / "w", {{"__metadata__", x}}, {}), Error);
    CHECK_THROWS_AS(write_safetensors(folder / "w", {{"", x}}, {}), Error);
    CHECK_THROWS_WITH(write_safetensors(folder / "w", {{"a", x}}, {{"k", "\xff"}}), Contains("not text"));
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("weights are saved and loaded with all that does not fit named", "[safetensors]") {
    TemporaryFolder const folder;
    Context const ctx = each_device();
    auto const model = [&](std::uint64_t seed, Shape const& kernel = {2, 3, 3, 3, 3}, char const* bias = "conv.bias") {
        ParameterList list(ctx, true, seed);
        list.add_he("conv.weight", kernel, 81);
        list.add_constant(bias, {2}, static_cast<double>(seed));
        return list;
    };
    auto const first = model(1), second = model(2);
    auto const mean = random_tensor(ctx, {5}, 3);
    fs::path const path = folder / "w.safetensors";
    save_weights(path, first, {{"version", "1"}}, {{"mean", mean}});
    Safetensors const file(path);
    CHECK(file.metadata().at("version") == "1");
    load_weights(file, second);
    for (std::size_t i = 0; i < 2; ++i) CHECK(second.all()[i].value.to_host() == first.all()[i].value.to_host());
    auto both = parameter_values(second);
    both.push_back({"training.mean", Tensor<real>(ctx, {5})});
    load_tensors(file, both, "");
    CHECK(both.back().value.to_host() == mean.to_host());

    CHECK_THROWS_WITH(load_weights(file, model(3, {4, 3, 3, 3, 3})),
        Contains("w.safetensors: tensor \"conv.weight\" has shape [2, 3, 3, 3, 3], "
                 "expected [4, 3, 3, 3, 3]"));
    CHECK_THROWS_WITH(load_weights(file, model(3, {2, 3, 3, 3, 3}, "bias")), Contains("\"bias\" is missing, expected with shape [2]"));
    CHECK_THROWS_WITH(load_tensors(file, parameter_values(second), ""),
        Contains("\"training.mean\" of shape [5] is not a part of this model"));
    ParameterList fewer(ctx, false);
    fewer.add_constant("conv.bias", {2}, 7);
    CHECK_THROWS_WITH(load_weights(file, fewer), Contains("\"conv.weight\" of shape [2, 3, 3, 3, 3] is not a part of this model"));
    CHECK(fewer.all()[0].value.to_host() == std::vector<real>{7, 7}); // untouched

    auto bad = model(4);
    auto values = bad.all()[1].value.to_host();
    values[1] = std::numeric_limits<real>::infinity();
    bad.all()[1].value.copy_from(Tensor<real>::from(ctx, {2}, values));
    save_weights(path, bad, {});
    CHECK_THROWS_WITH(load_weights(Safetensors(path), second), Contains("\"conv.bias\" is not finite at element 1"));
    CHECK(second.all()[0].value.to_host() == first.all()[0].value.to_host());
}
