// A JSON document with command-line overrides on top and places for messages; for core/config*.cpp.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tessera {

using Json = nlohmann::ordered_json; // files keep the order in which fields are described

/// Keys and array positions from the top of a document.
using ConfigPath = std::vector<std::string>;

struct ConfigDocument {
    struct Override {
        ConfigPath path;
        std::string text; ///< right of the equals sign
    };

    Json root;
    std::string source;
    std::vector<Override> overrides;

    /// "/cg/iterations" (RFC 6901); empty for the top.
    static std::string pointer(ConfigPath const& path);
    /// File and pointer, or the override that set it: the beginning of a message.
    std::string place(ConfigPath const& path) const;
    /// What the command line gave for exactly this field.
    std::optional<std::string> override_text(ConfigPath const& path) const;
};

/// Throws Error with line and column for text that is no JSON, and for keys given twice and ill-formed overrides.
ConfigDocument parse_document(std::string const& text, std::string const& source, std::vector<std::string> const& overrides);

} // namespace tessera
