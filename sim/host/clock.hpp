// SPDX-License-Identifier: Apache-2.0
// How the in-process host lets simulated time pass.
#pragma once

#include <cstdint>

namespace aie4::host {

inline constexpr std::uint64_t kPicosecondsPerMicrosecond = 1'000'000;
inline constexpr std::uint64_t kPicosecondsPerMillisecond = 1'000'000'000;

/// Whoever owns simulated time.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual std::uint64_t now_ps() const = 0;
  /// Completes what is due at the present instant.
  virtual void settle() = 0;
  /// True while something is scheduled: time passes by itself.
  [[nodiscard]] virtual bool busy() const = 0;
  /// Runs until interrupts have arrived, nothing is scheduled any more, or `time_ps` is the present time. The instant
  /// in which it ends is complete; it may end earlier, after any instant.
  virtual void run_to_interrupt(std::uint64_t time_ps) = 0;
  /// Runs everything up to and including `time_ps`.
  virtual void run_until(std::uint64_t time_ps) = 0;
};

}  // namespace aie4::host
