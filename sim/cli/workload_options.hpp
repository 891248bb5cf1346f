// SPDX-License-Identifier: Apache-2.0
// What the sub-commands that make programs from shapes have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/log.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/trace_file.hpp"
#include "sim/workload/machine_shape.hpp"
#include "sim/workload/net/network.hpp"

namespace aie4::cli {

struct WorkloadOptions {
  std::string assembler;
  std::string emit;
  std::string name = "program";
  std::string stats;
  unsigned columns = 0;  ///< 0: all there are.
  unsigned repeat = 1;
  std::uint64_t seed = 1;
  bool check = false;
  bool json = false;
  bool single_buffer = false;
  bool no_overlap = false;
  bool one_controller = false;
  bool no_data = false;
  unsigned threads = 0;
  TraceOptions trace;
  ConfigurationOptions configuration;
  Log log;

  void add_to(CLI::App& command);
  /// Throws UsageError if there are fewer columns than asked for.
  [[nodiscard]] workload::MachineShape shape(const Parameters& parameters) const;
};

/// Builds the layers' programs, runs them one after the other, prints what came out. Returns the exit status.
int run_workload(WorkloadOptions& options, Configuration configuration, const workload::Network& network);

}  // namespace aie4::cli
