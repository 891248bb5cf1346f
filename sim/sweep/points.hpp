// SPDX-License-Identifier: Apache-2.0
// A sweep taken apart into single runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/spec.hpp"

namespace aie4::sweep {

/// One run of one workload.
struct Point {
  std::size_t workload = 0;  ///< In Spec::workloads.
  std::size_t preset = 0;    ///< In Spec::presets.
  /// Of the factors that matter to the workload, by their index in Spec::factors, ascending.
  std::vector<std::pair<std::size_t, Value>> values;
  std::vector<std::string> words;  ///< Of the command line, without those that ask for its report.
  std::optional<std::uint64_t> operations;
  std::string dtype;

  /// Equal for points that would do the same, different for others.
  [[nodiscard]] std::string key() const;
};

/// In order: workloads, presets, then the factors, the first of them slowest. With Explore::OneAtATime the base comes
/// first: for parameters what the preset or the default says, for variables their first value. Throws
/// config::ConfigurationError if there are more than kMaxPoints.
[[nodiscard]] std::vector<Point> points_of(const Spec& spec, const std::string& origin);

}  // namespace aie4::sweep
