// SPDX-License-Identifier: Apache-2.0
// Cycles of a clock since the start of the simulation, through all changes of its frequency. Nothing ticks.
#pragma once

#include <cstdint>

#include <systemc>

#include "models/common/clock_domain.hpp"

namespace aie4::array {

/// Whole cycles. A clock that stands still counts on: whoever loses its power is reset.
class CycleClock : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(CycleClock);
  CycleClock(sc_core::sc_module_name name, const ClockDomain& clock) : sc_module(name), clock_(clock) {
    mhz_ = clock.mhz();
    SC_METHOD(rebase);
    sensitive << clock.changed;
    dont_initialize();
  }

  /// Of a time after the last change of frequency, or shortly before.
  [[nodiscard]] std::uint64_t cycles_at(const sc_core::sc_time& at) const {
    if (at <= base_time_) return base_cycles_;
    return base_cycles_ + picoseconds(at - base_time_) * mhz_ / kPicosecondsPerMhzCycle;
  }
  /// When cycle `cycle` begins, if the frequency stays; not before the last change.
  [[nodiscard]] sc_core::sc_time time_of(std::uint64_t cycle) const {
    if (cycle <= base_cycles_) return base_time_;
    const std::uint64_t ps = ((cycle - base_cycles_) * kPicosecondsPerMhzCycle + mhz_ - 1) / mhz_;
    return base_time_ + aie4::picoseconds(ps);
  }

 private:
  static constexpr std::uint64_t kPicosecondsPerMhzCycle = 1'000'000;

  [[nodiscard]] static std::uint64_t picoseconds(const sc_core::sc_time& time) { return time.value(); }
  void rebase() {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    base_cycles_ = cycles_at(now);
    base_time_ = now;
    mhz_ = clock_.mhz();
  }

  const ClockDomain& clock_;
  std::uint64_t mhz_ = 1;
  std::uint64_t base_cycles_ = 0;
  sc_core::sc_time base_time_;
};

}  // namespace aie4::array
