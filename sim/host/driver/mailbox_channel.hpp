// SPDX-License-Identifier: Apache-2.0
// The driver's half of the management mailbox: the information block, both rings, ids, time-outs, fatal states
// (host-interface, section 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "firmware-stub/management/ring.hpp"
#include "sim/host/pci_device.hpp"

namespace aie4::host {

/// mailbox_info as read from BAR2.
struct MailboxInfo {
  std::uint32_t protocol_major = 0;
  std::uint32_t protocol_minor = 0;
  std::uint32_t x2i_tail = 0;  ///< The four registers: offsets in BAR0.
  std::uint32_t x2i_head = 0;
  std::uint32_t i2x_tail = 0;
  std::uint32_t i2x_head = 0;
  std::uint32_t x2i_ring = 0;  ///< Offset in BAR2.
  std::uint32_t x2i_size = 0;  ///< Bytes.
  std::uint32_t i2x_ring = 0;
  std::uint32_t i2x_size = 0;
  std::uint32_t vector = 0;
};

/// Waits up to 1 s for a living firmware, reads the block once and checks the protocol. Throws DriverError:
/// -ETIMEDOUT, -EOPNOTSUPP.
[[nodiscard]] MailboxInfo read_mailbox_info(PciDevice& device);

/// A channel to the management firmware. Destroyed with its interrupt released.
class MailboxChannel {
 public:
  /// Checks the rings, reads the two registers that the driver caches, takes the vector. Throws DriverError: -EINVAL.
  MailboxChannel(PciDevice& device, const MailboxInfo& info);
  ~MailboxChannel();
  MailboxChannel(const MailboxChannel&) = delete;
  MailboxChannel& operator=(const MailboxChannel&) = delete;

  /// Sends one request and waits up to 5 s for its response of exactly `response_size` bytes.
  ///
  /// Throws DriverError: -EPIPE in bad state, -ETIMEDOUT without room, -ETIME without response (the caller has to
  /// destroy the channel then), -EINVAL for a response of another size.
  std::vector<std::byte> call(std::uint32_t opcode, std::span<const std::byte> payload, std::uint32_t response_size);

  /// True once something made the channel unusable.
  [[nodiscard]] bool bad() const { return bad_; }

 private:
  struct Request {
    std::uint32_t response_size = 0;
    std::optional<int> result;  ///< 0 or a negative errno, once answered.
    std::vector<std::byte> response;
  };

  [[nodiscard]] std::uint32_t allocate_id();
  void send(const management::MessageHeader& header, std::span<const std::byte> payload);
  void work();
  /// One message; false when the ring is empty. Throws DriverError when the channel is lost.
  bool receive();
  int deliver(const management::MessageHeader& header, std::uint64_t payload_offset);

  PciDevice& device_;
  MailboxInfo info_;
  std::uint32_t x2i_tail_ = 0;
  std::uint32_t i2x_head_ = 0;
  std::uint32_t next_id_ = 0;
  bool bad_ = false;
  bool tail_warned_ = false;
  std::map<std::uint32_t, Request> requests_;  ///< In flight, by the low byte of the id.
};

}  // namespace aie4::host
