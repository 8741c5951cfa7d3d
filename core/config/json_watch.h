// What nlohmann's parser lets pass and this project does not, refused while a text is parsed.
#pragma once

#include "core/error.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace tessera {

/// A callback for one call of Json::parse(). Throws Error for a key that an object has twice, of which the parser would keep one
/// without a word, and for nesting so deep that recursive work on the document would exhaust the stack.
class JsonWatch {
public:
    static constexpr int kDeepest = 64;

    template <class Json> bool operator()(int depth, typename Json::parse_event_t event, Json& value) {
        using Event = typename Json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start)
            require(depth < kDeepest, "nested deeper than {} levels", kDeepest);
        if (event == Event::object_start) keys_.emplace_back();
        if (event == Event::object_end) keys_.pop_back();
        if (event == Event::key && !keys_.back().insert(value.template get<std::string>()).second)
            fail("the key {} is given twice in one object", value.dump(-1, ' ', false, Json::error_handler_t::replace));
        return true;
    }

private:
    std::vector<std::set<std::string>> keys_; // of the objects around the parser's position
};

/// The document of a text that a program wrote, such as the metadata of a file; a discarded one where it is no JSON or is refused.
template <class Json> Json parse_or_discard(std::string const& text) {
    JsonWatch watch;
    typename Json::parser_callback_t const callback = [&](int depth, typename Json::parse_event_t event, Json& value) {
        return watch(depth, event, value);
    };
    try {
        return Json::parse(text, callback);
    } catch (typename Json::exception const&) {
    } catch (Error const&) {}
    return Json(Json::value_t::discarded);
}

} // namespace tessera
