// The formats of scans, one line each.
#pragma once

#include "recon/formats/read.h"

#include <span>

namespace tessera {

struct Format {
    char const* name;
    /// Whether a file that exists looks like it; null: never by itself, the user has to say so.
    bool (*recognises)(std::filesystem::path const& path, ReadOptions const& options);
    Acquisition (*read)(std::filesystem::path const& path, ReadOptions const& options, Context const& host);
    void (*write)(std::filesystem::path const& path, Acquisition const& acquisition); ///< null: cannot be written
};

/// All formats; the first that recognises a file reads it.
std::span<Format const> formats();

/// Throws Error for a name that is not in the table.
Format const& format_named(std::string const& name);

} // namespace tessera
