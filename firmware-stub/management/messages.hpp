// SPDX-License-Identifier: Apache-2.0
// Management messages as data: opcode, who may send it, exact payload sizes, fields. Shared by the firmware, which
// answers them, the in-process host, which sends them, and the transcript printer, which names them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace aie4::management {

/// Payload word 0 of every response (host-interface, 4.7).
enum class Status : std::uint32_t {
  SUCCESS = 0,
  ERROR = 1,
  NOT_SUPPORTED = 2,  ///< Unknown opcode, or one that this function may not send.
};

[[nodiscard]] constexpr std::string_view to_string(Status status) {
  switch (status) {
    case Status::SUCCESS:
      return "SUCCESS";
    case Status::ERROR:
      return "ERROR";
    case Status::NOT_SUPPORTED:
      return "NOT_SUPPORTED";
  }
  return "unknown status";
}

/// How a person wants to see a field.
enum class FieldFormat : std::uint8_t { Decimal, Hex, Status };

/// One little-endian field of a payload.
struct Field {
  std::string_view name;
  std::uint16_t offset = 0;  ///< Bytes from the start of the payload.
  std::uint8_t width = 4;    ///< Bytes: 1, 2, 4 or 8.
  FieldFormat format = FieldFormat::Decimal;

  [[nodiscard]] constexpr std::size_t end() const { return std::size_t{offset} + width; }
};

/// Value of `field`; 0 if the payload is too short to hold it.
[[nodiscard]] constexpr std::uint64_t get(std::span<const std::byte> payload, const Field& field) {
  if (field.end() > payload.size()) return 0;
  std::uint64_t value = 0;
  for (unsigned i = field.width; i-- > 0;) {
    value = (value << 8) | std::to_integer<std::uint64_t>(payload[std::size_t{field.offset} + i]);
  }
  return value;
}

/// Stores the low bits of `value`; does nothing if the payload is too short to hold the field (a response that a
/// fault cut short).
constexpr void set(std::span<std::byte> payload, const Field& field, std::uint64_t value) {
  if (field.end() > payload.size()) return;
  for (unsigned i = 0; i < field.width; ++i) {
    payload[std::size_t{field.offset} + i] = static_cast<std::byte>((value >> (8 * i)) & 0xFFU);
  }
}

/// Who may send a message. Bits, so that one message can belong to several kinds of function.
enum class Sender : std::uint8_t { Pf = 1, Vf = 2, Any = 3 };

struct MessageInfo {
  std::uint32_t opcode = 0;
  Sender sender = Sender::Any;
  std::string_view name;
  std::uint32_t request_size = 0;   ///< Payload bytes, exact.
  std::uint32_t response_size = 0;  ///< Payload bytes, exact, on errors too: the driver kills the channel otherwise.
  std::span<const Field> request;
  std::span<const Field> response;

  [[nodiscard]] constexpr bool may_send(Sender function) const {
    return (static_cast<unsigned>(sender) & static_cast<unsigned>(function)) != 0;
  }
};

/// All messages of one firmware personality.
struct MessageTable {
  std::string_view name;             ///< "P5".
  std::uint32_t protocol_major = 0;  ///< What mailbox_info announces.
  std::span<const MessageInfo> messages;

  /// The message of that opcode, or nullptr.
  [[nodiscard]] constexpr const MessageInfo* find(std::uint32_t opcode) const {
    const auto found = std::find_if(messages.begin(), messages.end(),
                                    [opcode](const MessageInfo& info) { return info.opcode == opcode; });
    return found == messages.end() ? nullptr : &*found;
  }
};

/// First word of every response.
inline constexpr Field kStatus{"status", 0x00, 4, FieldFormat::Status};
/// Response to an opcode that the table does not hold: the status alone.
inline constexpr std::uint32_t kStatusOnlySize = 4;
inline constexpr Field kStatusOnly[] = {kStatus};
inline constexpr Field kReservedOnly[] = {{"reserved", 0x00, 4, FieldFormat::Hex}};

// --- layouts, host-interface 5.1 (amdxdna of Linux 7.2 and 7.3) -----------------------------------------------------

namespace attach_work_buffer {
inline constexpr Field kAddress{"address", 0x00, 8, FieldFormat::Hex};  ///< DMA address in the default domain.
inline constexpr Field kPasid{"pasid", 0x08, 4, FieldFormat::Hex};
inline constexpr Field kSize{"size", 0x0C, 4, FieldFormat::Hex};  ///< Bytes.
inline constexpr Field kRequest[] = {kAddress, kPasid, kSize};
}  // namespace attach_work_buffer

