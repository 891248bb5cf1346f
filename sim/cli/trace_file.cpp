// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/trace_file.hpp"

#include <cerrno>
#include <system_error>

#include "sim/cli/exit_status.hpp"

namespace aie4::cli {

void TraceOptions::add_to(CLI::App& command) {
  command.add_option("--trace", file, "Write a timeline for ui.perfetto.dev to this file");
  command.add_option("--trace-unit", unit, "What a nanosecond of the timeline stands for: ns, or ps (exact)")
      ->check(CLI::IsMember({"ns", "ps"}))
      ->capture_default_str();
}

TraceFile::TraceFile(const TraceOptions& options) : name_(options.file) {
  if (name_.empty()) return;
  errno = 0;
  out_.open(name_, std::ios::binary | std::ios::trunc);
  if (!out_) fail();
  trace_.emplace(out_, options.unit == "ps" ? trace::TimeUnit::Picosecond : trace::TimeUnit::Nanosecond);
}

void TraceFile::finish() {
  if (!trace_) return;
  errno = 0;
  trace_->finish();
  out_.close();
  if (!out_) fail();
}

void TraceFile::fail() const {
  throw Failure("--trace: cannot write " + name_ + ": " + std::error_code(errno, std::generic_category()).message());
}

}  // namespace aie4::cli
