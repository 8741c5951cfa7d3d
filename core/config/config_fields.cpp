#include "core/config/config_fields.h"

#include "core/config/config_document.h"

#include <fmt/ranges.h>

namespace tessera {
namespace {

// What an optional or an array holds says which values it takes.
Json const& innermost(Json const& schema) {
    if (schema.contains("anyOf")) return innermost(schema["anyOf"][0]);
    if (schema.contains("items")) return innermost(schema["items"]);
    return schema;
}

void collect(Json const& object, std::string const& before, std::vector<ConfigField>& fields) {
    for (auto const& [name, schema] : object.at("properties").items()) {
        if (name.starts_with('$')) continue;
        if (schema.contains("properties")) {
            collect(schema, before + name + ".", fields);
            continue;
        }
        ConfigField field{before + name, "", schema.value("description", ""), {}};
        if (schema.contains("default")) field.initial = schema["default"].dump();
        Json const& values = innermost(schema);
        if (values.contains("enum")) field.choices = values["enum"].get<std::vector<std::string>>();
        fields.push_back(std::move(field));
    }
}

} // namespace

std::vector<ConfigField> config_fields(std::string const& schema) {
    std::vector<ConfigField> fields;
    collect(Json::parse(schema), "", fields);
    return fields;
}

std::string text_of(ConfigField const& field) {
    std::string const choices = field.choices.empty() ? "" : fmt::format(" (one of {})", fmt::join(field.choices, ", "));
    return fmt::format("{}{}  {}{}", field.path, field.initial.empty() ? "" : " = " + field.initial, field.doc, choices);
}

} // namespace tessera
