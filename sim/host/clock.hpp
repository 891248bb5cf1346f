// SPDX-License-Identifier: Apache-2.0
// How the in-process host lets simulated time pass.
#pragma once

#include <cstdint>

#include "sim/machine/machine.hpp"

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
  /// Runs the next instant.
  virtual void step() = 0;
  /// Runs everything up to and including `time_ps`.
  virtual void run_until(std::uint64_t time_ps) = 0;
};

/// The clock of a machine.
class MachineClock final : public Clock {
 public:
  explicit MachineClock(Machine& machine) : machine_(machine) {}

  [[nodiscard]] std::uint64_t now_ps() const override { return machine_.now_ps(); }
  void settle() override { machine_.settle(); }
  [[nodiscard]] bool busy() const override { return machine_.busy(); }
  void step() override { machine_.run_steps(1); }
  void run_until(std::uint64_t time_ps) override { machine_.run_until(time_ps); }

 private:
  Machine& machine_;
};

}  // namespace aie4::host
