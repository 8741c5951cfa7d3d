// What is said of a quantity over several cases.
#pragma once

#include <cstddef>
#include <span>

namespace tessera {

/// Mean and deviation of a sample.
struct SampleSummary {
    std::size_t n = 0;
    double mean = 0;      ///< NaN for no case
    double deviation = 0; ///< with n - 1 in the denominator; NaN for fewer than two cases
};

/// Throws Error for values that are not finite.
SampleSummary summarise(std::span<double const> values);

/// How much two methods differ on the same cases, and Student's paired t-test of whether they do.
struct PairedDifference {
    std::size_t n = 0;
    double mean = 0;          ///< of first - second; NaN for no case
    double deviation = 0;     ///< of the differences, n - 1 in the denominator; NaN for fewer than two cases
    double low = 0, high = 0; ///< 95 % confidence interval of the mean; NaN for fewer than two cases
    double t = 0;             ///< with n - 1 degrees of freedom; infinite where all differences are equal, NaN where all are zero
    double p = 0;             ///< two-sided: how likely so large a |t| is where the methods are equal; NaN where t is
};

/// Throws Error for unequal numbers of cases and values that are not finite.
/// Source: Student 1908, doi:10.1093/biomet/6.1.1.
PairedDifference paired_difference(std::span<double const> first, std::span<double const> second);

/// The probability of a value above |t| or below -|t| in Student's distribution.
double student_two_sided(double t, double degrees_of_freedom);

/// The t > 0 for which student_two_sided(t) is `probability`, in (0, 1).
double student_quantile_two_sided(double probability, double degrees_of_freedom);

/// The middle of the values, the mean of the two middle ones for an even number; NaN of none.
double median(std::span<double const> values);

} // namespace tessera
