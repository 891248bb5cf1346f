// SPDX-License-Identifier: Apache-2.0
// The host queue as bytes: header in both layouts, packets, indirect packets, completion words. Pure: no SystemC. All
// of it is written by the guest and hostile until checked here.
// Source: public amdxdna driver and user-mode shim (AIE4 host-interface notes 6.4, 6.5, 6.7; control-code notes 4).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "firmware-stub/cert/bytes.hpp"
#include "models/common/parameters.hpp"

namespace aie4::cert {

/// The uC-DMA moves words: every host address that CERT is given must be a multiple of this.
inline constexpr std::uint64_t kHostAlignment = 4;

// --- header ---------------------------------------------------------------------------------------------------------

/// Selected by version.major.
enum class QueueLayout : std::uint8_t {
  Compact,  ///< major 0: 32 bytes, of the driver of Linux 7.3.
  Wide,     ///< major 1: 128 bytes, queue version 1.0 of XRT 2.25.
};

struct QueueHeader {
  static constexpr std::uint32_t kCompactSize = 32;
  static constexpr std::uint32_t kWideSize = 128;
  static constexpr std::uint32_t kReadIndex = 0x00;
  static constexpr std::uint32_t kMajor = 0x08;
  static constexpr std::uint32_t kCapacity = 0x0C;
  static constexpr std::uint32_t kCompactWriteIndex = 0x10;
  static constexpr std::uint32_t kCompactDataAddress = 0x18;
  static constexpr std::uint32_t kWideWriteIndex = 0x40;
  static constexpr std::uint32_t kWideDataAddress = 0x78;
  /// Unused padding of the wide layout, where a driver that knows only the compact one reads write_index.
  static constexpr std::uint32_t kMirror = kCompactWriteIndex;
  /// How far ahead of read_index that driver lets write_index be: the slots of every queue there is.
  static constexpr std::uint32_t kDriverWindow = 32;

  static constexpr std::uint32_t kMaxCapacity = 65536;
  static constexpr std::uint32_t kSlotSize = 64;

  QueueLayout layout = QueueLayout::Compact;
  std::uint64_t read_index = 0;
  std::uint32_t capacity = 0;
  std::uint64_t write_index = 0;
  std::uint64_t mirror = 0;  ///< Wide only: the word at kMirror.
  std::uint64_t data_address = 0;

  [[nodiscard]] std::uint32_t write_index_offset() const {
    return layout == QueueLayout::Wide ? kWideWriteIndex : kCompactWriteIndex;
  }
  /// What belongs at kMirror. That driver loads the word there, then read_index, and believes neither unless
  /// read_index <= word <= read_index + 32. Between the two loads a command may complete whose doorbell had not reached
  /// the device at the first, so a copy of write_index, which the device has only from the doorbell on, can be too old.
  /// This value goes with every read_index that the packets in the queue can lead to.
  [[nodiscard]] std::uint64_t mirror_due() const { return read_index + std::min(capacity, kDriverWindow); }
  [[nodiscard]] std::uint64_t slot_address(std::uint64_t index) const {
    return data_address + (index & (capacity - 1U)) * kSlotSize;
  }
};

/// Whether the driver of this mailbox protocol reads write_index of wide queues at kMirror.
[[nodiscard]] bool misreads_wide_queues(const Parameters& parameters);
/// Whether it is given something to read there. Not behaviour of real hardware.
[[nodiscard]] bool keeps_mirrors(const Parameters& parameters);
/// The word for kMirror, from the first 32 bytes of a header; nothing if the queue is compact or the word is right.
[[nodiscard]] std::optional<std::uint64_t> missing_mirror(std::span<const std::byte> first);

/// The layout, from the first 32 bytes of a header.
[[nodiscard]] std::variant<QueueLayout, Problem> parse_queue_layout(std::span<const std::byte> first);
/// The header from all its bytes: 32 or 128 of them. Checked: version, capacity, data address.
[[nodiscard]] std::variant<QueueHeader, Problem> parse_queue_header(std::span<const std::byte> bytes);
/// Whether `write_index` can be true of a queue of which `consumer` packets are consumed.
[[nodiscard]] std::optional<Problem> check_indices(const QueueHeader& header, std::uint64_t consumer,
                                                   std::uint64_t write_index);

// --- packet ---------------------------------------------------------------------------------------------------------

/// What one uC is to run.
struct ExecBuf {
  static constexpr std::uint32_t kSize = 24;

  std::uint64_t dtrace_address = 0;  ///< 48 bits.
  std::uint64_t code_address = 0;
  std::uint16_t args_len = 0;
  std::uint64_t args_address = 0;
};

struct IndirectEntry {
  std::uint64_t address = 0;  ///< 57 bits: of an indirect packet.
  std::uint32_t uc = 0;
};

enum class PacketKind : std::uint8_t { Invalid, Direct, Indirect, Test, Exit };

struct Packet {
  static constexpr std::uint32_t kSize = 64;
  static constexpr std::uint32_t kMaxEntries = 6;

  PacketKind kind = PacketKind::Invalid;
  bool more_follow = false;  ///< chain_flag: further packets of the same chain come after this one.
  std::uint64_t completion_signal = 0;
  ExecBuf exec;                                      ///< Direct.
  std::array<IndirectEntry, kMaxEntries> entries{};  ///< Indirect: the first `entry_count`.
  std::size_t entry_count = 0;
  Problem problem;  ///< Invalid: what is wrong with it.
};

/// Decodes the 64 bytes of a slot. Whatever is wrong, `completion_signal` and `more_follow` are filled in, so that the
/// command can be ended. `uc_count`: uCs of the partition.
[[nodiscard]] Packet parse_packet(std::span<const std::byte> bytes, unsigned uc_count);

/// An indirect packet that is again a list of indirect packets: described for larger arrays, never generated.
struct TwoLevelIndirection {};

inline constexpr std::uint32_t kIndirectPacketSize = 32;
/// Decodes the 32 bytes that an indirect entry points to.
[[nodiscard]] std::variant<ExecBuf, TwoLevelIndirection, Problem> parse_indirect_packet(
    std::span<const std::byte> bytes);

// --- completion word ------------------------------------------------------------------------------------------------

/// Firmware error codes: the upper 28 bits of a completion word whose state is ERROR.
namespace error_code {
inline constexpr std::uint32_t kExitPacket = 0;
inline constexpr std::uint32_t kInvalidPacket = 4;
[[nodiscard]] constexpr std::uint32_t pdi_load_no_mapping(unsigned uc) {
  return uc * 100 + 1;
}
[[nodiscard]] constexpr std::uint32_t pdi_load_failure(unsigned uc) {
  return uc * 100 + 2;
}
[[nodiscard]] constexpr std::uint32_t invalid_opcode(unsigned uc) {
  return uc * 100 + 3;
}
[[nodiscard]] constexpr std::uint32_t invalid_page(unsigned uc) {
  return uc * 100 + 5;
}
[[nodiscard]] constexpr std::uint32_t packet_timeout(unsigned uc) {
  return uc * 100 + 6;
}
}  // namespace error_code

namespace completion_word {
inline constexpr std::uint32_t kCompleted = 4;
inline constexpr std::uint32_t kError = 5;
inline constexpr std::uint32_t kAbort = 6;
[[nodiscard]] constexpr std::uint32_t error(std::uint32_t code) {
  return code << 4U | kError;
}
}  // namespace completion_word

}  // namespace aie4::cert
