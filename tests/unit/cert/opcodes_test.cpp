// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/opcodes.hpp"

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4::cert {
namespace {

// The table of AIE4 control-code notes 2.2, typed in once more in its own notation: number, mnemonic, size, operands.
constexpr const char* kReference = R"(
00 START_JOB 8 job_id:c16 size:jsz -16
01 UC_DMA_WRITE_DES 8 wait_handle:r8 -8 descriptor_ptr:c16 -16
02 WAIT_UC_DMA 4 wait_handle:r8 -8
03 MASK_WRITE_32 16 -16 address:c32 mask:c32 value:c32
04 LOAD_CORES 12 -16 core_elf_id:c32 page:pid -16
05 WRITE_32 12 -16 address:c32 value:c32
06 WAIT_TCTS 8 tile_id:c16 actor_id:c8 -8 target_tcts:c8 -8
07 END_JOB 4 -16
08 YIELD 4 -16
09 UC_DMA_WRITE_DES_SYNC 4 descriptor_ptr:c16
0B WRITE_32_D 12 flags:c8 -8 address:c32 value:c32
0C READ_32 8 value:r8 -8 address:c32
0D READ_32_D 4 address:r8 value:r8
0E APPLY_OFFSET_57 8 table_ptr:c16 num_entries:c16 offset:c16
0F ADD 8 dest:r8 -8 value:c32
10 MOV 8 dest:r8 -8 value:c32
11 LOCAL_BARRIER 4 id:b8 num_participants:c8
12 REMOTE_BARRIER 8 id:b8 -8 party_mask:c32
13 POLL_32 12 -16 address:c32 value:c32
14 MASK_POLL_32 16 -16 address:c32 mask:c32 value:c32
15 TRACE 4 info:c16
16 NOP 4 -16
17 START_JOB_DEFERRED 8 job_id:c16 size:jsz -16
18 LAUNCH_JOB 4 job_id:c16
19 PREEMPT 8 id:c16 save:pid restore:pid
1A LOAD_PDI 12 -16 pdi_id:c32 page:pid -16
1B LOAD_LAST_PDI 4 -16
1C SAVE_TIMESTAMPS 8 -16 unq_id:c32
1D SLEEP 8 -16 target_us:c32
1E SAVE_REGISTER 12 -16 address:c32 unq_id:c32
1F START_COND_JOB_PREEMPT 8 job_id:c16 size:jsz -16
20 LOAD_CORES_CP 8 -16 core_elf_id:c32
21 REL_ACQ_SYNC 12 -16 rel_address:c32 acq_address:c32
22 UC_DMA_MASK_POLL_EXT 20 -16 addr_hi:c32 addr_lo:c32 mask:c32 value:c32
23 APPLY_OFFSET_PL 8 table_ptr:c16 buffer_id:c16 -16
A5 ALIGN_FILLER 1
FF EOF 4 -16
)";

struct Reference {
  std::string mnemonic;
  unsigned size = 0;
  std::vector<std::string> operands;
};

std::map<unsigned, Reference> reference() {
  std::map<unsigned, Reference> rows;
  std::istringstream text(kReference);
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    unsigned number = 0;
    if (!(words >> std::hex >> number)) continue;
    Reference& row = rows[number];
    words >> row.mnemonic >> std::dec >> row.size;
    for (std::string operand; words >> operand;) row.operands.push_back(operand);
  }
  return rows;
}

/// What the notation says of an operand.
OperandInfo described(const std::string& text) {
  static const std::map<std::string, std::pair<OperandKind, std::uint8_t>> kinds = {
      {"c8", {OperandKind::Constant, 1}}, {"c16", {OperandKind::Constant, 2}}, {"c32", {OperandKind::Constant, 4}},
      {"r8", {OperandKind::Register, 1}}, {"b8", {OperandKind::Barrier, 1}},   {"pid", {OperandKind::PageIndex, 2}},
      {"jsz", {OperandKind::JobSize, 2}},
  };
  if (text.front() == '-') return {"", OperandKind::Pad, static_cast<std::uint8_t>(std::stoi(text.substr(1)) / 8)};
  const auto colon = text.find(':');
  const auto& [kind, bytes] = kinds.at(text.substr(colon + 1));
  return {"", kind, bytes};
}

