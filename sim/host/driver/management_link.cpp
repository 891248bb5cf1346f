// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/management_link.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace aie4::host {
namespace {

constexpr std::uint16_t kVendor = 0x1022;
constexpr std::uint8_t kRevision = 0x10;

}  // namespace

void set_up_function(PciDevice& device, std::initializer_list<std::uint16_t> device_ids,
                     std::initializer_list<unsigned> bars) {
  const DeviceId& id = device.id();
  const bool known = id.vendor == kVendor && std::ranges::find(device_ids, id.device) != device_ids.end();
  if (!known || id.revision != kRevision) throw DriverError(-ENODEV, {});
  device.enable();
  for (const unsigned bar : bars) {
    if (device.bar(bar).size == 0) throw device.host().log().fail(-ENOMEM, "map bar {} failed", bar);
  }
  device.set_bus_master();
}

void set_up_interrupts(PciDevice& device) {
  if (device.msix_vectors() == 0) {
    throw device.host().log().fail(-EINVAL, "does not get number of interrupt vector");
  }
  device.enable_msix();
}

void ManagementLink::start() {
  info_ = read_mailbox_info(device_);
  channel_ = std::make_unique<MailboxChannel>(device_, info_);
}

std::vector<std::byte> ManagementLink::request(std::uint32_t opcode, std::initializer_list<Value> fields) {
  const management::MessageInfo* message = management::kP5.find(opcode);
  if (message == nullptr) throw std::invalid_argument("no such message");
  if (!channel_) throw DriverError(-ENODEV, {});
  std::vector<std::byte> payload(message->request_size);
  for (const Value& value : fields) management::set(payload, value.field, value.value);
  std::vector<std::byte> response;
  try {
    response = channel_->call(opcode, payload, message->response_size);
  } catch (const DriverError& error) {
    if (error.code() == -ETIME) channel_.reset();
    throw;
  }
  const std::uint64_t status = management::get(response, management::kStatus);
  if (status != 0) {
    throw device_.host().log().fail(-EINVAL, "command opcode {:#x} failed, status {:#x}", opcode, status);
  }
  return response;
}

}  // namespace aie4::host
