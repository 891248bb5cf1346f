// SPDX-License-Identifier: Apache-2.0
// Where the server says what happens: a sink given by the owner, behind a limit that a hostile client cannot exceed.
#pragma once

#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <utility>

namespace aie4::vfio_user {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
using LogSink = std::function<void(LogLevel, std::string)>;

using TimePoint = std::chrono::steady_clock::time_point;
/// A source of time that tests replace.
using Clock = TimePoint (*)();

/// At most `kBurst` lines at once and `kPerSecond` in the long run; what is left out is counted and said later.
class Log {
 public:
  static constexpr unsigned kBurst = 200;
  static constexpr unsigned kPerSecond = 20;

  Log(LogSink sink, Clock clock) : sink_(std::move(sink)), clock_(clock), refilled_(clock()) {}

  template <typename... Args>
  void write(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
    if (!sink_ || !take()) return;
    sink_(level, fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::Info, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::Warning, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::Error, format, std::forward<Args>(args)...);
  }
  /// Not limited: what the owner asked for (hang report, totals), never what a client provoked.
  void report(LogLevel level, std::string line) const {
    if (sink_) sink_(level, std::move(line));
  }

  [[nodiscard]] std::uint64_t suppressed() const { return suppressed_; }

 private:
  bool take() {
    const TimePoint now = clock_();
    const auto earned = std::chrono::duration_cast<std::chrono::seconds>(now - refilled_);
    if (earned.count() > 0) {
      refilled_ += earned;
      const auto refill = static_cast<std::uint64_t>(earned.count()) * kPerSecond;
      budget_ = budget_ + refill > kBurst ? kBurst : budget_ + refill;
    }
    if (budget_ == 0) {
      ++suppressed_;
      return false;
    }
    --budget_;
    return true;
  }

  LogSink sink_;
  Clock clock_;
  TimePoint refilled_;
  std::uint64_t budget_ = kBurst;
  std::uint64_t suppressed_ = 0;
};

}  // namespace aie4::vfio_user
