#include "nn/weights/safetensors_header.h"

#include "core/config/json_watch.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

namespace tessera {
namespace {

using Json = nlohmann::ordered_json; // keeps the order of tensors
using Entry = Safetensors::Entry;
constexpr char const* kMetadata = "__metadata__";

Json parse(std::string const& text) {
    JsonWatch watch;
    Json::parser_callback_t const callback = [&](int depth, Json::parse_event_t event, Json& value) { return watch(depth, event, value); };
    try {
        return Json::parse(text, callback);
    } catch (Error const& e) {
        fail("the header is not as it must be: {}", e.what());
    } catch (nlohmann::json::exception const& e) {
        fail("the header is not JSON: {}", e.what());
    }
}

// For a sentence.
std::string in_short(Json const& json) {
    return json.is_structured() ? json.type_name() : json.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60);
}

Metadata read_metadata(Json const& json) {
    Metadata metadata;
    require(json.is_object(), "{} is not an object of strings", kMetadata);
    for (auto const& [key, value] : json.items()) {
        require(value.is_string(), "{} has \"{}\", which is not a string", kMetadata, key);
        metadata[key] = value.get<std::string>();
    }
    return metadata;
}

std::uint64_t number(std::string const& tensor, char const* what, Json const& json) {
    require(json.is_number_unsigned(), "tensor \"{}\": {} has {}, expected a whole number of at least 0", tensor, what, in_short(json));
    return json.get<std::uint64_t>();
}

Shape read_shape(std::string const& tensor, Json const& json) {
    require(json.is_array() && json.size() <= Shape::kMaxRank, "tensor \"{}\": the shape is not an array of at most {} numbers", tensor,
        Shape::kMaxRank);
    constexpr std::uint64_t kMost = std::uint64_t{1} << 56;
    std::uint64_t product = 1;
    std::vector<index_t> extents;
    for (auto const& extent : json) {
        std::uint64_t const n = number(tensor, "the shape", extent);
        require(n <= kMost / product, "tensor \"{}\": a shape of more than 2^56 elements", tensor);
        product *= std::max<std::uint64_t>(1, n);
        extents.push_back(static_cast<index_t>(n));
    }
    return Shape(extents);
}

Entry read_entry(std::string const& name, Json const& json, std::uint64_t data_bytes) {
    require(json.is_object(), "tensor \"{}\" is not described by an object", name);
    for (char const* key : {"dtype", "shape", "data_offsets"}) require(json.contains(key), "tensor \"{}\" has no {}", name, key);
    require(json.size() == 3, "tensor \"{}\" has other keys than dtype, shape and data_offsets", name);
    require(json["dtype"].is_string(), "tensor \"{}\": the dtype is not a string", name);
    Json const& offsets = json["data_offsets"];
    require(offsets.is_array() && offsets.size() == 2, "tensor \"{}\": data_offsets is not an array of two numbers", name);

    Entry entry{name, json["dtype"].get<std::string>(), read_shape(name, json["shape"]), number(name, "data_offsets", offsets[0]),
        number(name, "data_offsets", offsets[1])};
    require(entry.begin <= entry.end && entry.end <= data_bytes, "tensor \"{}\" lies at bytes [{}, {}) of {}", name, entry.begin, entry.end,
        data_bytes);
    std::uint64_t element = 0;
    try {
        element = safetensors_element_size(entry.dtype);
    } catch (Error const& e) {
        fail("tensor \"{}\": {}", name, e.what());
    }
    std::uint64_t const expected = static_cast<std::uint64_t>(entry.shape.size()) * element;
    require(entry.end - entry.begin == expected, "tensor \"{}\" has {} bytes, expected {} for shape {} of {}", name,
        entry.end - entry.begin, expected, entry.shape.str(), entry.dtype);
    return entry;
}

} // namespace

std::uint64_t safetensors_element_size(std::string const& dtype) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 15> sizes{
        {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4}, {"I16", 2}, {"I8", 1}, {"U64", 8}, {"U32", 4}, {"U16", 2},
            {"U8", 1}, {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}}};
    for (auto const& [name, size] : sizes)
        if (name == dtype) return size;
    fail("unknown dtype \"{}\"", dtype);
}

std::string write_safetensors_header(std::vector<Entry> const& entries, Metadata const& metadata) {
    Json header = Json::object();
    if (!metadata.empty()) header[kMetadata] = metadata;
    for (auto const& e : entries) {
        require(!e.name.empty() && e.name != kMetadata && !header.contains(e.name), "tensors cannot be named \"{}\", or two of them are",
            e.name);
        header[e.name] = {{"dtype", e.dtype}, {"shape", std::vector<index_t>(e.shape.begin(), e.shape.end())},
            {"data_offsets", {e.begin, e.end}}};
    }
    try {
        return header.dump();
    } catch (nlohmann::json::exception const& e) {
        fail("names or metadata are not text: {}", e.what());
    }
}

void read_safetensors_header(std::string const& text, std::uint64_t data_bytes, std::vector<Entry>& entries, Metadata& metadata) {
    Json const header = parse(text);
    require(header.is_object(), "the header is not an object");
    for (auto const& [name, value] : header.items()) {
        if (name == kMetadata)
            metadata = read_metadata(value);
        else
            entries.push_back(read_entry(name, value, data_bytes));
    }
    std::stable_sort(entries.begin(), entries.end(),
        [](Entry const& a, Entry const& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
    std::uint64_t end = 0;
    for (auto const& e : entries) {
        require(e.begin == end, "tensor \"{}\" starts at byte {}, expected {}: tensors {}", e.name, e.begin, end,
            e.begin < end ? "overlap" : "leave a gap");
        end = e.end;
    }
    require(end == data_bytes, "{} bytes of numbers, of which tensors use {}", data_bytes, end);
}

} // namespace tessera
