// Rules of the source tree: kernels -> core -> nn -> recon -> tools and, inside recon and kernels, the order of the rooms; no include
// points upward, none in a circle; files stay short and folders small; CTest sees every test.
#include "tests/support/catch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr std::ptrdiff_t kMaxLines = 400;
constexpr int kMostFiles = 25;
std::vector<std::string> const kFolders{"kernels", "core", "nn", "recon", "tools"};

using Rooms = std::vector<std::string>;
Rooms const kData{"recon/acquisition", "recon/metrics", "recon/formats", "recon/pictures", "recon/nufft", "recon/motion", "recon/delays",
    "recon/scan", "recon/sense", "recon/unrolled", "recon/models"};
Rooms with(Rooms rooms, Rooms const& more) {
    rooms.insert(rooms.end(), more.begin(), more.end());
    return rooms;
}

// The rooms, and which others each may include.
std::map<std::string, Rooms> const kRooms{
    {"kernels/simt", {}},
    {"kernels/arrays", {}},
    {"kernels/compressed_sensing", {"kernels/arrays"}},
    {"kernels/gridding", {"kernels/arrays"}},
    {"kernels/network", {"kernels/arrays"}},
    {"recon/acquisition", {}},
    {"recon/metrics", {"recon/acquisition"}},
    {"recon/formats", {"recon/acquisition"}},
    {"recon/pictures", {"recon/acquisition", "recon/metrics"}},
    {"recon/nufft", {"recon/acquisition"}},
    {"recon/delays", {"recon/acquisition", "recon/nufft"}},
    {"recon/simulation", {"recon/acquisition", "recon/formats", "recon/nufft", "recon/delays"}},
    {"recon/motion", {"recon/acquisition", "recon/nufft"}},
    {"recon/scan", {"recon/acquisition", "recon/formats", "recon/nufft", "recon/motion", "recon/delays"}},
    {"recon/sense", {"recon/acquisition", "recon/nufft", "recon/scan"}},
    {"recon/compressed_sensing", {"recon/sense"}},
    {"recon/unrolled", {"recon/acquisition", "recon/scan", "recon/sense"}},
    {"recon/models", {"recon/acquisition", "recon/scan", "recon/sense", "recon/unrolled"}},
    {"recon/methods", with(kData, {"recon/compressed_sensing"})},
    {"recon/training", with(kData, {"recon/compressed_sensing", "recon/methods"})},
    {"recon/comparison", with(kData, {"recon/compressed_sensing", "recon/methods"})},
    {"recon/states", with(kData, {"recon/compressed_sensing", "recon/methods"})},
    {"recon/inspection", {"recon/acquisition", "recon/formats", "recon/pictures", "recon/motion", "recon/delays", "recon/scan"}},
    {"recon/planner", with(kData, {"recon/methods", "recon/states", "recon/training", "recon/comparison"})},
};

// "recon/nufft" of "recon/nufft/nufft.h", "" outside of rooms.
std::string room_of(std::string const& file) {
    static std::regex const pattern(R"(^((?:recon|kernels)/[a-z_]+)/.*)");
    std::smatch found;
    return std::regex_match(file, found, pattern) ? found[1].str() : "";
}

struct Source {
    std::string name; // relative to the root of the project
    std::string text;
};

std::vector<Source> sources(std::vector<std::string> const& folders = kFolders) {
    std::vector<Source> all;
    fs::path const root = TESSERA_SOURCE_DIR;
    for (std::string const& folder : folders) {
        if (!fs::exists(root / folder)) continue;
        for (auto const& entry : fs::recursive_directory_iterator(root / folder)) {
            auto const extension = entry.path().extension();
            if (extension != ".h" && extension != ".cpp" && extension != ".cu") continue;
            std::ostringstream text;
            text << std::ifstream(entry.path()).rdbuf();
            all.push_back({fs::relative(entry.path(), root).generic_string(), text.str()});
        }
    }
    return all;
}

