// Typed JSON configuration: one description per struct serves reading, writing and the JSON Schema.
//
//   enum class Weighting { none, ramp };
//   constexpr std::array<std::string_view, 2> config_names(Weighting) { return {"none", "ramp"}; } // in enumerator order
//
//   struct CgConfig {
//       index_t iterations = 20;
//       std::optional<double> tolerance;
//       Weighting weighting = Weighting::ramp;
//       void describe(ConfigVisitor& v) {
//           v("iterations", iterations, "Iterations at most.", {.min = 1});
//           v("tolerance", tolerance, "Stop below this relative residual.", {.above = 0, .max = 1});
//           v("weighting", weighting, "Density compensation.");
//       }
//   };
//
// Fields are bool, integers, double, std::string, std::filesystem::path, enums, std::map<std::string, std::string>,
// structs with describe(), and std::optional (null in JSON), std::vector and std::array of these. A field that the
// file leaves out keeps its initial value. Relative paths are relative to the current working directory.
#pragma once

#include "core/error.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tessera {

/// Whole numbers are at most this where their field says no less, so that the product of two of them does not overflow.
inline constexpr std::int64_t kLargestCount = std::numeric_limits<std::int32_t>::max();

/// What a field may hold. For containers the limits are those of the elements.
struct ConfigLimits {
    std::optional<double> min{};       ///< value >= min
    std::optional<double> above{};     ///< value > above
    std::optional<double> max{};       ///< value <= max
    std::vector<std::string> one_of{}; ///< the strings allowed; empty: any
    bool required = false;             ///< the field has no usable initial value
};

/// Walks over the fields of a configuration; a struct's describe() calls it once per field.
class ConfigVisitor {
public:
    using Body = std::function<void(ConfigVisitor&)>;

    virtual ~ConfigVisitor() = default;

    template <class T> void operator()(std::string_view name, T& value, std::string_view doc, ConfigLimits const& limits = {}) {
        field(name, doc, limits, [&](ConfigVisitor& v) { v.visit(value, limits); });
    }
    template <class T> void visit(T& value, ConfigLimits const& limits);

protected:
    struct Array {
        std::size_t size = 0;
        std::function<void(std::size_t)> resize; ///< empty: the size is fixed
        std::function<void(ConfigVisitor&, std::size_t)> element;
    };

    virtual void field(std::string_view name, std::string_view doc, ConfigLimits const& limits, Body const& body) = 0;
    virtual void object(Body const& body) = 0;
    virtual void array(Array const& array) = 0;
    virtual void boolean(bool& value) = 0;
    virtual void integer(std::int64_t& value, std::int64_t min, std::int64_t max) = 0;
    virtual void number(double& value, ConfigLimits const& limits) = 0;
    virtual void text(std::string& value, std::span<std::string const> one_of) = 0;
    virtual void table(std::map<std::string, std::string>& value) = 0;
    /// Calls set(true) or set(false) as the optional becomes engaged or empty, and body when it is engaged.
    virtual void optional(bool engaged, std::function<void(bool)> const& set, Body const& body) = 0;

private:
    template <std::integral T> void visit_integer(T& value, ConfigLimits const& limits);
    template <class T> void visit_enum(T& value);
};

/// Reads a configuration from JSON text in which // and /* */ comments are allowed.
///
/// `source` names the text in messages. Each override "cg.iterations=20" sets one field on top of the text; its value is
/// read as JSON where it is JSON and as a string elsewhere. Keys at the top that begin with '$' (a schema, what a run
/// says of itself) are ignored.
/// Throws Error for text that is no JSON (with line and column), unknown, repeated or missing keys, wrong types and
/// values out of range (with the place as a JSON pointer, e.g. /cg/iterations).
void read_config(std::string const& text, std::string const& source, std::vector<std::string> const& overrides,
    ConfigVisitor::Body const& root);
/// The contents of a configuration file. Throws Error where it cannot be read.
std::string read_config_text(std::filesystem::path const& file);
std::string write_config(ConfigVisitor::Body const& root);
std::string write_config_schema(std::string const& title, ConfigVisitor::Body const& root);

