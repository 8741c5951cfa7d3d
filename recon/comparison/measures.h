// What a comparison of methods has measured.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/methods/sweep.h"
#include "recon/metrics/image_quality.h"
#include "recon/metrics/statistics.h"

#include <limits>
#include <string>
#include <vector>

namespace tessera {

/// One method on one scan. Whatever was not measured is NaN or empty.
struct MethodResult {
    static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

    std::string name;
    std::optional<double> lambda;                          ///< of its regularisation, where it has one
    double seconds = kNone;                                ///< from the prepared scan to the image, operators included
    double peak_bytes = kNone;                             ///< device memory at its highest, the prepared scan included
    std::optional<ImageQuality> object, volume;            ///< in the mask of the object and without
    double iterations = kNone, residual = kNone;           ///< of a fixed point: until it was reached, and where it ended
    double seam = kNone;                                   ///< seam_ratio() where the method works in patches
    double vessel_width = kNone;                           ///< VesselSharpness::over_reference
    double vessels_lost = kNone;                           ///< share of the profiles that show no vessel
    double kspace_error = kNone;                           ///< of held-out readouts, from an image without them
    double lesion_recovery = kNone, lesion_spread = kNone; ///< answer to an inserted lesion, see recon/comparison/lesion.h
    double repeat_difference = kNone;                      ///< between two realisations of the noise, see recon/comparison/noise_replica.h
    std::vector<SweepRow> sweep;                           ///< how lambda was chosen; empty: it was given
    std::optional<SweepMetric> chosen_by;
    std::vector<std::string> warnings; ///< what a reader of its figures should know, one sentence each
};

struct CaseResult {
    std::string name;
    Matrix matrix{};
    std::vector<MethodResult> methods; ///< in the order of the configuration
    std::string file{};                ///< where the scan is
    PerAxis voxel_mm{0, 0, 0};         ///< 0: unknown
    index_t coils = 0, readouts = 0;
};

/// One figure of merit: how it is called and found in a result.
struct Measure {
    enum class Best { lower, higher, neither };

    char const* key;   ///< column of CSV files
    char const* title; ///< column of tables
    int digits;        ///< after the point
    Best best;
    double (*of)(MethodResult const&);
};

/// All that were measured at least once.
std::vector<Measure> measures_in(std::vector<CaseResult> const& cases);

/// Values of one measure and one method over the cases that have it.
std::vector<double> values_of(std::vector<CaseResult> const& cases, Measure const& measure, std::size_t method);

/// `first` minus `second` over the cases that have both.
PairedDifference difference_of(std::vector<CaseResult> const& cases, Measure const& measure, std::size_t first, std::size_t second);

/// "0.1234", a dash where there is none.
std::string text_of(Measure const& measure, double value);
/// "0.1234 ± 0.0056" over several cases, the value alone over one.
std::string text_of(Measure const& measure, SampleSummary const& values);

/// Header and rows of text: the form that CSV, Markdown and HTML share.
struct TextTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

/// The name of a method for tables, with a mark where its figures come with warnings.
std::string marked_name(MethodResult const& result);
/// Whether the figures of a method come with warnings in any case.
bool is_warned_of(std::vector<CaseResult> const& cases, std::size_t method);
/// "method: sentence" for every warning of a case.
std::vector<std::string> warnings_of(CaseResult const& c);

/// One row for each method.
TextTable case_table(CaseResult const& c, std::vector<Measure> const& measures);
/// Mean ± standard deviation over the cases, a row for each method.
TextTable summary_table(std::vector<CaseResult> const& cases, std::vector<Measure> const& measures);
/// Cases from which on an interval is worth showing: with two it is 12.7 deviations wide.
inline constexpr std::size_t kCasesForInterval = 3;

/// Mean difference of every other method from the method `against`, with its 95 % interval where there are kCasesForInterval.
TextTable difference_table(std::vector<CaseResult> const& cases, std::vector<Measure> const& measures, std::size_t against);

std::string markdown(TextTable const& table);

/// All values with full precision: a line for each case and method, then the means and deviations.
std::string csv(std::vector<CaseResult> const& cases);
/// The whole comparison as Markdown tables. `against`: see difference_table().
std::string markdown(std::vector<CaseResult> const& cases, std::size_t against);

} // namespace tessera