namespace create_vfs {
inline constexpr Field kCount{"vf_count", 0x00};
inline constexpr Field kRequest[] = {kCount};
}  // namespace create_vfs

namespace aie_tile_info {
inline constexpr Field kSize{"size", 0x04};  ///< Bytes of the status dump of one column.
inline constexpr Field kMajor{"major", 0x08, 2};
inline constexpr Field kMinor{"minor", 0x0A, 2};
inline constexpr Field kCols{"cols", 0x0C, 2};
inline constexpr Field kRows{"rows", 0x0E, 2};
inline constexpr Field kCoreRows{"core_rows", 0x10, 2};
inline constexpr Field kMemRows{"mem_rows", 0x12, 2};
inline constexpr Field kShimRows{"shim_rows", 0x14, 2};
inline constexpr Field kCoreRowStart{"core_row_start", 0x16, 2};
inline constexpr Field kMemRowStart{"mem_row_start", 0x18, 2};
inline constexpr Field kShimRowStart{"shim_row_start", 0x1A, 2};
inline constexpr Field kCoreDmaChannels{"core_dma_channels", 0x1C, 2};
inline constexpr Field kMemDmaChannels{"mem_dma_channels", 0x1E, 2};
inline constexpr Field kShimDmaChannels{"shim_dma_channels", 0x20, 2};
inline constexpr Field kCoreLocks{"core_locks", 0x22, 2};
inline constexpr Field kMemLocks{"mem_locks", 0x24, 2};
inline constexpr Field kShimLocks{"shim_locks", 0x26, 2};
inline constexpr Field kCoreEvents{"core_events", 0x28, 2};
inline constexpr Field kMemEvents{"mem_events", 0x2A, 2};
inline constexpr Field kShimEvents{"shim_events", 0x2C, 2};
inline constexpr Field kReserved{"reserved", 0x2E, 2};
inline constexpr Field kResponse[] = {kStatus,      kSize,         kMajor,           kMinor,          kCols,
                                      kRows,        kCoreRows,     kMemRows,         kShimRows,       kCoreRowStart,
                                      kMemRowStart, kShimRowStart, kCoreDmaChannels, kMemDmaChannels, kShimDmaChannels,
                                      kCoreLocks,   kMemLocks,     kShimLocks,       kCoreEvents,     kMemEvents,
                                      kShimEvents,  kReserved};
}  // namespace aie_tile_info

namespace create_partition {
inline constexpr Field kStartColumn{"start_column", 0x00};
inline constexpr Field kColumnCount{"column_count", 0x04};
inline constexpr Field kRequest[] = {kStartColumn, kColumnCount};
inline constexpr Field kPartitionId{"partition_id", 0x04};  ///< Never 0: the driver takes 0 for "no partition".
inline constexpr Field kResponse[] = {kStatus, kPartitionId};
}  // namespace create_partition

namespace destroy_partition {
inline constexpr Field kPartitionId{"partition_id", 0x00};
inline constexpr Field kRequest[] = {kPartitionId};
}  // namespace destroy_partition

namespace create_hw_context {
inline constexpr Field kPartitionId{"partition_id", 0x00};
inline constexpr Field kRequestNumTiles{"request_num_tiles", 0x04};
inline constexpr Field kHsaAddrHigh{"hsa_addr_high", 0x08, 4, FieldFormat::Hex};
inline constexpr Field kHsaAddrLow{"hsa_addr_low", 0x0C, 4, FieldFormat::Hex};
inline constexpr Field kPasid{"pasid", 0x10, 4, FieldFormat::Hex};
inline constexpr Field kPriorityBand{"priority_band", 0x14, 4, FieldFormat::Hex};
inline constexpr Field kRequest[] = {kPartitionId, kRequestNumTiles, kHsaAddrHigh, kHsaAddrLow, kPasid, kPriorityBand};
inline constexpr Field kHwContextId{"hw_context_id", 0x04};
inline constexpr Field kDoorbellOffset{"doorbell_offset", 0x08, 4, FieldFormat::Hex};  ///< In BAR2, 4 KiB aligned.
inline constexpr Field kJobCompleteMsixIdx{"job_complete_msix_idx", 0x0C};
inline constexpr Field kResponse[] = {kStatus, kHwContextId, kDoorbellOffset, kJobCompleteMsixIdx};

/// Address of the host queue header.
[[nodiscard]] constexpr std::uint64_t hsa_address(std::span<const std::byte> request) {
  return (get(request, kHsaAddrHigh) << 32) | get(request, kHsaAddrLow);
}

// The pasid field.
inline constexpr std::uint32_t kPasidMask = 0xF'FFFF;
inline constexpr std::uint32_t kPasidValid = 0x8000'0000;
/// "No PASID" truncated to 20 bits: in-tree drivers set the valid bit even so (host-interface, 7.1).
inline constexpr std::uint32_t kPasidNone = 0xF'FFFF;

/// True if device accesses for the context carry a PASID.
[[nodiscard]] constexpr bool is_tagged(std::uint32_t pasid_field) {
  return (pasid_field & kPasidValid) != 0 && (pasid_field & kPasidMask) != kPasidNone;
}
}  // namespace create_hw_context

