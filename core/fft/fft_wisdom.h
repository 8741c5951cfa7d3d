// FFTW's measured plans, kept between runs.
#pragma once

#include <filesystem>
#include <optional>

namespace tessera {

/// Where plans are kept: in cache_folder() (core/files/machine_numbers.h); nothing without one.
///
/// Keeping them saves the time of measuring, and makes runs repeatable: of two plans that are equally fast, measuring
/// again may take the other one, which rounds differently.
std::optional<std::filesystem::path> wisdom_file();

/// Adds the stored plans to FFTW's. Call it with the planner locked.
void load_wisdom();
/// Stores FFTW's plans, if the file can be written. Call it with the planner locked.
void save_wisdom() noexcept;

} // namespace tessera
