#include "tools/program/command_line.h"

#include "core/config/config_fields.h"
#include "core/error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>

namespace tessera {
namespace {

bool is_config(std::string const& file) {
    if (std::filesystem::path(file).extension() == ".json") return true;
    std::ifstream stream(file);
    char first = 0;
    return stream >> first && (first == '{' || first == '/'); // JSON, or a comment before it
}

void require_config(std::string const& file, bool takes_inputs) {
    std::error_code ignored;
    require(std::filesystem::exists(file, ignored), "{}: no such file", file);
    std::array<char, 4> start{};
    std::ifstream(file, std::ios::binary).read(start.data(), start.size());
    auto const extension = std::filesystem::path(file).extension();
    bool const scan =
        (start[0] == '\x89' && start[1] == 'H' && start[2] == 'D' && start[3] == 'F') || extension == ".cfl" || extension == ".hdr";
    require(!scan, "{}: this is a k-space file, not a configuration{}", file,
        takes_inputs ? " (its name ends in .json)" : "; the configuration is a JSON file");
}

bool has_output(std::vector<std::string> const& overrides) {
    return std::any_of(overrides.begin(), overrides.end(), [](std::string const& o) { return o.starts_with("output="); });
}

std::string quoted(std::string const& value) {
    std::string out = "\"";
    for (char const c : value) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "\"";
}

std::string list(std::vector<std::string> const& values) {
    std::string all;
    for (std::string const& v : values) all += (all.empty() ? "[" : ",") + quoted(v);
    return all + "]";
}

std::string footer(Usage const& usage, std::string const& schema) {
    std::string text = "Examples:\n";
    for (char const* const example : usage.examples) text += fmt::format("  {}\n", example);
    text += "\nFields that --set and the configuration file take, with their initial values (--fields prints all):\n";
    for (auto const& field : config_fields(schema))
        if (std::find(usage.fields.begin(), usage.fields.end(), field.path) != usage.fields.end()) text += "  " + text_of(field) + "\n";
    return text +
        "\nExit status: 0 done, 1 an error, which is said in one sentence, 2 a command line that is not understood,\n"
        "130 and 143 stopped by SIGINT (Ctrl-C) and SIGTERM.\n";
}

} // namespace

struct CommandLine::Parsed {
    std::function<std::string()> schema;
    std::vector<std::string> files, overrides, shortcuts;
    std::string output;
    bool fields = false, print_schema = false, quiet = false;
    CLI::App app;

