// SPDX-License-Identifier: Apache-2.0
// The machine as a device host.
#pragma once

#include <string>
#include <vector>

#include "sim/machine/machine.hpp"
#include "sim/vfio_user/device_host.hpp"

namespace aie4::vfio_user {

/// Passes everything on. The machine outlives it.
class MachineHost final : public DeviceHost {
 public:
  explicit MachineHost(Machine& machine) : machine_(machine) {}

  std::vector<pci::PciFunction*> functions() override { return machine_.functions(); }
  void settle() override { machine_.settle(); }
  bool run_steps(unsigned max_steps) override { return machine_.run_steps(max_steps); }
  [[nodiscard]] bool busy() const override { return machine_.busy(); }
  [[nodiscard]] std::vector<std::string> hang_report() const override { return machine_.hang_report(); }

 private:
  Machine& machine_;
};

}  // namespace aie4::vfio_user
