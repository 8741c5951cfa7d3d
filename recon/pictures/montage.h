// Volumes side by side: the same slices, seen along each axis.
#pragma once

#include "recon/pictures/orientation.h"
#include "recon/pictures/png.h"

#include <optional>
#include <string>

namespace tessera::report {

enum class Colours {
    grey,
    heat ///< black, violet, orange, pale yellow: brightness grows evenly, so that errors are not exaggerated by hue
};

struct MontageColumn {
    std::string caption;
    Tensor<real> volume; ///< [z, y, x] in host memory
    Window window;
    Colours colours = Colours::grey;
};

struct Montage {
    std::vector<std::string> columns, rows;     ///< captions; rows are directions
    std::vector<std::vector<Picture>> pictures; ///< [row][column], of equal size in a row
    std::string windows;                        ///< a sentence that says which values the darkest and brightest shade stand for
};

enum class Look {
    slices,     ///< through the centre
    projections ///< maximum intensity
};

/// Central slices (or projections) of each column along z, y and x; a volume with one slice has one row. The orientation, where it is
/// given, is told beside each row.
/// Throws Error for volumes of unequal shape and empty windows.
Montage make_montage(std::vector<MontageColumn> const& columns, PerAxis const& voxel_mm, Look look = Look::slices,
    std::optional<Orientation> const& orientation = {});

/// Input, output, target and `error_factor` times |output - target|, all in the target's default window (the error in colour).
/// The volumes are magnitudes and shown as they are: scale them first.
std::vector<MontageColumn> against_target(Tensor<real> const& input, Tensor<real> const& output, Tensor<real> const& target,
    double error_factor);

/// The whole montage as one coloured picture without text.
Picture compose(Montage const& montage);

/// A <figure> with the pictures in a grid, captions above the columns and left of the rows, windows and note below.
std::string html(Montage const& montage, std::string const& title, std::string const& note = "");

} // namespace tessera::report
