// SPDX-License-Identifier: Apache-2.0
// A line that tells how far something is: only on a terminal, and only if it takes more than two seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace aie4::cli {

/// "######....  37/125 points, 12.3/s, 7 s left". `seconds` since the first of them began.
[[nodiscard]] std::string progress_line(std::size_t done, std::size_t total, double seconds, std::string_view unit);

/// Writes to standard error, and wipes what it wrote at its end.
class Progress {
 public:
  Progress(std::size_t total, std::string_view unit);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Draws, if it is time to.
  void show(std::size_t done);

 private:
  std::size_t total_;
  std::string_view unit_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace aie4::cli
