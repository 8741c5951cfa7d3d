// The table of acquisitions in an ISMRMRD file, read in blocks: one record at a time is about seven times slower.
#pragma once

#include "core/files/hdf5.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tessera {

/// The members of ISMRMRD's acquisition header that are used here.
struct IsmrmrdHead {
    std::uint64_t flags;
    std::uint16_t number_of_samples, active_channels, discard_pre, discard_post, encoding_space_ref, trajectory_dimensions;
    float position[3], read_dir[3], phase_dir[3], slice_dir[3]; ///< LPS, mm
    std::uint16_t slice, contrast;
    std::uint32_t acquisition_time_stamp, physiology_time_stamp[3]; ///< 0 where the file has none

    /// Flags are numbered from 1, as the standard does.
    bool flag(int number) const { return flags >> (number - 1) & 1; }
};

class IsmrmrdRecords {
public:
    /// `dataset` is the table, usually "dataset/data". Throws Error where it has not the members of the standard.
    IsmrmrdRecords(hdf5::File const& file, std::string const& dataset);

    std::vector<IsmrmrdHead> const& heads() const { return heads_; }
    std::uintmax_t file_bytes() const { return file_->bytes(); }
    /// Calls `use(record, data, trajectory)` for records [begin, end) in their order; data is [channel, sample] (re, im).
    void read(std::size_t begin, std::size_t end,
        std::function<void(std::size_t, std::span<float const>, std::span<float const>)> const& use) const;

private:
    hdf5::File const* file_;
    std::string dataset_;
    std::vector<IsmrmrdHead> heads_;
};

} // namespace tessera
