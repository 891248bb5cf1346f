// SPDX-License-Identifier: Apache-2.0
// The physical function's driver: firmware, power, work buffer, virtual functions (host-interface, 9.1, 9.2, 9.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/host/driver/management_link.hpp"
#include "sim/host/driver/psp.hpp"
#include "sim/host/driver/smu.hpp"
#include "sim/host/pci_bus.hpp"

namespace aie4::host {

/// npu.dev.sbin and cert.dev.sbin.
struct FirmwareImages {
  std::vector<std::byte> management;
  std::vector<std::byte> cert;
};

/// Bound to the PF from construction until `remove`.
class PfDriver {
 public:
  /// Probes. Throws DriverError, with everything undone, as amdxdna does.
  PfDriver(PciBus& bus, PciDevice& device, const FirmwareImages& images);
  /// Removes, if nobody has.
  ~PfDriver();
  PfDriver(const PfDriver&) = delete;
  PfDriver& operator=(const PfDriver&) = delete;

  /// Writing `count` to sriov_numvfs; the drivers of the VFs come next. Throws DriverError.
  std::vector<PciDevice*> enable_vfs(unsigned count);
  /// Writing 0 to sriov_numvfs, after the drivers of the VFs let go. A failure is logged and otherwise ignored.
  void disable_vfs();

  /// Unbinds: VFs, SUSPEND, RELEASE_TMR, POWER_OFF. Failures are logged and otherwise ignored.
  void remove();

  [[nodiscard]] const MailboxInfo& mailbox_info() const { return link_.info(); }
  [[nodiscard]] ManagementLink& link() { return link_; }

 private:
  void probe(const FirmwareImages& images);
  void start_hardware();

  PciBus& bus_;
  PciDevice& device_;
  Smu smu_;
  ManagementLink link_;
  std::optional<Psp> psp_;
  std::optional<DmaBuffer> work_buffer_;
  bool bound_ = false;
  bool vfs_enabled_ = false;
};

}  // namespace aie4::host
