// Rules of the source tree: kernels -> core -> nn -> recon -> tools, no include points upward; files stay short;
// CTest sees every test.
#include "tests/support/catch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr std::ptrdiff_t kMaxLines = 400;
std::vector<std::string> const kFolders{"kernels", "core", "nn", "recon", "tools"};

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

// The project's own includes are written from the root: "core/arrays/tensor.h". Returns those that `folder` must not have.
std::vector<std::string> bad_includes(Source const& source) {
    static std::regex const include(R"(^[ \t]*#[ \t]*include[ \t]*[<"](([A-Za-z0-9_]+)/[^>"]*|[^>"/]*)([>"]))", std::regex::multiline);
    auto const level = [](std::string const& folder) {
        return std::find(kFolders.begin(), kFolders.end(), folder) - kFolders.begin();
    };
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
