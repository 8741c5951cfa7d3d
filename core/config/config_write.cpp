#include "core/config/config.h"
#include "core/config/config_document.h"

namespace tessera {
namespace {

class Writer final : public ConfigVisitor {
public:
    Json take() { return std::move(node_); }

    void field(std::string_view name, std::string_view, ConfigLimits const&, Body const& body) override {
        node_[std::string(name)] = written(body);
    }
    void object(Body const& body) override {
        node_ = Json::object();
        body(*this);
    }
    void array(Array const& array) override {
        Json all = Json::array();
        for (std::size_t i = 0; i < array.size; ++i) all.push_back(written([&](ConfigVisitor& v) { array.element(v, i); }));
        node_ = std::move(all);
    }
    void boolean(bool& value) override { node_ = value; }
    void integer(std::int64_t& value, std::int64_t, std::int64_t) override { node_ = value; }
    void number(double& value, ConfigLimits const&) override { node_ = value; }
    void text(std::string& value, std::span<std::string const>) override { node_ = value; }
    void table(std::map<std::string, std::string>& value) override {
        node_ = Json::object();
        for (auto const& [key, item] : value) node_[key] = item;
    }
    void optional(bool engaged, std::function<void(bool)> const&, Body const& body) override { node_ = engaged ? written(body) : Json(); }

    static Json written(Body const& body) {
        Writer inner;
        body(inner);
        return inner.take();
    }

private:
    Json node_;
};

class SchemaWriter final : public ConfigVisitor {
public:
    Json take() { return std::move(node_); }

    void field(std::string_view name, std::string_view doc, ConfigLimits const& limits, Body const& body) override {
        Json initial = Writer::written(body); // before the schema, which may engage optionals and fill vectors
        Json schema = written(body);
        if (!doc.empty()) schema["description"] = std::string(doc);
        if (limits.required)
            node_["required"].push_back(std::string(name));
        else if (!initial.is_object())
            schema["default"] = std::move(initial);
        node_["properties"][std::string(name)] = std::move(schema);
    }
    void object(Body const& body) override {
        node_ = {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
        body(*this);
    }
    void array(Array const& array) override {
        if (array.resize && array.size == 0) array.resize(1); // an element to describe
        node_ = {{"type", "array"}, {"items", written([&](ConfigVisitor& v) { array.element(v, 0); })}};
        if (!array.resize) node_["minItems"] = node_["maxItems"] = array.size;
    }
    void boolean(bool&) override { node_ = {{"type", "boolean"}}; }
    void integer(std::int64_t&, std::int64_t min, std::int64_t max) override {
        node_ = {{"type", "integer"}};
        if (min != std::numeric_limits<std::int64_t>::min()) node_["minimum"] = min;
        if (max != std::numeric_limits<std::int64_t>::max()) node_["maximum"] = max;
    }
    void number(double&, ConfigLimits const& limits) override {
        node_ = {{"type", "number"}};
        if (limits.min) node_["minimum"] = *limits.min;
        if (limits.above) node_["exclusiveMinimum"] = *limits.above;
        if (limits.max) node_["maximum"] = *limits.max;
    }
    void text(std::string&, std::span<std::string const> one_of) override {
        node_ = {{"type", "string"}};
        if (!one_of.empty()) node_["enum"] = std::vector<std::string>(one_of.begin(), one_of.end());
    }
    void table(std::map<std::string, std::string>&) override {
        node_ = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    }
    void optional(bool engaged, std::function<void(bool)> const& set, Body const& body) override {
        if (!engaged) set(true);
        node_ = {{"anyOf", Json::array({written(body), Json{{"type", "null"}}})}};
    }

private:
    static Json written(Body const& body) {
        SchemaWriter inner;
        body(inner);
        return inner.take();
    }

    Json node_;
};

} // namespace

std::string write_config(ConfigVisitor::Body const& root) {
    Writer writer;
    writer.object(root);
    return writer.take().dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; // names of files may be no UTF-8
}

std::string write_config_schema(std::string const& title, ConfigVisitor::Body const& root) {
    SchemaWriter writer;
    writer.object(root);
    Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
    schema.update(writer.take());
    schema["properties"]["$schema"] = {{"type", "string"}};
    schema["patternProperties"] = {{"^\\$", true}}; // what a run says of itself
    return schema.dump(2) + "\n";
}

} // namespace tessera
