// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/opcodes.hpp"

#include <algorithm>

#include "firmware-stub/cert/bytes.hpp"

namespace aie4::cert {
namespace {

constexpr OperandInfo pad(unsigned bits) {
  return {"", OperandKind::Pad, static_cast<std::uint8_t>(bits / 8)};
}
constexpr OperandInfo reg(std::string_view name) {
  return {name, OperandKind::Register, 1};
}
constexpr OperandInfo barrier(std::string_view name) {
  return {name, OperandKind::Barrier, 1};
}
constexpr OperandInfo c8(std::string_view name) {
  return {name, OperandKind::Constant, 1};
}
constexpr OperandInfo c16(std::string_view name) {
  return {name, OperandKind::Constant, 2};
}
constexpr OperandInfo c32(std::string_view name) {
  return {name, OperandKind::Constant, 4};
}
constexpr OperandInfo page(std::string_view name) {
  return {name, OperandKind::PageIndex, 2};
}
constexpr OperandInfo job_size() {
  return {"size", OperandKind::JobSize, 2};
}

constexpr OperandInfo kPad8 = pad(8);
constexpr OperandInfo kPad16 = pad(16);

constexpr auto kTable = std::to_array<OpcodeInfo>({
    {Opcode::START_JOB, "START_JOB", 8, {c16("job_id"), job_size(), kPad16}},
    {Opcode::UC_DMA_WRITE_DES, "UC_DMA_WRITE_DES", 8, {reg("wait_handle"), kPad8, c16("descriptor_ptr"), kPad16}},
    {Opcode::WAIT_UC_DMA, "WAIT_UC_DMA", 4, {reg("wait_handle"), kPad8}},
    {Opcode::MASK_WRITE_32, "MASK_WRITE_32", 16, {kPad16, c32("address"), c32("mask"), c32("value")}},
    {Opcode::LOAD_CORES, "LOAD_CORES", 12, {kPad16, c32("core_elf_id"), page("page"), kPad16}},
    {Opcode::WRITE_32, "WRITE_32", 12, {kPad16, c32("address"), c32("value")}},
    {Opcode::WAIT_TCTS, "WAIT_TCTS", 8, {c16("tile_id"), c8("actor_id"), kPad8, c8("target_tcts"), kPad8}},
    {Opcode::END_JOB, "END_JOB", 4, {kPad16}},
    {Opcode::YIELD, "YIELD", 4, {kPad16}},
    {Opcode::UC_DMA_WRITE_DES_SYNC, "UC_DMA_WRITE_DES_SYNC", 4, {c16("descriptor_ptr")}},
    {Opcode::WRITE_32_D, "WRITE_32_D", 12, {c8("flags"), kPad8, c32("address"), c32("value")}},
    {Opcode::READ_32, "READ_32", 8, {reg("value"), kPad8, c32("address")}},
    {Opcode::READ_32_D, "READ_32_D", 4, {reg("address"), reg("value")}},
    {Opcode::APPLY_OFFSET_57, "APPLY_OFFSET_57", 8, {c16("table_ptr"), c16("num_entries"), c16("offset")}},
    {Opcode::ADD, "ADD", 8, {reg("dest"), kPad8, c32("value")}},
    {Opcode::MOV, "MOV", 8, {reg("dest"), kPad8, c32("value")}},
    {Opcode::LOCAL_BARRIER, "LOCAL_BARRIER", 4, {barrier("id"), c8("num_participants")}},
    {Opcode::REMOTE_BARRIER, "REMOTE_BARRIER", 8, {barrier("id"), kPad8, c32("party_mask")}},
    {Opcode::POLL_32, "POLL_32", 12, {kPad16, c32("address"), c32("value")}},
    {Opcode::MASK_POLL_32, "MASK_POLL_32", 16, {kPad16, c32("address"), c32("mask"), c32("value")}},
    {Opcode::TRACE, "TRACE", 4, {c16("info")}},
    {Opcode::NOP, "NOP", 4, {kPad16}},
    {Opcode::START_JOB_DEFERRED, "START_JOB_DEFERRED", 8, {c16("job_id"), job_size(), kPad16}},
    {Opcode::LAUNCH_JOB, "LAUNCH_JOB", 4, {c16("job_id")}},
    {Opcode::PREEMPT, "PREEMPT", 8, {c16("id"), page("save"), page("restore")}},
    {Opcode::LOAD_PDI, "LOAD_PDI", 12, {kPad16, c32("pdi_id"), page("page"), kPad16}},
    {Opcode::LOAD_LAST_PDI, "LOAD_LAST_PDI", 4, {kPad16}},
    {Opcode::SAVE_TIMESTAMPS, "SAVE_TIMESTAMPS", 8, {kPad16, c32("unq_id")}},
    {Opcode::SLEEP, "SLEEP", 8, {kPad16, c32("target_us")}},
    {Opcode::SAVE_REGISTER, "SAVE_REGISTER", 12, {kPad16, c32("address"), c32("unq_id")}},
    {Opcode::START_COND_JOB_PREEMPT, "START_COND_JOB_PREEMPT", 8, {c16("job_id"), job_size(), kPad16}},
    {Opcode::LOAD_CORES_CP, "LOAD_CORES_CP", 8, {kPad16, c32("core_elf_id")}},
    {Opcode::REL_ACQ_SYNC, "REL_ACQ_SYNC", 12, {kPad16, c32("rel_address"), c32("acq_address")}},
    {Opcode::UC_DMA_MASK_POLL_EXT,
     "UC_DMA_MASK_POLL_EXT",
     20,
     {kPad16, c32("addr_hi"), c32("addr_lo"), c32("mask"), c32("value")}},
    {Opcode::APPLY_OFFSET_PL, "APPLY_OFFSET_PL", 8, {c16("table_ptr"), c16("buffer_id"), kPad16}},
    {Opcode::ALIGN_FILLER, "ALIGN_FILLER", 1},
    {Opcode::END_OF_PAGE, "EOF", 4, {kPad16}},
});

/// Operand widths must add up to the size of the row, and each operand must be naturally aligned.
constexpr bool consistent(const OpcodeInfo& info) {
  if (info.opcode == Opcode::ALIGN_FILLER) return info.size == 1;
  unsigned at = 2;
  unsigned values = 0;
  for (const OperandInfo& operand : info.operands) {
    if (operand.kind == OperandKind::None) break;
    if (operand.kind != OperandKind::Pad) {
      if (at % operand.bytes != 0) return false;
      ++values;
    }
    at += operand.bytes;
  }
  return at == info.size && values <= Instruction::kMaxValues;
}
static_assert(std::ranges::all_of(kTable, consistent));
static_assert(std::ranges::is_sorted(kTable, {}, &OpcodeInfo::opcode));

}  // namespace

std::span<const OpcodeInfo> opcode_table() {
  return kTable;
}

const OpcodeInfo* find_opcode(std::uint8_t number) {
  const auto* found = std::ranges::lower_bound(kTable, static_cast<Opcode>(number), {}, &OpcodeInfo::opcode);
  return found != kTable.end() && found->opcode == static_cast<Opcode>(number) ? &*found : nullptr;
}

std::variant<Instruction, DecodeError> decode(std::span<const std::byte> text, std::uint32_t offset) {
  if (offset >= text.size()) return DecodeError::Truncated;
  const OpcodeInfo* info = find_opcode(std::to_integer<std::uint8_t>(text[offset]));
  if (info == nullptr) return DecodeError::UnknownOpcode;
  if (info->size > text.size() - offset) return DecodeError::Truncated;

  Instruction instruction{.info = info, .offset = offset};
  std::size_t at = offset + 2;
  std::size_t next = 0;
  for (const OperandInfo& operand : info->operands) {
    if (operand.kind == OperandKind::None) break;
    if (operand.kind != OperandKind::Pad) {
      instruction.operands[next++] = static_cast<std::uint32_t>(load_bytes(text, at, operand.bytes));
    }
    at += operand.bytes;
  }
  return instruction;
}

}  // namespace aie4::cert
