// SPDX-License-Identifier: Apache-2.0
// Follows the management mailbox of one function from the outside: puts messages together again out of the host's
// accesses to the rings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware-stub/management/messages.hpp"
#include "firmware-stub/management/ring.hpp"
#include "sim/transcript/format.hpp"

namespace aie4::transcript {

/// A message that the host has sent or taken.
struct MailboxMessage {
  bool response = false;
  management::MessageHeader header;
  const management::MessageInfo* info = nullptr;  ///< nullptr: the personality has no such opcode.
  std::vector<std::byte> payload;
  std::string problem;  ///< Why there is no message: what the ring holds is malformed.

  [[nodiscard]] std::span<const management::Field> fields() const;
  /// "AIE_TILE_INFO", or the opcode in hexadecimal.
  [[nodiscard]] std::string name() const;
  /// "request SUSPEND id 0x1d000000 {reserved=0x0}".
  [[nodiscard]] std::string text() const;
};

/// "reserved=0x0", "vf_count=4", "status=SUCCESS".
[[nodiscard]] std::string field_text(const management::Field& field, std::span<const std::byte> payload);

class MailboxTracker {
 public:
  MailboxTracker();

  /// The message that this event completes: a write of X2I_TAIL sends one, a write of I2X_HEAD takes one. If one write
  /// covers several requests, the last.
  std::optional<MailboxMessage> observe(const Event& event);

  /// What the word at a BAR2 offset inside a ring means at present: "AIE_TILE_INFO response cols, rows", or empty.
  [[nodiscard]] std::string word_name(std::uint64_t bar2_offset) const;

  /// The response belongs to this request: payload as sent, or empty if unknown.
  [[nodiscard]] std::span<const std::byte> request_of(const MailboxMessage& response) const;

 private:
  struct Ring {
    std::uint32_t base = 0;      ///< In BAR2.
    std::uint32_t position = 0;  ///< Consumer's.
  };
  [[nodiscard]] std::uint32_t word(std::uint64_t bar2_offset) const;
  [[nodiscard]] MailboxMessage message_at(const Ring& ring, std::uint32_t offset, std::uint32_t size) const;
  [[nodiscard]] const management::MessageTable& table() const;
  std::optional<MailboxMessage> request_sent(std::uint32_t tail);
  std::optional<MailboxMessage> response_taken(std::uint32_t head);

  std::vector<std::byte> sram_;  ///< Information block and rings, as far as the host has written or read them.
  Ring x2i_;
  Ring i2x_;
  std::map<std::uint32_t, std::vector<std::byte>> requests_;  ///< By id; ids repeat after 256.
};

}  // namespace aie4::transcript
