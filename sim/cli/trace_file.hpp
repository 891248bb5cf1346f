// SPDX-License-Identifier: Apache-2.0
// --trace: the timeline of a run as a file.
#pragma once

#include <fstream>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "sim/trace/perfetto_trace.hpp"

namespace aie4::cli {

struct TraceOptions {
  std::string file;
  std::string unit = "ns";

  void add_to(CLI::App& command);
};

/// The probe of a machine, which it outlives; none if no trace is wanted.
class TraceFile {
 public:
  /// Throws Failure if the file cannot be written.
  explicit TraceFile(const TraceOptions& options);

  [[nodiscard]] Probe* probe() { return trace_ ? &*trace_ : nullptr; }
  /// Completes the file; throws Failure if it could not be written.
  void finish();

 private:
  [[noreturn]] void fail() const;

  std::string name_;
  std::ofstream out_;
  std::optional<trace::PerfettoTrace> trace_;
};

}  // namespace aie4::cli
