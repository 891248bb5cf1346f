// SPDX-License-Identifier: Apache-2.0
// The instruction set of control code as data, and its decoder. Pure: no SystemC, no side effects.
// Source: aiebu isa-spec (aie2ps; AIE4 shares the table); every row up to 0x21, 0xA5 and 0xFF compared with what
// aiebu-asm 2.25 emits (AIE4 control-code notes 2.1, 2.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace aie4::cert {

/// Opcode numbers. Names are the mnemonics.
enum class Opcode : std::uint8_t {
  START_JOB = 0x00,
  UC_DMA_WRITE_DES = 0x01,
  WAIT_UC_DMA = 0x02,
  MASK_WRITE_32 = 0x03,
  LOAD_CORES = 0x04,
  WRITE_32 = 0x05,
  WAIT_TCTS = 0x06,
  END_JOB = 0x07,
  YIELD = 0x08,
  UC_DMA_WRITE_DES_SYNC = 0x09,
  WRITE_32_D = 0x0B,
  READ_32 = 0x0C,
  READ_32_D = 0x0D,
  APPLY_OFFSET_57 = 0x0E,
  ADD = 0x0F,
  MOV = 0x10,
  LOCAL_BARRIER = 0x11,
  REMOTE_BARRIER = 0x12,
  POLL_32 = 0x13,
  MASK_POLL_32 = 0x14,
  TRACE = 0x15,
  NOP = 0x16,
  START_JOB_DEFERRED = 0x17,
  LAUNCH_JOB = 0x18,
  PREEMPT = 0x19,
  LOAD_PDI = 0x1A,
  LOAD_LAST_PDI = 0x1B,
  SAVE_TIMESTAMPS = 0x1C,
  SLEEP = 0x1D,
  SAVE_REGISTER = 0x1E,
  START_COND_JOB_PREEMPT = 0x1F,
  LOAD_CORES_CP = 0x20,
  REL_ACQ_SYNC = 0x21,
  UC_DMA_MASK_POLL_EXT = 0x22,
  APPLY_OFFSET_PL = 0x23,
  ALIGN_FILLER = 0xA5,
  END_OF_PAGE = 0xFF,  ///< Mnemonic EOF, which <cstdio> has as a macro.
};

enum class OperandKind : std::uint8_t { None, Pad, Register, Barrier, Constant, PageIndex, JobSize };

struct OperandInfo {
  std::string_view name;
  OperandKind kind = OperandKind::None;
  std::uint8_t bytes = 0;  ///< 1, 2 or 4.
};

/// One row of the instruction set. Operands follow the opcode byte and one zero byte, each naturally aligned.
struct OpcodeInfo {
  static constexpr std::size_t kMaxOperands = 6;  ///< Pads included.

  Opcode opcode = Opcode::NOP;
  std::string_view mnemonic;
  std::uint8_t size = 0;  ///< Bytes, opcode included.
  std::array<OperandInfo, kMaxOperands> operands{};
};

/// All instructions, by ascending opcode number.
[[nodiscard]] std::span<const OpcodeInfo> opcode_table();
/// The row of an opcode byte; nullptr if the byte is unassigned.
[[nodiscard]] const OpcodeInfo* find_opcode(std::uint8_t number);

/// One decoded instruction. `operands` are in the order of the assembly source: pads are left out.
struct Instruction {
  static constexpr std::size_t kMaxValues = 4;

  const OpcodeInfo* info = nullptr;
  std::uint32_t offset = 0;  ///< Of the opcode byte, from the first body byte.
  std::array<std::uint32_t, kMaxValues> operands{};

  [[nodiscard]] Opcode opcode() const { return info->opcode; }
};

enum class DecodeError : std::uint8_t {
  UnknownOpcode,  ///< The byte is no opcode.
  Truncated,      ///< The instruction, or even its opcode byte, lies beyond the text.
};

/// Decodes the instruction at `offset` of `text`. Pads, the byte after the opcode included, are not looked at: the
/// assembler writes zeros and nothing is known of firmware that checks them.
[[nodiscard]] std::variant<Instruction, DecodeError> decode(std::span<const std::byte> text, std::uint32_t offset);

}  // namespace aie4::cert
