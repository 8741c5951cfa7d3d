#include "core/config/config.h"
#include "core/config/config_document.h"
#include "core/terminal/nearest.h"

#include <cmath>
#include <sstream>

namespace tessera {
namespace {

std::string describe_value(Json const& node) {
    std::string value = node.is_structured() ? std::string() : node.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (value.size() > 60) value = value.substr(0, 57) + "...";
    switch (node.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::boolean: return value;
    case Json::value_t::string: return "the string " + value;
    case Json::value_t::array: return fmt::format("an array of {} values", node.size());
    case Json::value_t::object: return "an object";
    default: return "the number " + value;
    }
}

std::string list(std::span<std::string const> names) {
    std::string all;
    for (std::string const& name : names) all += (all.empty() ? "\"" : ", \"") + name + "\"";
    return all;
}

class Reader final : public ConfigVisitor {
public:
    explicit Reader(ConfigDocument const& document) : document_(document), node_(&document.root) {}

    void object(Body const& body) override {
        expect(node_->is_object(), "an object");
        auto const outer_known = std::exchange(known_, {}), outer_missing = std::exchange(missing_, {});
        body(*this);
        for (auto const& [key, value] : node_->items())
            if (!(path_.empty() && key.starts_with('$')) && std::find(known_.begin(), known_.end(), key) == known_.end()) unknown(key);
        if (!missing_.empty()) fail("{} is missing", document_.place(below(missing_.front())));
        known_ = outer_known;
        missing_ = outer_missing;
    }

    void field(std::string_view name, std::string_view, ConfigLimits const& limits, Body const& body) override {
        std::string const key(name);
        known_.push_back(key);
        if (auto const found = node_->find(key); found != node_->end())
            inside(*found, key, [&] { body(*this); });
        else if (limits.required)
            missing_.push_back(key);
    }

    void array(Array const& array) override {
        Json const listed = from_command_line(array);
        Json const* const outer = std::exchange(node_, listed.is_null() ? node_ : &listed);
        std::string const like = array.size == 3 && document_.override_text(path_) ? ", such as 64,64,64" : "";
        expect(node_->is_array(), array.resize ? "an array" : fmt::format("an array of {} values{}", array.size, like));
        if (array.resize)
            array.resize(node_->size());
        else
            expect(node_->size() == array.size, fmt::format("an array of {} values{}", array.size, like));
        Json const& all = *node_;
        for (std::size_t i = 0; i < all.size(); ++i) inside(all[i], std::to_string(i), [&] { array.element(*this, i); });
        node_ = outer;
    }

    void boolean(bool& value) override {
        expect(node_->is_boolean(), "true or false");
        value = node_->get<bool>();
    }

    void integer(std::int64_t& value, std::int64_t min, std::int64_t max) override {
        expect(node_->is_number_integer(), "an integer");
        bool const too_large = node_->is_number_unsigned() && std::cmp_greater(node_->get<std::uint64_t>(), max);
        if (!too_large) value = node_->get<std::int64_t>();
        if (too_large || value < min || value > max) {
            bool const bounded_above = max < kLargestCount || value > kLargestCount || too_large;
            expect(false,
                bounded_above ? fmt::format("an integer from {} to {}", min, max) : fmt::format("an integer of at least {}", min));
        }
    }

    void number(double& value, ConfigLimits const& limits) override {
        expect(node_->is_number(), "a number");
        value = node_->get<double>();
        bool const in_range =
            (!limits.min || value >= *limits.min) && (!limits.above || value > *limits.above) && (!limits.max || value <= *limits.max);
        if (in_range) return;
        std::string range = "a number";
        if (limits.min) range += fmt::format(" of at least {}", *limits.min);
        if (limits.above) range += fmt::format(" above {}", *limits.above);
        if (limits.max) range += fmt::format("{} at most {}", limits.min || limits.above ? " and" : " of", *limits.max);
        expect(false, range);
    }

    void text(std::string& value, std::span<std::string const> one_of) override {
        // The shell has no quotes to tell "20" from 20: an override of a text field is text.
        if (auto const raw = document_.override_text(path_))
            value = *raw;
        else {
            expect(node_->is_string(), "a string");
            value = node_->get<std::string>();
        }
        if (one_of.empty() || std::find(one_of.begin(), one_of.end(), value) != one_of.end()) return;
        fail("{}: found \"{}\", expected one of {} (did you mean \"{}\"?)", document_.place(path_), value, list(one_of),
            nearest_name(value, one_of));
    }

    void table(std::map<std::string, std::string>& value) override {
        expect(node_->is_object(), "an object of strings");
        value.clear();
        for (auto const& [key, item] : node_->items()) inside(item, key, [&, &k = key] { text(value[k], {}); });
    }

    void optional(bool, std::function<void(bool)> const& set, Body const& body) override {
        set(!node_->is_null());
        if (!node_->is_null()) body(*this);
    }

private:
    void expect(bool holds, std::string const& expected) const {
        require(holds, "{}: found {}, expected {}", document_.place(path_), describe_value(*node_), expected);
    }

    [[noreturn]] void unknown(std::string const& key) const {
        std::vector<std::string> candidates = known_;
        fail("{}: unknown key \"{}\" (did you mean \"{}\"? known keys: {})", document_.place(below(key)), key,
            nearest_name(key, candidates), list(candidates));
    }

    // The shell has no brackets either: an override 64,64,64 is an array, one number the same along three axes, one text a list of it.
    // Null where the value is no such override.
    Json from_command_line(Array const& array) const {
        auto const text = document_.override_text(path_);
        if (!text || node_->is_array() || node_->is_null()) return {};
        Json values = Json::array();
        std::istringstream pieces(*text);
        for (std::string piece; std::getline(pieces, piece, ',');) {
            Json value = Json::parse(piece, nullptr, false);
            values.push_back(value.is_discarded() ? Json(piece) : std::move(value));
        }
        if (values.size() == 1 && node_->is_number() && array.size == 3 && !array.resize) values = {*node_, *node_, *node_};
        if (values.size() == 1 && !array.resize) return {}; // the message shows what was given
        return values;
    }

    ConfigPath below(std::string const& key) const {
        ConfigPath path = path_;
        path.push_back(key);
        return path;
    }

    template <class F> void inside(Json const& node, std::string const& key, F const& f) {
        Json const* const outer = std::exchange(node_, &node);
        path_.push_back(key);
        f();
        path_.pop_back();
        node_ = outer;
    }

    ConfigDocument const& document_;
    Json const* node_;
    ConfigPath path_;
    std::vector<std::string> known_, missing_; // of the object being read
};

} // namespace

void read_config(std::string const& text, std::string const& source, std::vector<std::string> const& overrides,
    ConfigVisitor::Body const& root) {
    ConfigDocument const document = parse_document(text, source, overrides);
    Reader(document).object(root);
}

} // namespace tessera
