// SPDX-License-Identifier: Apache-2.0
// What the drivers of PF and VF have in common: set-up of the function, and management requests with their status.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "firmware-stub/management/messages.hpp"
#include "sim/host/driver/mailbox_channel.hpp"
#include "sim/host/pci_device.hpp"

namespace aie4::host {

/// Steps of the probe that do not depend on the kind of function: device table, enable, BARs, bus master.
/// Throws DriverError: -ENODEV without a line for a foreign identity, -ENOMEM for a missing BAR.
void set_up_function(PciDevice& device, std::initializer_list<std::uint16_t> device_ids,
                     std::initializer_list<unsigned> bars);
/// Takes all vectors of the table. Throws DriverError: -EINVAL without MSI-X.
void set_up_interrupts(PciDevice& device);

/// The life of one management channel.
class ManagementLink {
 public:
  explicit ManagementLink(PciDevice& device) : device_(device) {}

  /// Waits for the firmware and opens the channel. Throws DriverError.
  void start();
  void stop() { channel_.reset(); }
  [[nodiscard]] const MailboxInfo& info() const { return info_; }

  struct Value {
    management::Field field;
    std::uint64_t value = 0;
  };
  /// Sends the message of that opcode with these fields and returns the response. Throws DriverError: -EINVAL if the
  /// status is not 0; -ETIME, after which the channel is gone; -ENODEV without channel, the device untouched.
  std::vector<std::byte> request(std::uint32_t opcode, std::initializer_list<Value> fields = {});

 private:
  PciDevice& device_;
  MailboxInfo info_;
  std::unique_ptr<MailboxChannel> channel_;
};

}  // namespace aie4::host
