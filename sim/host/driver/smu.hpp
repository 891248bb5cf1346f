// SPDX-License-Identifier: Apache-2.0
// The driver's half of the SMU mailbox (host-interface, section 3).
#pragma once

#include <cstdint>

#include "models/registers/smu.hpp"
#include "sim/host/pci_device.hpp"

namespace aie4::host {

/// Power on and off through BAR5 of the PF.
class Smu {
 public:
  explicit Smu(PciDevice& device) : device_(device) {}

  /// POWER_OFF to reach a known state, then POWER_ON. Throws DriverError.
  void power_up();
  /// POWER_OFF. A failure is logged and otherwise ignored.
  void power_down();

  /// One command; returns OUT. Throws DriverError: -ETIMEDOUT after 1 s, -EINVAL for a response other than OK.
  std::uint32_t execute(registers::smu::Command command, std::uint32_t argument);

 private:
  PciDevice& device_;
};

}  // namespace aie4::host
