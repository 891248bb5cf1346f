// SPDX-License-Identifier: Apache-2.0
// The drivers of one machine: functions enumerated, PF and VFs probed in the order of Linux, and taken down again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/host/driver/pf_driver.hpp"
#include "sim/host/driver/vf_driver.hpp"
#include "sim/host/machine_clock.hpp"
#include "sim/host/pci_bus.hpp"
#include "sim/machine/machine.hpp"

namespace aie4::host {

/// A host with a machine plugged in.
class DriverStack {
 public:
  /// Wraps each step of the way: calls the body, which may throw DriverError.
  using Step = std::function<void(std::string name, const std::function<void()>& body)>;

  /// The machine outlives the stack.
  DriverStack(Machine& machine, AddressMode memory, Step step = run_step);

  /// Brings up the PF, if there is one, and at most `vfs` VFs, by SR-IOV if they are not there already.
  /// Throws DriverError; what is up until then stays up.
  void up(const FirmwareImages& firmware, unsigned vfs);
  /// Removes VFs, then the PF. Contexts are the caller's and have to be gone.
  void down();
  /// Lets go of all drivers; one that was not taken down is removed now.
  void release();

  [[nodiscard]] MachineClock& clock() { return clock_; }
  [[nodiscard]] Host& host() { return host_; }
  [[nodiscard]] const std::vector<std::unique_ptr<VfDriver>>& vfs() const { return vfs_; }
  /// All functions, enumerated or not.
  [[nodiscard]] const std::vector<PciDevice*>& functions() const { return functions_; }

 private:
  static void run_step(const std::string& name, const std::function<void()>& body);

  Machine& machine_;
  Step step_;
  MachineClock clock_;
  Host host_;
  PciBus bus_;
  std::vector<PciDevice*> functions_;
  std::unique_ptr<PfDriver> pf_;
  std::vector<std::unique_ptr<VfDriver>> vfs_;
};

/// The firmware images that `aie4sim` makes for a protocol of that major number: 5 or 6.
[[nodiscard]] FirmwareImages stub_images(unsigned protocol_major);

}  // namespace aie4::host
