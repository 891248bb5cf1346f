// SPDX-License-Identifier: Apache-2.0
// Arithmetic of the management mailbox rings, for both ends of both directions. Pure: decides, moves nothing.
// Source: host-interface 4.2 to 4.5 (amdxdna_mailbox.c of Linux 7.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aie4::management {

/// Stands where a header would: "continue at offset 0".
inline constexpr std::uint32_t kTombstone = 0xDEAD'FACE;
inline constexpr std::uint32_t kHeaderSize = 16;      ///< Bytes.
inline constexpr std::uint32_t kProtocolVersion = 1;  ///< Bits 23:16 of sz_ver.
/// Top byte of every id that the driver allocates; the low byte counts.
inline constexpr std::uint32_t kMessageIdBase = 0x1D00'0000;
inline constexpr std::uint32_t kMessageIdMask = 0xFF00'0000;

[[nodiscard]] constexpr std::uint32_t load_word(std::span<const std::byte, 4> bytes) {
  return std::to_integer<std::uint32_t>(bytes[0]) | (std::to_integer<std::uint32_t>(bytes[1]) << 8) |
         (std::to_integer<std::uint32_t>(bytes[2]) << 16) | (std::to_integer<std::uint32_t>(bytes[3]) << 24);
}

constexpr void store_word(std::span<std::byte, 4> bytes, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>((value >> (8 * i)) & 0xFFU);
}

/// The 16 bytes before each payload.
struct MessageHeader {
  std::uint32_t total_size = 0;  ///< Payload bytes, header excluded.
  std::uint32_t sz_ver = 0;      ///< Bits 10:0 payload bytes, bits 23:16 protocol version, rest 0.
  std::uint32_t id = 0;
  std::uint32_t opcode = 0;

  /// A header as the driver fills it in. `payload` is in bytes, at most 2047.
  [[nodiscard]] static constexpr MessageHeader make(std::uint32_t payload, std::uint32_t id, std::uint32_t opcode) {
    return {payload, (payload & 0x7FFU) | (kProtocolVersion << 16), id, opcode};
  }
  /// Whether sz_ver says what the driver would have written.
  [[nodiscard]] constexpr bool consistent() const { return *this == make(total_size, id, opcode); }

  bool operator==(const MessageHeader&) const = default;
};

[[nodiscard]] constexpr MessageHeader decode_header(std::span<const std::byte, kHeaderSize> bytes) {
  return {load_word(bytes.subspan<0, 4>()), load_word(bytes.subspan<4, 4>()), load_word(bytes.subspan<8, 4>()),
          load_word(bytes.subspan<12, 4>())};
}

constexpr void encode_header(std::span<std::byte, kHeaderSize> bytes, const MessageHeader& header) {
  store_word(bytes.subspan<0, 4>(), header.total_size);
  store_word(bytes.subspan<4, 4>(), header.sz_ver);
  store_word(bytes.subspan<8, 4>(), header.id);
  store_word(bytes.subspan<12, 4>(), header.opcode);
}

// --- producers ------------------------------------------------------------------------------------------------------

/// Where a producer puts a message.
struct Placement {
  std::optional<std::uint32_t> tombstone;  ///< Offset at which to write kTombstone first.
  std::uint32_t offset = 0;                ///< Where header and payload go, contiguous.
  std::uint32_t tail = 0;                  ///< What to write to the tail register when they are there.

  bool operator==(const Placement&) const = default;
};

/// NPU to host: where the firmware places a message of `payload` bytes, or nothing while the host has not made room.
///
/// `tail` may equal `size` (a message ended exactly at the end), and so may `head`. The new tail never equals the head,
/// which would mean "empty". A message of more than half the ring may wait for ever.
[[nodiscard]] constexpr std::optional<Placement> place_response(std::uint32_t size, std::uint32_t head,
                                                                std::uint32_t tail, std::uint32_t payload) {
  const std::uint64_t bytes = std::uint64_t{kHeaderSize} + payload;
  const auto after = static_cast<std::uint32_t>(tail + bytes);
  if (tail < head) {
    if (tail + bytes >= head) return std::nullopt;
    return Placement{std::nullopt, tail, after};
  }
  if (tail + bytes <= size) return Placement{std::nullopt, tail, after};
  if (bytes >= head) return std::nullopt;
  const auto wrapped = static_cast<std::uint32_t>(bytes);
  if (tail == size) return Placement{std::nullopt, 0, wrapped};
  return Placement{tail, 0, wrapped};
}

/// What the host has to do to send a message.
struct RequestPlan {
  std::optional<std::uint32_t> tombstone;  ///< Written at once, even if `wait`; the tail register is not.
  bool wait = false;                       ///< Poll the head register, then plan again from `offset` as the tail.
  std::uint32_t offset = 0;                ///< Where header and payload go.
  std::uint32_t tail = 0;                  ///< What to write to the tail register when they are there.

  bool operator==(const RequestPlan&) const = default;
};