    // The files without the one that is the configuration.
    std::vector<std::string> inputs(bool first_is_config) const { return {files.begin() + (first_is_config ? 1 : 0), files.end()}; }
};

CommandLine::CommandLine(Usage const& usage, std::function<std::string()> schema, char const* version)
    : usage_(usage), parsed_(std::make_unique<Parsed>()) {
    auto& p = *parsed_;
    auto& app = p.app;
    p.schema = std::move(schema);
    p.shortcuts.resize(usage_.shortcuts.size());
    app.description(usage_.purpose);
    app.name(usage_.name);
    app.add_option("files", p.files, *usage_.inputs ? "Configuration file (JSON) or k-space files, or both" : "Configuration file (JSON)");
    if (usage_.output) app.add_option("-o,--output", p.output, "Where results go: the field /output");
    for (std::size_t i = 0; i < p.shortcuts.size(); ++i)
        app.add_option(usage_.shortcuts[i].option, p.shortcuts[i], fmt::format("The field /{}", usage_.shortcuts[i].field));
    app.add_option("--set", p.overrides, "Set a field: --set cg.lambda=0.1, --set matrix=64,64,64")->expected(1)->take_all();
    for (Flag const& flag : usage_.flags) add_flag(flag); // after --set, which replaces what was collected before it
    app.add_flag("--fields", p.fields, "Print all fields with their initial values and exit");
    app.add_flag("--print-schema", p.print_schema, "Print the JSON Schema of the configuration and exit");
    app.add_flag("--quiet", p.quiet, "Only warnings and errors");
    app.set_version_flag("--version", version);
    app.footer([this] { return footer(usage_, parsed_->schema()); });
}

CommandLine::~CommandLine() = default;

void CommandLine::add_flag(char const* option, bool& value, char const* help, char const* needs) {
    auto* const flag = parsed_->app.add_flag(option, value, help);
    if (needs) flag->needs(parsed_->app.get_option(needs));
}

void CommandLine::add_flag(Flag const& flag) {
    parsed_->app.add_flag_callback(
        flag.option, [this, text = std::string(flag.override_text)] { parsed_->overrides.push_back(text); }, flag.help);
}

void CommandLine::add_option(char const* option, std::string& value, char const* help) { parsed_->app.add_option(option, value, help); }

std::optional<int> CommandLine::parse(int argc, char** argv) {
    try {
        parsed_->app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        return parsed_->app.exit(e) == 0 ? 0 : 2;
    }
    if (parsed_->print_schema) {
        std::cout << parsed_->schema() << '\n';
        return 0;
    }
    if (parsed_->fields) {
        for (auto const& field : config_fields(parsed_->schema())) std::cout << text_of(field) << '\n';
        return 0;
    }
    return {};
}

bool CommandLine::quiet() const { return parsed_->quiet; }

std::filesystem::path CommandLine::config_file() const {
    auto const& files = parsed_->files;
    bool const first = !files.empty() && (!*usage_.inputs || is_config(files.front()));
    return first ? std::filesystem::path(files.front()) : std::filesystem::path();
}

CommandLine::Sources CommandLine::sources() const {
    auto const& p = *parsed_;
    Sources s{config_file().string(), {}};
    auto const inputs = p.inputs(!s.file.empty());
    if (!s.file.empty()) require_config(s.file, *usage_.inputs);
    require(inputs.empty() || *usage_.inputs, "{}: {} is one file too many", usage_.name, inputs.empty() ? "" : inputs.front());
    bool const any_option = std::any_of(p.shortcuts.begin(), p.shortcuts.end(), [](std::string const& value) { return !value.empty(); });
    require(!s.file.empty() || !inputs.empty() || !p.overrides.empty() || !p.output.empty() || any_option,
        "{}: nothing to do: no configuration{} (see --help)", usage_.name, *usage_.inputs ? " and no k-space file" : " file given");
    require(inputs.size() <= 1 || usage_.several, "{}: {} is one file too many, one is reconstructed at a time", usage_.name,
        inputs.empty() ? "" : inputs.back());

    for (std::size_t i = 0; i < p.shortcuts.size(); ++i)
        if (!p.shortcuts[i].empty() && *usage_.shortcuts[i].implied) s.overrides.emplace_back(usage_.shortcuts[i].implied);
    if (!inputs.empty()) s.overrides.push_back(fmt::format("{}={}", usage_.inputs, usage_.several ? list(inputs) : quoted(inputs.front())));
    if (!p.output.empty()) s.overrides.push_back("output=" + quoted(p.output));
    for (std::size_t i = 0; i < p.shortcuts.size(); ++i)
        if (!p.shortcuts[i].empty()) s.overrides.push_back(fmt::format("{}={}", usage_.shortcuts[i].field, p.shortcuts[i]));
    s.overrides.insert(s.overrides.end(), p.overrides.begin(), p.overrides.end());

    require(!s.file.empty() || !*usage_.inputs || !usage_.output || has_output(s.overrides), "{}: where do results go? -o names the folder",
        usage_.name);
    return s;
}

std::vector<std::string> CommandLine::given() const {
    auto const s = sources();
    return given_fields(s.file.empty() ? "{}" : read_config_text(s.file), s.file.empty() ? usage_.name : s.file, s.overrides);
}

} // namespace tessera