TEST_CASE("the opcode table is the instruction set's: number, mnemonic, size, operands") {
  const auto rows = reference();
  REQUIRE(rows.size() == 37);
  CHECK(opcode_table().size() == rows.size());
  for (unsigned number = 0; number < 256; ++number) {
    const OpcodeInfo* info = find_opcode(static_cast<std::uint8_t>(number));
    const auto row = rows.find(number);
    INFO("opcode " << number);
    REQUIRE((info != nullptr) == (row != rows.end()));
    if (info == nullptr) continue;
    CHECK(static_cast<unsigned>(info->opcode) == number);
    CHECK(info->mnemonic == row->second.mnemonic);
    CHECK(info->size == row->second.size);
    std::size_t i = 0;
    for (; i < row->second.operands.size(); ++i) {
      const OperandInfo expected = described(row->second.operands[i]);
      CHECK(info->operands.at(i).kind == expected.kind);
      CHECK(info->operands.at(i).bytes == expected.bytes);
      const std::string name = row->second.operands[i].substr(0, row->second.operands[i].find(':'));
      if (expected.kind != OperandKind::Pad) CHECK(info->operands.at(i).name == name);
    }
    for (; i < OpcodeInfo::kMaxOperands; ++i) CHECK(info->operands.at(i).kind == OperandKind::None);
  }
}

TEST_CASE("every opcode decodes its operands little-endian and in source order, at any offset") {
  for (const auto& [number, row] : reference()) {
    INFO(row.mnemonic);
    for (const unsigned offset : {0U, 1U, 4U, 60U}) {
      std::vector<std::byte> text(offset + row.size);
      for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::byte>(0x40 + i);
      text[offset] = static_cast<std::byte>(number);
      const auto decoded = decode(text, offset);
      REQUIRE(std::holds_alternative<Instruction>(decoded));
      const auto& instruction = std::get<Instruction>(decoded);
      CHECK(static_cast<unsigned>(instruction.opcode()) == number);
      CHECK(instruction.offset == offset);
      std::size_t at = offset + 2;
      std::size_t next = 0;
      for (const std::string& operand : row.operands) {
        const OperandInfo info = described(operand);
        std::uint32_t expected = 0;
        for (unsigned byte = 0; byte < info.bytes; ++byte) {
          expected |= static_cast<std::uint32_t>(0x40 + at + byte) % 256 << 8 * byte;
        }
        at += info.bytes;
        if (info.kind != OperandKind::Pad) CHECK(instruction.operands.at(next++) == expected);
      }
    }
  }
}

TEST_CASE("an instruction that does not end inside the text is truncated, whatever follows it in memory") {
  for (const auto& [number, row] : reference()) {
    INFO(row.mnemonic);
    std::vector<std::byte> memory(64);
    memory[0] = static_cast<std::byte>(number);
    for (unsigned length = 0; length < row.size; ++length) {
      const auto decoded = decode(std::span(memory).first(length), 0);
      REQUIRE(std::holds_alternative<DecodeError>(decoded));
      CHECK(std::get<DecodeError>(decoded) == DecodeError::Truncated);
    }
    CHECK(std::holds_alternative<Instruction>(decode(std::span(memory).first(row.size), 0)));
  }
}

TEST_CASE("an unassigned byte is an unknown opcode, and an offset outside is truncated") {
  const auto rows = reference();
  for (unsigned number = 0; number < 256; ++number) {
    if (rows.contains(number)) continue;
    const std::vector<std::byte> text{static_cast<std::byte>(number)};
    const auto decoded = decode(text, 0);
    REQUIRE(std::holds_alternative<DecodeError>(decoded));
    CHECK(std::get<DecodeError>(decoded) == DecodeError::UnknownOpcode);
  }
  const std::vector<std::byte> text(4);
  for (const std::uint32_t offset : {4U, 5U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    CHECK(std::get<DecodeError>(decode(text, offset)) == DecodeError::Truncated);
  }
}

}  // namespace
}  // namespace aie4::cert
