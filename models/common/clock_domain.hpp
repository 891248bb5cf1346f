// SPDX-License-Identifier: Apache-2.0
// A clock that can change while the simulation runs; nothing ticks, durations are computed from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <systemc>

#include "models/common/time.hpp"

namespace aie4 {

/// One clock domain. Frequencies are whole MHz, 1..10000.
class ClockDomain {
 public:
  ClockDomain(std::string name, std::uint64_t mhz)
      : changed(("clock_" + name).c_str()), name_(std::move(name)), mhz_(mhz) {
    fill();
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t mhz() const { return mhz_; }
  /// False between POWER_OFF and POWER_ON of the SMU.
  [[nodiscard]] bool running() const { return running_; }

  /// Duration of `count` cycles at the present frequency, rounded to the nearest picosecond.
  [[nodiscard]] sc_core::sc_time cycles(std::uint64_t count) const {
    return count < few_.size() ? few_[count] : picoseconds(in_picoseconds(count));
  }

  void set_mhz(std::uint64_t mhz) {
    mhz_ = mhz;
    fill();
    changed.notify();
  }
  void set_running(bool running) {
    running_ = running;
    changed.notify();
  }

  sc_core::sc_event changed;  ///< Notified at each change of frequency or power.

 private:
  [[nodiscard]] std::uint64_t in_picoseconds(std::uint64_t count) const {
    return (count * 1'000'000 + mhz_ / 2) / mhz_;
  }
  void fill() {
    for (std::size_t count = 0; count < few_.size(); ++count) few_[count] = picoseconds(in_picoseconds(count));
  }

  std::string name_;
  std::uint64_t mhz_;
  bool running_ = false;
  std::array<sc_core::sc_time, 128> few_;  // Each burst asks for a dozen numbers of cycles.
};

}  // namespace aie4
