#include "core/config/config_document.h"

#include "core/config/config.h"
#include "core/config/json_watch.h"
#include "core/error.h"
#include "core/read_at_most.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace tessera {
namespace {

constexpr std::size_t kLongestConfig = std::size_t{1} << 20;

// Byte `offset` of `text`, as an editor counts.
std::string line_and_column(std::string const& text, std::size_t offset) {
    offset = std::min(offset, text.size());
    auto const end = text.begin() + static_cast<std::ptrdiff_t>(offset);
    auto const line = 1 + std::count(text.begin(), end, '\n');
    auto const last_break = std::find(std::make_reverse_iterator(end), text.rend(), '\n');
    return fmt::format("line {}, column {}", line, last_break - std::make_reverse_iterator(end) + 1);
}

// The library's message without its own tags and counts.
std::string reason(std::string const& what) {
    auto const after = what.find("while parsing");
    return after == std::string::npos ? what.substr(what.find(']') + 2) : what.substr(after);
}

Json parse_json(std::string const& text, std::string const& source) {
    require(text.size() <= kLongestConfig, "{}: {} bytes are too many for a configuration, at most {} are read", source, text.size(),
        kLongestConfig);
    JsonWatch watch;
    Json::parser_callback_t const callback = [&](int depth, Json::parse_event_t event, Json& value) { return watch(depth, event, value); };
    try {
        return Json::parse(text, callback, true, true);
    } catch (Error const& e) {
        fail("{}: {}", source, e.what());
    } catch (Json::parse_error const& e) {
        fail("{}: {}: not JSON: {}", source, line_and_column(text, e.byte ? e.byte - 1 : 0), reason(e.what()));
    } catch (Json::out_of_range const& e) {
        fail("{}: not JSON: {}", source, reason(e.what()));
    }
}

ConfigDocument::Override parse_override(std::string const& argument) {
    auto const equals = argument.find('=');
    require(equals != std::string::npos && equals > 0, "--set {}: expected key=value, e.g. cg.iterations=20", argument);
    ConfigDocument::Override result{{}, argument.substr(equals + 1)};
    std::istringstream keys(argument.substr(0, equals));
    for (std::string key; std::getline(keys, key, '.');) {
        require(!key.empty(), "--set {}: the key has an empty part", argument);
        result.path.push_back(key);
    }
    require(result.path.size() <= JsonWatch::kDeepest, "--set: a key of {} parts, at most {} are read", result.path.size(),
        JsonWatch::kDeepest);
    return result;
}

// The value of `key` in an object or array; a missing one is made in objects.
Json& child(Json& node, std::string const& key, std::string const& argument) {
    if (node.is_null()) node = Json::object();
    if (node.is_array()) {
        std::size_t i = 0;
        auto const [end, status] = std::from_chars(key.data(), key.data() + key.size(), i);
        require(status == std::errc{} && end == key.data() + key.size() && i < node.size(),
            "--set {}: found \"{}\", expected a position from 0 to {} of the array", argument, key, node.size() - 1);
        return node[i];
    }
    require(node.is_object(), "--set {}: \"{}\" is inside the value {}, which has no fields", argument, key,
        node.dump(-1, ' ', false, Json::error_handler_t::replace));
    return node[key];
}

void apply(Json& root, ConfigDocument::Override const& o, std::string const& argument) {
    Json* node = &root;
    for (std::string const& key : o.path) node = &child(*node, key, argument);
    Json value = parse_or_discard<Json>(o.text);
    *node = value.is_discarded() ? Json(o.text) : std::move(value);
}

bool begins_with(ConfigPath const& path, ConfigPath const& beginning) {
    return path.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), path.begin());
}

} // namespace

std::string ConfigDocument::pointer(ConfigPath const& path) {
    std::string result;
    for (std::string const& key : path) {
        result += '/';
        for (char const c : key) result += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
    }
    return result;
}

std::string ConfigDocument::place(ConfigPath const& path) const {
    bool const overridden = std::any_of(overrides.begin(), overrides.end(), [&](Override const& o) { return begins_with(path, o.path); });
    std::string result = overridden ? "--set" : source;
    if (!path.empty()) result += ": " + pointer(path);
    return result;
}

std::optional<std::string> ConfigDocument::override_text(ConfigPath const& path) const {
    auto const found = std::find_if(overrides.rbegin(), overrides.rend(), [&](Override const& o) { return o.path == path; });
    if (found == overrides.rend() || (!found->text.empty() && found->text.front() == '"')) return std::nullopt;
    return found->text;
}

ConfigDocument parse_document(std::string const& text, std::string const& source, std::vector<std::string> const& overrides) {
    ConfigDocument document{parse_json(text, source), source, {}};
    for (std::string const& argument : overrides) {
        document.overrides.push_back(parse_override(argument));
        apply(document.root, document.overrides.back(), argument);
    }
    return document;
}

std::string read_config_text(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    require(stream.good() && !std::filesystem::is_directory(file), "{}: cannot be read as a configuration file", file.string());
    auto text = read_at_most(stream, kLongestConfig + 1);
    require(!stream.bad(), "{}: cannot be read as a configuration file", file.string());
    require(text.size() <= kLongestConfig, "{}: more than {} bytes are too many for a configuration", file.string(), kLongestConfig);
    return text;
}

} // namespace tessera
