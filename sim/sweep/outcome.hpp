// SPDX-License-Identifier: Apache-2.0
// What one run of a workload gave, taken out of the JSON that it printed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aie4::sweep {

/// What one resource did between the first doorbell and the last interrupt.
struct Resource {
  std::string name;  ///< "column 0/memory tile 1/DMA/S2MM_3".
  std::uint64_t bytes = 0;
  std::uint64_t operations = 0;
  std::uint64_t busy_ps = 0;
  std::vector<std::pair<std::string, std::uint64_t>> stalled_ps;  ///< By reason.
};

/// Bytes moved in windows of equal length.
struct Series {
  std::string name;
  std::vector<std::uint64_t> bytes;
};

struct Outcome {
  std::string error;                        ///< Empty if the run succeeded; then the rest is what it measured.
  int exit_status = 0;                      ///< Of the process; 128 + N if signal N ended it.
  std::uint64_t time_ps = 0;                ///< Mean of the runs, doorbell to completion interrupt.
  std::uint64_t window_ps = 0;              ///< What the uses of resources refer to.
  std::optional<std::uint64_t> operations;  ///< Arithmetic operations of one run.
  std::optional<std::uint64_t> energy_pj;   ///< Of one run, picojoules: a rough guess.
  std::uint64_t bin_ps = 0;                 ///< Length of a window of `series`.
  std::vector<Series> series;
  std::vector<Resource> resources;  ///< Those that did or waited for anything.
  /// Parts of `time_ps`, if the workload names them.
  std::vector<std::pair<std::string, std::uint64_t>> breakdown_ps;
  /// Parameters that do not have their defaults.
  std::vector<std::pair<std::string, std::uint64_t>> parameters;
  std::vector<std::string> unmodelled;  ///< What was touched and is not modelled, by name.

  [[nodiscard]] bool succeeded() const { return error.empty(); }
};

/// A process that ended.
struct Ended {
  int exit_status = 0;  ///< 128 + N if signal N ended it.
  std::string output;
  std::string messages;  ///< What it wrote to standard error.
};

/// Never throws: what cannot be understood is a failed run.
[[nodiscard]] Outcome outcome_of(const Ended& ended);

/// The bytes that went through the resource "NoC and DDR".
[[nodiscard]] std::uint64_t ddr_bytes(const Outcome& outcome);

}  // namespace aie4::sweep
