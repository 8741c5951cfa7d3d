#include "core/config/given_fields.h"

#include "core/config/config_document.h"

namespace tessera {
namespace {

void collect(Json const& node, ConfigPath const& path, std::vector<std::string>& fields) {
    if (!node.is_object()) {
        fields.push_back(ConfigDocument::pointer(path));
        return;
    }
    for (auto const& [key, item] : node.items()) {
        ConfigPath below = path;
        below.push_back(key);
        collect(item, below, fields);
    }
}

} // namespace

std::vector<std::string> given_fields(std::string const& text, std::string const& source, std::vector<std::string> const& overrides) {
    auto const document = parse_document(text, source, overrides);
    std::vector<std::string> fields;
    collect(document.root, {}, fields);
    return fields;
}

} // namespace tessera
