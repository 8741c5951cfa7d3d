// What a program's command line says: a configuration file, or the files to work on, and fields on top.
#pragma once

#include "core/config/config_fields.h"
#include "core/config/given_fields.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace tessera {

/// An option that stands for a field: --method for "method".
struct Shortcut {
    char const* option;
    char const* field;
    char const* implied = ""; ///< an override that comes with it, before all others
};

/// An option without a value that stands for a field's.
struct Flag {
    char const* option;
    char const* override_text; ///< as --set takes it
    char const* help;
};

/// What a program tells about itself.
struct Usage {
    char const* name;
    char const* purpose;
    char const* inputs = ""; ///< field that files on the command line fill; empty: there is none
    bool several = false;    ///< an array of them
    bool output = true;      ///< whether there is a field /output
    std::vector<Shortcut> shortcuts{};
    std::vector<Flag> flags{};
    std::vector<char const*> examples{}; ///< for --help
    std::vector<char const*> fields{};   ///< those that people need, for --help
};

/// Adds its options to an app and collects what they say.
class CommandLine {
public:
    CommandLine(Usage const& usage, std::function<std::string()> schema) : usage_(usage), given_(usage.shortcuts.size()) {
        app_.description(usage.purpose);
        app_.name(usage.name);
        bool const takes_inputs = *usage_.inputs != '\0';
        app_.add_option("files", files_,
            takes_inputs ? "Configuration file (JSON) or k-space files, or both" : "Configuration file (JSON)");
        if (usage_.output) app_.add_option("-o,--output", output_, "Where results go: the field /output");
        for (std::size_t i = 0; i < given_.size(); ++i)
            app_.add_option(usage_.shortcuts[i].option, given_[i], fmt::format("The field /{}", usage_.shortcuts[i].field));
        app_.add_option("--set", overrides_, "Set a field: --set cg.lambda=0.1, --set matrix=64,64,64")->expected(1)->take_all();
        // after --set, which replaces what was collected before it
        for (Flag const& flag : usage_.flags)
            app_.add_flag_callback(
                flag.option, [this, flag] { add(flag.override_text); }, flag.help);
        app_.add_flag("--fields", fields_, "Print all fields with their initial values and exit");
        app_.add_flag("--print-schema", print_schema_, "Print the JSON Schema of the configuration and exit");
        app_.add_flag("--quiet", quiet_, "Only warnings and errors");
        app_.footer([this, schema = std::move(schema)] { return footer(schema()); });
    }
    CommandLine(CommandLine const&) = delete;
    CommandLine& operator=(CommandLine const&) = delete;

    CLI::App& app() { return app_; }
    bool wants_fields() const { return fields_; }
    bool wants_schema() const { return print_schema_; }
    bool quiet() const { return quiet_; }
    /// One more override, as --set takes it.
    void add(std::string const& override_text) { overrides_.push_back(override_text); }
    /// The configuration file among the files; empty: there is none.
    std::filesystem::path config_file() const {
        bool const first = !files_.empty() && (*usage_.inputs == '\0' || is_config(files_.front()));
        return first ? std::filesystem::path(files_.front()) : std::filesystem::path();
    }

    /// The configuration that the files and options name, read with `load(file, overrides)` or `parse(text, source, overrides)`.
    template <class Config> Config config() const {
        auto inputs = files_;
        std::string const file = config_file().string();
        if (!file.empty()) {
            inputs.erase(inputs.begin());
            require_config(file);
        }
        require(inputs.empty() || *usage_.inputs != '\0', "{}: {} is one file too many", usage_.name, inputs.empty() ? "" : inputs.front());
        bool const any_option = std::any_of(given_.begin(), given_.end(), [](std::string const& value) { return !value.empty(); });
        require(!file.empty() || !inputs.empty() || !overrides_.empty() || !output_.empty() || any_option,
            "{}: nothing to do: no configuration{} (see --help)", usage_.name, *usage_.inputs ? " and no k-space file" : " file given");
        auto const overrides = all_overrides(inputs);
        require(!file.empty() || !*usage_.inputs || !usage_.output || has_output(overrides), "{}: where do results go? -o names the folder",
            usage_.name);
        return file.empty() ? parse_config<Config>("{}", usage_.name, overrides) : load_config<Config>(file, overrides);
    }

