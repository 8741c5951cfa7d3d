// The fields of a configuration as a list: for help texts and completion.
#pragma once

#include "core/config/config.h"

namespace tessera {

struct ConfigField {
    std::string path;    ///< as --set takes it: "cg.iterations"
    std::string initial; ///< JSON; empty for a field that must be given
    std::string doc;
    std::vector<std::string> choices; ///< empty: any
};

/// All fields of a schema that config_schema() wrote, in their order; fields of objects come one by one, arrays of objects as a whole.
std::vector<ConfigField> config_fields(std::string const& schema);

/// "cg.iterations = 30  Iterations at most."
std::string text_of(ConfigField const& field);

} // namespace tessera
