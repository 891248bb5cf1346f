// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "sim/cli/command.hpp"

namespace aie4::cli {

std::string microseconds(std::uint64_t picoseconds) {
  const std::uint64_t nanoseconds = picoseconds / 1000;
  return fmt::format("{}.{:03} us", nanoseconds / 1000, nanoseconds % 1000);
}

void Log::add_options_to(CLI::App& command) {
  command.add_option("--log", file_, "Append the log to this file (default: standard error)");
  command.add_option("--log-level", level_, "Least important lines to log: debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

void Log::open() {
  spdlog::sink_ptr sink;
  try {
    if (file_.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file_);
    }
  } catch (const spdlog::spdlog_ex& error) {
    throw Failure(std::string("--log: ") + error.what());
  }
  logger_ = std::make_shared<spdlog::logger>("aie4sim", sink);
  logger_->set_pattern("%l: %v");
  logger_->set_level(spdlog::level::from_str(level_));
  // The reader of a log looks at it when something has gone wrong, perhaps for good.
  logger_->flush_on(spdlog::level::info);
}

void Log::write(spdlog::level::level_enum level, const std::string& line) {
  if (!logger_ || !logger_->should_log(level)) return;
  logger_->log(level, "[{}] {}", microseconds(clock_ ? clock_() : 0), line);
}

void Log::write(const Diagnostic& diagnostic) {
  if (!logger_) return;
  const bool defect = diagnostic.category == FaultCategory::SimulatorDefect;
  logger_->log(defect ? spdlog::level::err : spdlog::level::warn, "{}", diagnostic.text());
}

}  // namespace aie4::cli
