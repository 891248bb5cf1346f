// SPDX-License-Identifier: Apache-2.0
// What the reference driver would have written to the kernel log, and the one exception that ends its operations.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aie4::host {

/// An operation of the driver failed. Carries the same lines, in the same words, that amdxdna logs (host-interface,
/// 8.2), innermost first, and its negative errno.
class DriverError : public std::runtime_error {
 public:
  DriverError(int code, std::vector<std::string> lines);

  /// Negative, as in the kernel: -110.
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  /// Whether one of the lines contains `text`.
  [[nodiscard]] bool says(std::string_view text) const;

 private:
  int code_;
  std::vector<std::string> lines_;
};

/// The log of the host's kernel.
class KernelLog {
 public:
  using Clock = std::function<std::uint64_t()>;
  struct Line {
    std::uint64_t time_ps = 0;
    std::string text;
  };

  explicit KernelLog(Clock clock) : clock_(std::move(clock)) {}

  /// Something went wrong and the driver goes on.
  void error(std::string text);

  /// Logs a line and makes the exception that ends the operation: `throw log.fail(-EIO, "...")`.
  template <class... Args>
  [[nodiscard]] DriverError fail(int code, fmt::format_string<Args...> format, Args&&... args) {
    std::string text = fmt::format(format, std::forward<Args>(args)...);
    error(text);
    return {code, {std::move(text)}};
  }
  /// As above, for a caller that adds its own line to what failed below it. Keeps the code.
  template <class... Args>
  [[nodiscard]] DriverError fail(const DriverError& cause, fmt::format_string<Args...> format, Args&&... args) {
    std::string text = fmt::format(format, std::forward<Args>(args)...);
    error(text);
    std::vector<std::string> lines = cause.lines();
    lines.push_back(std::move(text));
    return {cause.code(), std::move(lines)};
  }

  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] bool contains(std::string_view text) const;
  void clear() { lines_.clear(); }

 private:
  Clock clock_;
  std::vector<Line> lines_;
};

}  // namespace aie4::host
