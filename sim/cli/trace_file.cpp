// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/trace_file.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <system_error>

#include "sim/cli/exit_status.hpp"

namespace aie4::cli {

void TraceOptions::add_to(CLI::App& command) {
  command.add_option("--trace", file, "Write a timeline for ui.perfetto.dev to this file");
  command.add_option("--trace-unit", unit, "What a nanosecond of --trace stands for: ns, or ps (exact)")
      ->check(CLI::IsMember({"ns", "ps"}))
      ->capture_default_str();
  command.add_option("--vcd", vcd, "Write a value change dump to this file; for short runs");
}

TraceFile::Output::Output(std::string_view option, const std::string& name)
    : what_(fmt::format("{}: cannot write {}", option, name)) {
  errno = 0;
  stream_.open(name, std::ios::binary | std::ios::trunc);
  if (!stream_) fail();
}

void TraceFile::Output::close() {
  errno = 0;
  stream_.close();
  if (!stream_) fail();
}

void TraceFile::Output::fail() const {
  throw Failure(what_ + ": " + std::error_code(errno, std::generic_category()).message());
}

TraceFile::TraceFile(const TraceOptions& options) {
  if (!options.file.empty()) {
    perfetto_file_.emplace("--trace", options.file);
    perfetto_.emplace(perfetto_file_->stream(),
                      options.unit == "ps" ? trace::TimeUnit::Picosecond : trace::TimeUnit::Nanosecond);
  }
  if (!options.vcd.empty()) {
    vcd_file_.emplace("--vcd", options.vcd);
    vcd_.emplace();
  }
  if (perfetto_ && vcd_) both_.emplace(*perfetto_, *vcd_);
}

Probe* TraceFile::probe() {
  if (both_) return &*both_;
  if (vcd_) return &*vcd_;
  return perfetto_ ? &*perfetto_ : nullptr;
}

void TraceFile::finish() {
  if (perfetto_) {
    perfetto_->finish();
    perfetto_file_->close();
  }
  if (vcd_) {
    vcd_->write(vcd_file_->stream());
    vcd_file_->close();
  }
}

}  // namespace aie4::cli
