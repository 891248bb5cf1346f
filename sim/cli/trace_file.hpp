// SPDX-License-Identifier: Apache-2.0
// --trace and --vcd: the timeline of a run as a file.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "sim/trace/perfetto_trace.hpp"
#include "sim/trace/vcd_trace.hpp"

namespace aie4::cli {

struct TraceOptions {
  std::string file;
  std::string unit = "ns";
  std::string vcd;

  void add_to(CLI::App& command);
};

/// The probe of a machine, which it outlives; none if no timeline is wanted.
class TraceFile {
 public:
  /// Throws Failure if a file cannot be written.
  explicit TraceFile(const TraceOptions& options);

  [[nodiscard]] Probe* probe();
  /// Completes the files; throws Failure if one could not be written.
  void finish();

 private:
  /// A file that an option names.
  class Output {
   public:
    Output(std::string_view option, const std::string& name);
    [[nodiscard]] std::ostream& stream() { return stream_; }
    void close();

   private:
    [[noreturn]] void fail() const;

    std::string what_;
    std::ofstream stream_;
  };

  std::optional<Output> perfetto_file_;
  std::optional<Output> vcd_file_;
  std::optional<trace::PerfettoTrace> perfetto_;
  std::optional<trace::VcdTrace> vcd_;
  std::optional<trace::TwoProbes> both_;
};

}  // namespace aie4::cli