std::vector<std::string> includes(Source const& source) {
    static std::regex const include(R"re(^[ \t]*#[ \t]*include[ \t]*"([^"]*)")re", std::regex::multiline);
    std::vector<std::string> files;
    for (std::sregex_iterator i(source.text.begin(), source.text.end(), include), end; i != end; ++i) files.push_back((*i)[1]);
    return files;
}

// Includes of rooms of the same storey that the source's room must not know.
std::vector<std::string> rooms_unknown_to(Source const& source) {
    std::string const own = room_of(source.name), storey = own.substr(0, own.find('/'));
    auto const& allowed = kRooms.at(own);
    std::vector<std::string> unknown;
    for (std::string const& file : includes(source)) {
        std::string const other = room_of(file);
        bool const beside = !other.empty() && other != own && other.substr(0, other.find('/')) == storey;
        if (beside && std::find(allowed.begin(), allowed.end(), other) == allowed.end()) unknown.push_back(file);
    }
    return unknown;
}

// The project's own includes are written from the root: "core/arrays/tensor.h". Returns those that `folder` must not have.
std::vector<std::string> bad_includes(Source const& source) {
    static std::regex const include(R"(^[ \t]*#[ \t]*include[ \t]*[<"](([A-Za-z0-9_]+)/[^>"]*|[^>"/]*)([>"]))", std::regex::multiline);
    auto const level = [](std::string const& folder) { return std::find(kFolders.begin(), kFolders.end(), folder) - kFolders.begin(); };
    auto const own = level(source.name.substr(0, source.name.find('/')));
    std::vector<std::string> bad;
    for (std::sregex_iterator i(source.text.begin(), source.text.end(), include), end; i != end; ++i) {
        std::string const file = (*i)[1], folder = (*i)[2];
        bool const ours = level(folder) < static_cast<std::ptrdiff_t>(kFolders.size());
        bool const quoted = (*i)[3] == "\"";
        if (folder == "tests" || (ours && level(folder) > own) || (quoted && !ours)) bad.push_back(file);
    }
    return bad;
}

} // namespace

TEST_CASE("the check sees includes that point upward", "[house]") {
    std::string const text = "#include \"core/arrays/tensor.h\"\n#include \"recon/nufft/nufft.h\"\n  # include <tools/main.h>\n"
                             "#include <vector>\n#include <sys/mman.h>\n#include \"tensor.h\"\n#include \"tests/support/data.h\"\n";
    CHECK(bad_includes({"kernels/a.cu", text}) ==
        std::vector<std::string>{"core/arrays/tensor.h", "recon/nufft/nufft.h", "tools/main.h", "tensor.h", "tests/support/data.h"});
    CHECK(bad_includes({"recon/a.cpp", text}) == std::vector<std::string>{"tools/main.h", "tensor.h", "tests/support/data.h"});
}

TEST_CASE("no include points upward in the house", "[house]") {
    auto const all = sources();
    REQUIRE(all.size() > 10);
    for (Source const& source : all)
        for (std::string const& file : bad_includes(source)) FAIL_CHECK(source.name << " must not include " << file);
}

TEST_CASE("the check sees rooms that must not know each other", "[house]") {
    std::string const text =
        "#include \"core/arrays/tensor.h\"\n#include \"recon/acquisition/geometry.h\"\n#include \"recon/scan/scan.h\"\n";
    CHECK(rooms_unknown_to({"recon/nufft/a.cpp", text}) == std::vector<std::string>{"recon/scan/scan.h"});
    CHECK(rooms_unknown_to({"recon/sense/a.cpp", text}).empty());
}

TEST_CASE("rooms include only the rooms that they may know", "[house]") {
    std::set<std::string> seen;
    for (Source const& source : sources()) {
        std::string const own = room_of(source.name);
        if (own.empty()) continue;
        REQUIRE(kRooms.contains(own)); // a new room gets a line in the table
        seen.insert(own);
        for (std::string const& file : rooms_unknown_to(source)) FAIL_CHECK(source.name << " must not include " << file);
    }
    for (auto const& [room, allowed] : kRooms) {
        CAPTURE(room);
        CHECK(seen.contains(room)); // no line without a room
    }
}

TEST_CASE("sources of recon stand in rooms", "[house]") {
    for (Source const& source : sources({"recon"}))
        if (std::count(source.name.begin(), source.name.end(), '/') < 2) FAIL_CHECK(source.name << " stands in no room");
}

TEST_CASE("no header includes itself by way of others", "[house]") {
    std::map<std::string, std::vector<std::string>> graph;
    for (Source const& source : sources()) graph[source.name] = includes(source);
    std::map<std::string, int> state; // 1: being visited, 2: done
    std::function<void(std::string const&, std::string const&)> const visit = [&](std::string const& file, std::string const& path) {
        state[file] = 1;
        for (std::string const& next : graph[file]) {
            if (!graph.contains(next)) continue;
            if (state[next] == 1) FAIL_CHECK("a circle: " << path << " -> " << next);
            if (state[next] == 0) visit(next, path + " -> " + next);
        }
        state[file] = 2;
    };
    for (Source const& source : sources())
        if (state[source.name] == 0) visit(source.name, source.name);
}

TEST_CASE("a folder has at most 25 sources", "[house]") {
    std::map<std::string, int> count;
    for (Source const& source : sources()) ++count[fs::path(source.name).parent_path().generic_string()];
    for (auto const& [folder, n] : count)
        if (n > kMostFiles) FAIL_CHECK(folder << " has " << n << " sources, at most " << kMostFiles << " are allowed");
}

TEST_CASE("no two headers define one type of one namespace", "[house]") {
    static std::regex const line(R"(^(?:namespace ([a-z_:]+) \{|(?:template <[^>]*> )?(?:class|struct|enum class) ([A-Z]\w*)[^;]*$))");
    std::map<std::string, std::string> where;
    for (Source const& source : sources()) {
        if (!source.name.ends_with(".h")) continue;
        std::string space;
        std::istringstream lines(source.text);
        for (std::string text; std::getline(lines, text);) {
            std::smatch found;
            if (!std::regex_search(text, found, line)) continue;
            if (found[1].matched) {
                space = found[1];
            } else if (std::string const type = space + "::" + found[2].str();
                       !where.emplace(type, source.name).second && where[type] != source.name) {
                FAIL_CHECK(type << " stands in " << where[type] << " and in " << source.name);
            }
        }
    }
    CHECK(where.size() > 100);
}

TEST_CASE("source files have at most 400 lines", "[house]") {
    for (Source const& source : sources()) {
        auto const lines = std::count(source.text.begin(), source.text.end(), '\n');
        if (lines > kMaxLines) FAIL_CHECK(source.name << " has " << lines << " lines, at most " << kMaxLines << " are allowed");
    }
}

TEST_CASE("names of test cases have no brackets and semicolons, with which CTest loses the tests that follow", "[house]") {
    static std::regex const name(R"re(TEST_CASE\(\s*"([^"]*)")re");
    for (Source const& source : sources({"tests"}))
        for (std::sregex_iterator i(source.text.begin(), source.text.end(), name), end; i != end; ++i)
            if ((*i)[1].str().find_first_of("[];") != std::string::npos) FAIL_CHECK(source.name << ": test case \"" << (*i)[1] << '"');
}
