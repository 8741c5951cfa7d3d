// The 348 bytes in front of a NIfTI-1 volume. Source: https://nifti.nimh.nih.gov/nifti-1
#pragma once

#include "recon/formats/nifti/nifti.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace tessera {

/// Reads and writes fields by their byte offset, in either byte order.
class NiftiHeader {
public:
    static constexpr std::size_t kBytes = 348;
    // Offsets of the fields that are used.
    static constexpr std::size_t kSize = 0, kDim = 40, kDatatype = 70, kBitpix = 72, kPixdim = 76, kVoxOffset = 108, kSlope = 112,
                                 kIntercept = 116, kUnits = 123, kDescription = 148, kQformCode = 252, kSformCode = 254, kQuaternion = 256,
                                 kQoffset = 268, kSform = 280, kMagic = 344;

    std::byte* data() { return bytes_.data(); }
    std::byte const* data() const { return bytes_.data(); }
    void set_swapped(bool swapped) { swapped_ = swapped; }
    bool swapped() const { return swapped_; }

    template <class T> T get(std::size_t offset, std::size_t index = 0) const {
        std::array<std::byte, sizeof(T)> raw;
        std::memcpy(raw.data(), bytes_.data() + offset + index * sizeof(T), sizeof(T));
        if (swapped_) std::reverse(raw.begin(), raw.end());
        T value;
        std::memcpy(&value, raw.data(), sizeof(T));
        return value;
    }
    template <class T> void put(std::size_t offset, T value, std::size_t index = 0) {
        std::memcpy(bytes_.data() + offset + index * sizeof(T), &value, sizeof(T));
    }

    /// The affine by sform, else by qform, else voxel sizes alone.
    Affine affine() const;
    /// Both sform and qform; a reflection goes into qfac (pixdim[0]).
    void set_affine(Affine const& affine);

private:
    std::array<std::byte, kBytes> bytes_{};
    bool swapped_ = false;
};

} // namespace tessera
