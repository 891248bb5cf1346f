// SPDX-License-Identifier: Apache-2.0
// Simulated time as a machine has it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/host/bandwidth_series.hpp"
#include "sim/host/clock.hpp"
#include "sim/machine/machine.hpp"

namespace aie4::host {

/// The clock of a machine.
class MachineClock final : public Clock {
 public:
  explicit MachineClock(Machine& machine) : machine_(machine) {}

  [[nodiscard]] std::uint64_t now_ps() const override { return machine_.now_ps(); }
  void settle() override { machine_.settle(); }
  [[nodiscard]] bool busy() const override { return machine_.busy(); }
  void run_to_interrupt(std::uint64_t time_ps) override {
    machine_.run_to_interrupt(series_ == nullptr ? time_ps : std::min(time_ps, series_->next_look_ps()));
    look();
  }
  void run_until(std::uint64_t time_ps) override {
    machine_.run_until(time_ps);
    look();
  }

  /// Lets a series see time pass; null: none. It outlives its use.
  void watch(BandwidthSeries* series) { series_ = series; }

 private:
  void look() {
    if (series_ != nullptr) series_->look(machine_.now_ps());
  }

  BandwidthSeries* series_ = nullptr;
  Machine& machine_;
};

}  // namespace aie4::host
