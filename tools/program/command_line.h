// What a program's command line says: a configuration file, or the files to work on, and fields on top.
#pragma once

#include "core/config/config.h"
#include "core/config/given_fields.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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

/// The options that every program has, those of its Usage, and what is added.
class CommandLine {
public:
    /// `schema` makes the JSON Schema of the configuration, where it is asked for.
    CommandLine(Usage const& usage, std::function<std::string()> schema, char const* version);
    ~CommandLine();
    CommandLine(CommandLine const&) = delete;
    CommandLine& operator=(CommandLine const&) = delete;

    /// An option without a value; `needs` names one that it makes sense with only.
    void add_flag(char const* option, bool& value, char const* help, char const* needs = nullptr);
    void add_flag(Flag const& flag);
    void add_option(char const* option, std::string& value, char const* help);

    /// Reads it. Where nothing is left to be done (--help, --fields, --print-schema, what is not understood) it is done, and the exit
    /// status comes back.
    std::optional<int> parse(int argc, char** argv);

    bool quiet() const;
    /// The configuration file among the files; empty: there is none.
    std::filesystem::path config_file() const;
    /// The configuration that the files and options name.
    template <class Config> Config config() const {
        auto const [file, overrides] = sources();
        return file.empty() ? parse_config<Config>("{}", usage_.name, overrides) : load_config<Config>(file, overrides);
    }
    /// The fields that the file and the options give, as given_fields() has them.
    std::vector<std::string> given() const;

private:
    struct Sources {
        std::string file; ///< empty: there is none
        std::vector<std::string> overrides;
    };
    /// Throws Error where they are not enough, or too many.
    Sources sources() const;

    Usage usage_;
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

} // namespace tessera