/// Host to NPU: what the driver does to send `payload` bytes (host-interface, 4.4). The tail never exceeds size - 4.
///
/// Like the driver, this wraps over unread messages that start at offset 0 (head 0): with one request outstanding, as
/// the driver has, that cannot happen.
[[nodiscard]] constexpr RequestPlan plan_request(std::uint32_t size, std::uint32_t head, std::uint32_t tail,
                                                 std::uint32_t payload) {
  const std::uint64_t bytes = std::uint64_t{kHeaderSize} + payload;
  RequestPlan plan;
  if (tail >= head && tail + bytes > size - 4) {
    plan.tombstone = tail;
    tail = 0;
  }
  plan.wait = tail < head && tail + bytes >= head;
  plan.offset = tail;
  plan.tail = static_cast<std::uint32_t>(tail + bytes);
  return plan;
}

// --- consumers ------------------------------------------------------------------------------------------------------

/// Why a consumer refuses what it finds. Each of them is final for the channel.
enum class RingError : std::uint8_t {
  None,
  BadRegister,  ///< Head or tail beyond the ring or no multiple of 4. Driver: "Invalid tail".
  BadSize,      ///< total_size is 0 or no multiple of 4. Driver: "Invalid total size".
  Overrun,      ///< The message reaches beyond the ring or beyond the tail. Driver: "Invalid message size".
  Tombstone,    ///< A tombstone although the head is before the tail. Driver: "Tombstone, head".
};

[[nodiscard]] constexpr std::string_view to_string(RingError error) {
  switch (error) {
    case RingError::None:
      return "none";
    case RingError::BadRegister:
      return "head or tail beyond the ring or not a multiple of 4";
    case RingError::BadSize:
      return "total_size is zero or not a multiple of 4";
    case RingError::Overrun:
      return "message reaches beyond the ring or the tail";
    case RingError::Tombstone:
      return "tombstone before the tail";
  }
  return "unknown";
}

/// What a consumer finds at its head.
struct RingStep {
  enum class Kind : std::uint8_t {
    Empty,    ///< Nothing to do.
    Wrap,     ///< A tombstone: publish head 0 and look again.
    Message,  ///< Header and payload at `offset`; publish `head` when done with them.
    Error,    ///< `error` says why.
  };
  Kind kind = Kind::Empty;
  RingError error = RingError::None;
  std::uint32_t offset = 0;  ///< Of the header.
  std::uint32_t size = 0;    ///< Payload bytes.
  std::uint32_t head = 0;    ///< New value of the head register.

  bool operator==(const RingStep&) const = default;
};

/// Offset of the word that a consumer has to look at next: a head equal to the ring size stands for 0.
[[nodiscard]] constexpr std::uint32_t read_offset(std::uint32_t size, std::uint32_t head) {
  return head == size ? 0 : head;
}

/// Firmware: what to do with the request at `head`. `first_word` is the word at `read_offset(size, head)` and is
/// ignored when head == tail. A request without payload is accepted here and left to the message table.
[[nodiscard]] constexpr RingStep next_request(std::uint32_t size, std::uint32_t head, std::uint32_t tail,
                                              std::uint32_t first_word) {
  const auto error = [](RingError reason) { return RingStep{RingStep::Kind::Error, reason}; };
  if (size < 4 || head > size - 4 || tail > size - 4 || head % 4 != 0 || tail % 4 != 0) {
    return error(RingError::BadRegister);
  }
  if (head == tail) return {};
  if (first_word == kTombstone) {
    return head < tail ? error(RingError::Tombstone) : RingStep{RingStep::Kind::Wrap};
  }
  if (first_word % 4 != 0) return error(RingError::BadSize);
  // When the tail has wrapped, what is left up to the end holds this message and at least a tombstone.
  const std::uint32_t available = (head < tail ? tail : size - 4) - head;
  const std::uint64_t bytes = std::uint64_t{kHeaderSize} + first_word;
  if (bytes > available) return error(RingError::Overrun);
  return {RingStep::Kind::Message, RingError::None, head, first_word, static_cast<std::uint32_t>(head + bytes)};
}

/// Host: what the driver's worker does with the response at its cached `head` (host-interface, 4.5). `first_word` is
/// the word at `read_offset(size, head)`. A new head may equal the ring size.
[[nodiscard]] constexpr RingStep next_response(std::uint32_t size, std::uint32_t head, std::uint32_t tail,
                                               std::uint32_t first_word) {
  const auto error = [](RingError reason) { return RingStep{RingStep::Kind::Error, reason}; };
  if (tail > size || tail % 4 != 0 || head > size || head % 4 != 0) return error(RingError::BadRegister);
  if (head == tail) return {RingStep::Kind::Empty, RingError::None, 0, 0, head};
  head = read_offset(size, head);
  if (first_word == kTombstone) {
    return head < tail ? error(RingError::Tombstone) : RingStep{RingStep::Kind::Wrap};
  }
  if (first_word == 0 || first_word % 4 != 0) return error(RingError::BadSize);
  const std::uint64_t bytes = std::uint64_t{kHeaderSize} + first_word;
  // Unsigned, as in the driver: with a wrapped tail the second test holds by itself.
  if (bytes > size - head || bytes > tail - head) return error(RingError::Overrun);
  return {RingStep::Kind::Message, RingError::None, head, first_word, static_cast<std::uint32_t>(head + bytes)};
}

}  // namespace aie4::management