    /// The fields that the file and the options give, as given_fields() has them.
    std::vector<std::string> given() const {
        auto inputs = files_;
        std::string const file = config_file().string();
        if (!file.empty()) inputs.erase(inputs.begin());
        return given_fields(file.empty() ? "{}" : read_config_text(file), file.empty() ? usage_.name : file, all_overrides(inputs));
    }

private:
    static bool is_config(std::string const& file) {
        if (std::filesystem::path(file).extension() == ".json") return true;
        std::ifstream stream(file);
        char first = 0;
        return stream >> first && (first == '{' || first == '/'); // JSON, or a comment before it
    }

    void require_config(std::string const& file) const {
        std::error_code ignored;
        require(std::filesystem::exists(file, ignored), "{}: no such file", file);
        std::array<char, 4> start{};
        std::ifstream(file, std::ios::binary).read(start.data(), start.size());
        auto const extension = std::filesystem::path(file).extension();
        bool const scan =
            (start[0] == '\x89' && start[1] == 'H' && start[2] == 'D' && start[3] == 'F') || extension == ".cfl" || extension == ".hdr";
        require(!scan, "{}: this is a k-space file, not a configuration{}", file,
            *usage_.inputs ? " (its name ends in .json)" : "; the configuration is a JSON file");
    }

    static bool has_output(std::vector<std::string> const& overrides) {
        return std::any_of(overrides.begin(), overrides.end(), [](std::string const& o) { return o.starts_with("output="); });
    }
    static std::string list(std::vector<std::string> const& values) {
        std::string all;
        for (std::string const& v : values) all += (all.empty() ? "[" : ",") + quoted(v);
        return all + "]";
    }
    static std::string quoted(std::string const& value) {
        std::string out = "\"";
        for (char const c : value) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        return out + "\"";
    }

    std::vector<std::string> all_overrides(std::vector<std::string> const& inputs) const {
        require(inputs.size() <= 1 || usage_.several, "{}: {} is one file too many, one is reconstructed at a time", usage_.name,
            inputs.empty() ? "" : inputs.back());
        std::vector<std::string> all;
        for (std::size_t i = 0; i < given_.size(); ++i)
            if (!given_[i].empty() && *usage_.shortcuts[i].implied) all.emplace_back(usage_.shortcuts[i].implied);
        if (!inputs.empty()) all.push_back(fmt::format("{}={}", usage_.inputs, usage_.several ? list(inputs) : quoted(inputs.front())));
        if (!output_.empty()) all.push_back("output=" + quoted(output_));
        for (std::size_t i = 0; i < given_.size(); ++i)
            if (!given_[i].empty()) all.push_back(fmt::format("{}={}", usage_.shortcuts[i].field, given_[i]));
        all.insert(all.end(), overrides_.begin(), overrides_.end());
        return all;
    }

    std::string footer(std::string const& schema) const {
        std::string text = "Examples:\n";
        for (char const* const example : usage_.examples) text += fmt::format("  {}\n", example);
        text += "\nFields that --set and the configuration file take, with their initial values (--fields prints all):\n";
        for (auto const& field : config_fields(schema))
            if (std::find(usage_.fields.begin(), usage_.fields.end(), field.path) != usage_.fields.end())
                text += "  " + text_of(field) + "\n";
        return text +
            "\nExit status: 0 done, 1 an error, which is said in one sentence, 2 a command line that is not understood,\n"
            "130 and 143 stopped by SIGINT (Ctrl-C) and SIGTERM.\n";
    }

    Usage usage_;
    CLI::App app_;
    std::vector<std::string> files_, overrides_, given_;
    std::string output_;
    bool fields_ = false, print_schema_ = false, quiet_ = false;
};

} // namespace tessera