template <class T> T parse_config(std::string const& text, std::string const& source, std::vector<std::string> const& overrides = {}) {
    T config{};
    read_config(text, source, overrides, [&](ConfigVisitor& v) { config.describe(v); });
    return config;
}

/// Reads the configuration file of a program; see read_config() for the rules and what it throws.
template <class T> T load_config(std::filesystem::path const& file, std::vector<std::string> const& overrides = {}) {
    return parse_config<T>(read_config_text(file), file.string(), overrides);
}

/// How configuration files call an enumerator.
template <class E>
    requires std::is_enum_v<E>
constexpr std::string_view config_name(E value) { return config_names(value)[static_cast<std::size_t>(value)]; }

/// The resolved configuration, every field included, as JSON that load_config() reads back.
template <class T> std::string config_json(T config) {
    return write_config([&](ConfigVisitor& v) { config.describe(v); });
}

/// The JSON Schema (draft 2020-12) of the configuration files of type T.
template <class T> std::string config_schema(std::string const& title) {
    T config{};
    return write_config_schema(title, [&](ConfigVisitor& v) { config.describe(v); });
}

namespace field_types {
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T> inline constexpr bool is_vector = false;
template <class T> inline constexpr bool is_vector<std::vector<T>> = true;
template <class T> inline constexpr bool is_array = false;
template <class T, std::size_t N> inline constexpr bool is_array<std::array<T, N>> = true;
} // namespace field_types

template <std::integral T> void ConfigVisitor::visit_integer(T& value, ConfigLimits const& limits) {
    using Wide = std::int64_t;
    Wide min = std::cmp_less(std::numeric_limits<T>::min(), 0) ? static_cast<Wide>(std::numeric_limits<T>::min()) : 0;
    Wide max = std::signed_integral<T> ? kLargestCount : std::numeric_limits<Wide>::max(); // unsigned: seeds, of which any will do
    if (std::cmp_less(std::numeric_limits<T>::max(), max)) max = static_cast<Wide>(std::numeric_limits<T>::max());
    if (limits.min) min = std::max(min, static_cast<Wide>(*limits.min));
    if (limits.above) min = std::max(min, static_cast<Wide>(*limits.above) + 1);
    if (limits.max) max = std::min(max, static_cast<Wide>(*limits.max));
    auto wide = static_cast<Wide>(value);
    integer(wide, min, max);
    value = static_cast<T>(wide);
}

template <class T> void ConfigVisitor::visit_enum(T& value) {
    auto const names = config_names(value);
    std::vector<std::string> const all(names.begin(), names.end());
    std::string name = all.at(static_cast<std::size_t>(value));
    text(name, all);
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i] == name) value = static_cast<T>(i);
}

template <class T> void ConfigVisitor::visit(T& value, ConfigLimits const& limits) {
    if constexpr (std::same_as<T, bool>) {
        boolean(value);
    } else if constexpr (std::integral<T>) {
        visit_integer(value, limits);
    } else if constexpr (std::same_as<T, double>) {
        number(value, limits);
    } else if constexpr (std::same_as<T, std::string>) {
        text(value, limits.one_of);
    } else if constexpr (std::same_as<T, std::filesystem::path>) {
        std::string name = value.string();
        text(name, limits.one_of);
        value = name;
    } else if constexpr (std::is_enum_v<T>) {
        visit_enum(value);
    } else if constexpr (std::same_as<T, std::map<std::string, std::string>>) {
        table(value);
    } else if constexpr (field_types::is_optional<T>) {
        optional(
            value.has_value(),
            [&](bool engaged) {
                if (!engaged)
                    value.reset();
                else if (!value)
                    value.emplace();
            },
            [&](ConfigVisitor& v) { v.visit(*value, limits); });
    } else if constexpr (field_types::is_vector<T> || field_types::is_array<T>) {
        Array all;
        all.size = value.size();
        if constexpr (field_types::is_vector<T>) all.resize = [&](std::size_t n) { value.resize(n); };
        all.element = [&](ConfigVisitor& v, std::size_t i) { v.visit(value[i], limits); };
        array(all);
    } else {
        static_assert(
            requires(ConfigVisitor & v) { value.describe(v); }, "a configuration field of this type is not supported");
        object([&](ConfigVisitor& v) { value.describe(v); });
    }
}

} // namespace tessera
