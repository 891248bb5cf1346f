// SPDX-License-Identifier: Apache-2.0
// The program's log: lines with simulated time, never wall-clock time, so that logs of equal runs can be compared.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <spdlog/logger.h>
#include <string>

#include "models/common/diagnostics.hpp"

namespace CLI {
class App;
}

namespace aie4::cli {

/// Options of the log and the log itself.
class Log {
 public:
  /// Adds --log and --log-level.
  void add_options_to(CLI::App& command);
  /// Opens the file, to which it appends. Throws Failure if that is impossible. Before this, lines are dropped.
  void open();
  /// What lines are stamped with: simulated picoseconds.
  void set_clock(std::function<std::uint64_t()> clock) { clock_ = std::move(clock); }

  void write(spdlog::level::level_enum level, const std::string& line);
  /// A diagnostic says its time itself. Defects of the simulator are errors, the others warnings.
  void write(const Diagnostic& diagnostic);

 private:
  std::string file_;
  std::string level_ = "info";
  std::function<std::uint64_t()> clock_;
  std::shared_ptr<spdlog::logger> logger_;
};

/// "12.500 us".
[[nodiscard]] std::string microseconds(std::uint64_t picoseconds);

}  // namespace aie4::cli
