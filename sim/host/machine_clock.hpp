// SPDX-License-Identifier: Apache-2.0
// Simulated time as a machine has it.
#pragma once

#include <cstdint>

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
  void run_to_interrupt(std::uint64_t time_ps) override { machine_.run_to_interrupt(time_ps); }
  void run_until(std::uint64_t time_ps) override { machine_.run_until(time_ps); }

 private:
  Machine& machine_;
};

}  // namespace aie4::host
