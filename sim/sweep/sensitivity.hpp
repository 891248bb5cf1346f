// SPDX-License-Identifier: Apache-2.0
// Which factor time depends on most.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/sweep/store.hpp"

namespace aie4::sweep {

/// How the time of one workload follows one factor.
struct Sensitivity {
  std::string factor;
  std::string workload;
  /// Elasticity: d ln(time) / d ln(factor). -1: twice the value, half the time; 0: no influence.
  double elasticity = 0;
  /// Time at the largest value over time at the smallest (geometric mean over everything else).
  double end_to_end = 1;
  std::size_t points = 0;   ///< Runs that it rests on.
  std::size_t skipped = 0;  ///< Runs left out because the value is 0, of which there is no logarithm.
};

/// For each workload and each factor with two or more positive integers, least squares of ln(time) against ln(value)
/// over runs that differ in this factor alone. The largest influence first; of equals, in order of workloads and
/// factors.
[[nodiscard]] std::vector<Sensitivity> sensitivities(const StoredSweep& sweep);

}  // namespace aie4::sweep
