// What the time stamps of ISMRMRD acquisitions say of the breath.
#pragma once

#include "recon/formats/ismrmrd/ismrmrd_records.h"

namespace tessera {

/// Seconds per tick of a stamp. The standard leaves the unit to the vendor; converters of Siemens' data write ticks of 2.5 ms.
inline constexpr double kSecondsPerTick = 2.5e-3;

/// When acquisitions were made, in seconds since the first; empty where the stamps are all alike.
std::vector<double> acquisition_times(std::vector<IsmrmrdHead> const& heads, std::vector<std::size_t> const& records);

/// The breath as seen by a respiratory trigger: (1 - cos 2 pi p) / 2 for the part p of the time between two triggers that has gone by, so 0
/// at the trigger, where expiration ends, and 1 midway.
///
/// A physiology stamp counts the time since the latest trigger; the first of the three whose triggers lie 1.5 to 12 s apart (median) is
/// taken. Empty where there is none, or fewer than three triggers.
std::vector<double> triggered_respiration(std::vector<IsmrmrdHead> const& heads, std::vector<std::size_t> const& records);

} // namespace tessera
