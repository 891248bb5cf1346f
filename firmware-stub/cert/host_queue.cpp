// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/host_queue.hpp"

#include <bit>
#include <fmt/format.h>

namespace aie4::cert {
namespace {

constexpr std::uint8_t kVendorSpecific = 0;
constexpr std::uint8_t kExecBufOpcode = 1;
constexpr std::uint8_t kTestOpcode = 2;
constexpr std::uint8_t kExitOpcode = 3;
constexpr std::uint32_t kEntrySize = 8;
constexpr std::size_t kPayload = 16;
constexpr std::size_t kIndirectPayload = 8;
/// The mailbox protocol (major) of drivers that read write_index where the compact layout has it.
constexpr std::uint64_t kMirrorPersonality = 5;

/// The 8 bytes that packets and indirect packets share.
struct CommonHeader {
  std::uint8_t type = 0;
  std::uint8_t opcode = 0;
  std::uint8_t chain_flag = 0;
  std::uint16_t count = 0;
  std::uint8_t distribute = 0;
  std::uint8_t indirect = 0;
};

CommonHeader parse_common_header(std::span<const std::byte> bytes) {
  return {.type = load8(bytes, 0),
          .opcode = load8(bytes, 2),
          .chain_flag = load8(bytes, 3),
          .count = load16(bytes, 4),
          .distribute = load8(bytes, 6),
          .indirect = load8(bytes, 7)};
}

ExecBuf parse_exec_buf(std::span<const std::byte> bytes) {
  return {.dtrace_address = load32(bytes, 0) | std::uint64_t{load16(bytes, 14)} << 32U,
          .code_address = load32(bytes, 4) | std::uint64_t{load32(bytes, 8)} << 32U,
          .args_len = load16(bytes, 12),
          .args_address = load32(bytes, 16) | std::uint64_t{load32(bytes, 20)} << 32U};
}

std::optional<Problem> check_exec_buf(const ExecBuf& exec) {
  if (exec.code_address % kHostAlignment == 0) return std::nullopt;
  return Problem{"a word-aligned control code address", fmt::format("{:#x}", exec.code_address)};
}

std::optional<Problem> parse_direct(std::span<const std::byte> bytes, const CommonHeader& header, Packet& packet) {
  packet.kind = PacketKind::Direct;
  if (header.count != ExecBuf::kSize) return Problem{"count 24 in a direct packet", fmt::format("{}", header.count)};
  packet.exec = parse_exec_buf(bytes.subspan(kPayload, ExecBuf::kSize));
  return check_exec_buf(packet.exec);
}

std::optional<Problem> parse_entries(std::span<const std::byte> bytes, const CommonHeader& header, unsigned uc_count,
                                     Packet& packet) {
  packet.kind = PacketKind::Indirect;
  if (header.count == 0 || header.count % kEntrySize != 0 || header.count > kEntrySize * Packet::kMaxEntries) {
    return Problem{"count 8, 16, ... or 48 in an indirect packet", fmt::format("{}", header.count)};
  }
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < header.count / kEntrySize; ++i) {
    const std::uint32_t high = load32(bytes, kPayload + i * kEntrySize + 4);
    IndirectEntry& entry = packet.entries[i];
    entry.uc = high >> 25U;
    entry.address = load32(bytes, kPayload + i * kEntrySize) | std::uint64_t{high & 0x1FF'FFFFU} << 32U;
    if (entry.uc >= uc_count || entry.uc >= 32) {
      return Problem{"indirect entries for uCs of the partition",
                     fmt::format("entry {} for uC {}, of {} uCs", i, entry.uc, uc_count)};
    }
    if ((seen >> entry.uc & 1U) != 0) {
      return Problem{"one indirect entry for each uC", fmt::format("a second one, entry {}, for uC {}", i, entry.uc)};
    }
    if (entry.address % kHostAlignment != 0) {
      return Problem{"a word-aligned indirect packet", fmt::format("{:#x} in entry {}", entry.address, i)};
    }
    seen |= 1U << entry.uc;
    ++packet.entry_count;
  }
  return std::nullopt;
}

std::optional<Problem> parse_body(std::span<const std::byte> bytes, const CommonHeader& header, unsigned uc_count,
                                  Packet& packet) {
  if (header.type != kVendorSpecific) {
    return Problem{"packet type 0 (vendor specific)", fmt::format("{}", header.type)};
  }
  if (header.chain_flag > 1) return Problem{"chain_flag 0 or 1", fmt::format("{}", header.chain_flag)};
  switch (header.opcode) {
    case kTestOpcode:
      packet.kind = PacketKind::Test;
      return std::nullopt;
    case kExitOpcode:
      packet.kind = PacketKind::Exit;
      return std::nullopt;
    case kExecBufOpcode:
      break;
    default:
      return Problem{"packet opcode 1 (EXEC_BUF), 2 (TEST) or 3 (EXIT)", fmt::format("{}", header.opcode)};
  }
  if (header.distribute == 0 && header.indirect == 0) return parse_direct(bytes, header, packet);
  if (header.distribute == 1 && header.indirect == 1) return parse_entries(bytes, header, uc_count, packet);
  return Problem{"distribute and indirect both 0 or both 1",
                 fmt::format("distribute {}, indirect {}", header.distribute, header.indirect)};
}

}  // namespace

bool misreads_wide_queues(const Parameters& parameters) {
  return parameters.protocol_major == kMirrorPersonality;
}

bool keeps_mirrors(const Parameters& parameters) {
  return misreads_wide_queues(parameters) && parameters.write_index_mirror != 0;
}

std::optional<std::uint64_t> missing_mirror(std::span<const std::byte> first) {
  const QueueHeader header{.read_index = load64(first, QueueHeader::kReadIndex),
                           .capacity = load32(first, QueueHeader::kCapacity),
                           .mirror = load64(first, QueueHeader::kMirror)};
  const std::variant<QueueLayout, Problem> layout = parse_queue_layout(first);
  const auto* known = std::get_if<QueueLayout>(&layout);
  if (known == nullptr || *known != QueueLayout::Wide || header.mirror == header.mirror_due()) return std::nullopt;
  return header.mirror_due();
}

std::variant<QueueLayout, Problem> parse_queue_layout(std::span<const std::byte> first) {
  switch (const std::uint16_t major = load16(first, QueueHeader::kMajor)) {
    case 0:
      return QueueLayout::Compact;
    case 1:
      return QueueLayout::Wide;
    default:
      return Problem{"host queue version 0.x or 1.x", fmt::format("major version {}", major)};
  }
}

std::variant<QueueHeader, Problem> parse_queue_header(std::span<const std::byte> bytes) {
  const std::variant<QueueLayout, Problem> layout = parse_queue_layout(bytes);
  if (const auto* problem = std::get_if<Problem>(&layout)) return *problem;

  QueueHeader header;
  header.layout = std::get<QueueLayout>(layout);
  const bool wide = header.layout == QueueLayout::Wide;
  header.read_index = load64(bytes, QueueHeader::kReadIndex);
  header.capacity = load32(bytes, QueueHeader::kCapacity);
  header.write_index = load64(bytes, header.write_index_offset());
  header.mirror = wide ? load64(bytes, QueueHeader::kMirror) : 0;
  header.data_address = load64(bytes, wide ? QueueHeader::kWideDataAddress : QueueHeader::kCompactDataAddress);

  if (!std::has_single_bit(header.capacity) || header.capacity > QueueHeader::kMaxCapacity) {
    return Problem{"a queue capacity that is a power of two from 1 to 65536", fmt::format("{}", header.capacity)};
  }
  const std::uint64_t size = std::uint64_t{header.capacity} * QueueHeader::kSlotSize;
  if (header.data_address % kHostAlignment != 0 || header.data_address > ~std::uint64_t{0} - size) {
    return Problem{"a word-aligned data_address", fmt::format("{:#x}", header.data_address)};
  }
  return header;
}

std::optional<Problem> check_indices(const QueueHeader& header, std::uint64_t consumer, std::uint64_t write_index) {
  if (write_index - consumer <= header.capacity) return std::nullopt;  // Wraps: a write_index behind is huge.
  return Problem{"write_index at most the capacity ahead of what is consumed",
                 fmt::format("write_index {}, consumed {}, capacity {}", write_index, consumer, header.capacity)};
}

Packet parse_packet(std::span<const std::byte> bytes, unsigned uc_count) {
  const CommonHeader header = parse_common_header(bytes);
  Packet packet;
  // A flag that is neither 0 nor 1 ends the chain: the host is told now, not when packets that may never come do.
  packet.more_follow = header.chain_flag == 1;
  packet.completion_signal = load64(bytes, 8);
  if (std::optional<Problem> problem = parse_body(bytes, header, uc_count, packet)) {
    packet.kind = PacketKind::Invalid;
    packet.problem = std::move(*problem);
  }
  return packet;
}

std::variant<ExecBuf, TwoLevelIndirection, Problem> parse_indirect_packet(std::span<const std::byte> bytes) {
  const CommonHeader header = parse_common_header(bytes);
  if (header.type != kVendorSpecific || header.opcode != kExecBufOpcode) {
    return Problem{"type 0 and opcode 1 in an indirect packet",
                   fmt::format("type {}, opcode {}", header.type, header.opcode)};
  }
  if (header.indirect != 0) return TwoLevelIndirection{};
  if (header.count != ExecBuf::kSize) return Problem{"count 24 in an indirect packet", fmt::format("{}", header.count)};
  const ExecBuf exec = parse_exec_buf(bytes.subspan(kIndirectPayload, ExecBuf::kSize));
  if (std::optional<Problem> problem = check_exec_buf(exec)) return std::move(*problem);
  return exec;
}

}  // namespace aie4::cert