namespace destroy_hw_context {
inline constexpr Field kHwContextId{"hw_context_id", 0x00};
inline constexpr Field kReserved{"reserved", 0x04, 4, FieldFormat::Hex};
inline constexpr Field kRequest[] = {kHwContextId, kReserved};
}  // namespace destroy_hw_context

/// Opcodes of personality P5.
namespace opcode {
inline constexpr std::uint32_t kSUSPEND = 0x1'0003;
inline constexpr std::uint32_t kATTACH_WORK_BUFFER = 0x1'000D;
inline constexpr std::uint32_t kCREATE_VFS = 0x2'0001;
inline constexpr std::uint32_t kDESTROY_VFS = 0x2'0002;
inline constexpr std::uint32_t kCREATE_PARTITION = 0x3'0001;
inline constexpr std::uint32_t kDESTROY_PARTITION = 0x3'0002;
inline constexpr std::uint32_t kCREATE_HW_CONTEXT = 0x3'0003;
inline constexpr std::uint32_t kDESTROY_HW_CONTEXT = 0x3'0004;
inline constexpr std::uint32_t kAIE_TILE_INFO = 0x3'0006;
}  // namespace opcode

/// Personality P5: everything that amdxdna of Linux 7.2 and 7.3 sends (host-interface, table A).
inline constexpr MessageInfo kP5Messages[] = {
    {opcode::kSUSPEND, Sender::Pf, "SUSPEND", 4, 4, kReservedOnly, kStatusOnly},
    {opcode::kATTACH_WORK_BUFFER, Sender::Pf, "ATTACH_WORK_BUFFER", 16, 4, attach_work_buffer::kRequest, kStatusOnly},
    {opcode::kCREATE_VFS, Sender::Pf, "CREATE_VFS", 4, 4, create_vfs::kRequest, kStatusOnly},
    {opcode::kDESTROY_VFS, Sender::Pf, "DESTROY_VFS", 4, 4, kReservedOnly, kStatusOnly},
    {opcode::kCREATE_PARTITION, Sender::Vf, "CREATE_PARTITION", 8, 8, create_partition::kRequest,
     create_partition::kResponse},
    {opcode::kDESTROY_PARTITION, Sender::Vf, "DESTROY_PARTITION", 4, 4, destroy_partition::kRequest, kStatusOnly},
    {opcode::kCREATE_HW_CONTEXT, Sender::Vf, "CREATE_HW_CONTEXT", 24, 16, create_hw_context::kRequest,
     create_hw_context::kResponse},
    {opcode::kDESTROY_HW_CONTEXT, Sender::Vf, "DESTROY_HW_CONTEXT", 8, 4, destroy_hw_context::kRequest, kStatusOnly},
    {opcode::kAIE_TILE_INFO, Sender::Vf, "AIE_TILE_INFO", 4, 48, kReservedOnly, aie_tile_info::kResponse},
};
inline constexpr MessageTable kP5{"P5", 5, kP5Messages};

/// All personalities. A newer one is one more table and one more entry.
inline constexpr MessageTable kMessageTables[] = {kP5};

/// The personality that speaks protocol `major`, or nullptr.
[[nodiscard]] constexpr const MessageTable* find_message_table(std::uint32_t major) {
  for (const MessageTable& table : kMessageTables) {
    if (table.protocol_major == major) return &table;
  }
  return nullptr;
}

}  // namespace aie4::management
