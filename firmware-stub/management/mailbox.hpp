// SPDX-License-Identifier: Apache-2.0
// The firmware's end of one function's mailbox: publishes the information block, takes requests, sends responses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware-stub/management/messages.hpp"
#include "firmware-stub/management/ring.hpp"
#include "models/common/fault_plan.hpp"
#include "models/soc/management_controller.hpp"

namespace aie4::management {

inline constexpr std::uint32_t kMailboxVector = 0;

/// A request taken from the ring. `payload` is valid until the next `receive`.
struct Request {
  MessageHeader header;
  std::span<const std::byte> payload;
};

class Mailbox {
 public:
  /// `index` is the function's, `owner` its name in messages.
  Mailbox(ManagementController& controller, unsigned index, std::string owner, FaultPlan& faults);

  /// Zeroes the ring registers, fills mailbox_info and sets `valid` last.
  void publish();
  void withdraw();
  [[nodiscard]] bool published() const { return published_; }

  /// The next request, or nothing. A ring that makes no sense is reported and skipped.
  [[nodiscard]] std::optional<Request> receive();
  /// Writes the response, moves the tail, raises the mailbox vector: in that order. `payload` holds exactly the size
  /// that the driver expects.
  void respond(const MessageHeader& request, std::span<const std::byte> payload);

  [[nodiscard]] const std::string& owner() const { return owner_; }

 private:
  [[nodiscard]] std::uint64_t reg(std::uint32_t offset) const;
  [[nodiscard]] std::uint64_t sram(std::uint32_t offset) const;
  void refuse_ring(RingError error, std::uint32_t head, std::uint32_t tail);
  /// Applies the faults that corrupt a response. Changes header, payload size or tail.
  void corrupt(MessageHeader& header, std::vector<std::byte>& message, std::uint32_t& tail);

  ManagementController& controller_;
  unsigned index_;
  std::string owner_;
  FaultPlan& faults_;
  bool published_ = false;
  std::uint32_t x2i_head_ = 0;
  std::uint32_t i2x_tail_ = 0;
  std::vector<std::byte> request_;
  std::vector<std::byte> message_;
};

}  // namespace aie4::management
