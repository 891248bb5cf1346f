// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/array_code.hpp"

#include <array>
#include <stdexcept>
#include <variant>
#include <vector>

#include "firmware-stub/cert/opcodes.hpp"
#include "models/compute/core/core_image.hpp"
#include "models/registers/array/registers.hpp"
#include "models/soc/uc_dma_descriptor.hpp"
#include "sim/core_text/assembler.hpp"

namespace aie4::validate {
namespace {

using array::TileId;
using array::TileKind;
using cert::Opcode;
using registers::ComputeRegister;
using registers::offset_of;

constexpr std::size_t kPageBody = 7 * 1024;
constexpr std::size_t kJobBytes = 8;
constexpr std::size_t kEofBytes = 4;
/// Stalls, running and queue length of a DMA status register.
constexpr std::uint32_t kIdleMask = 0x01F8'003C;

}  // namespace

std::uint32_t own_lock(TileKind kind, unsigned number) {
  constexpr std::uint32_t kOwnMemoryTile = 448;
  return kind == TileKind::Memory ? kOwnMemoryTile + number : number;
}

std::uint64_t own_memory(TileKind kind) {
  constexpr std::uint64_t kOwnMemoryTile = 0x80'0000;
  return kind == TileKind::Memory ? kOwnMemoryTile : 0;
}

// --- pages
// ------------------------------------------------------------------------------------------------------------

void ArrayCode::reserve(std::size_t bytes) {
  if (bytes_ != 0 && bytes_ + bytes > kPageBody) close();
  if (bytes_ == 0) {
    code_.start_job(0);
    bytes_ = kJobBytes;
  }
  bytes_ += bytes;
}

void ArrayCode::close() {
  if (bytes_ == 0) return;
  code_.end_job().end_page();
  bytes_ = 0;
}

void ArrayCode::opcode(std::uint8_t number, std::span<const std::uint32_t> operands) {
  std::vector<std::uint8_t> bytes{number, 0, 0, 0};
  for (const std::uint32_t word : operands) {
    for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i) & 0xFFU));
  }
  reserve(bytes.size());
  code_.raw(bytes);
}

host::ControlCode ArrayCode::finish() {
  close();
  return code_;
}

// --- registers
// --------------------------------------------------------------------------------------------------------

ArrayCode& ArrayCode::write(TileId tile, std::uint32_t offset, std::uint32_t value) {
  return write({static_cast<std::uint32_t>(geometry_.base(tile)) + offset, {value}});
}

ArrayCode& ArrayCode::mask_write(TileId tile, std::uint32_t offset, std::uint32_t mask, std::uint32_t value) {
  opcode(static_cast<std::uint8_t>(Opcode::MASK_WRITE_32),
         std::array{static_cast<std::uint32_t>(geometry_.base(tile)) + offset, mask, value});
  return *this;
}

ArrayCode& ArrayCode::poll(TileId tile, std::uint32_t offset, std::uint32_t mask, std::uint32_t value) {
  opcode(static_cast<std::uint8_t>(Opcode::MASK_POLL_32),
         std::array{static_cast<std::uint32_t>(geometry_.base(tile)) + offset, mask, value});
  return *this;
}

ArrayCode& ArrayCode::block_writes(TileId tile, std::uint32_t offset, unsigned words, unsigned chains) {
  // A page of its own: opcodes, the end of the page, then the descriptor and its zeros, 16-byte aligned.
  close();
  constexpr std::size_t kOpcodeBytes = 4;
  constexpr std::size_t kAlignment = 16;
  const std::size_t body = kJobBytes + chains * kOpcodeBytes + kOpcodeBytes + kEofBytes;
  const std::size_t place = (body + kAlignment - 1) / kAlignment * kAlignment;
  code_.start_job(0);
  for (unsigned i = 0; i < chains; ++i) {
    const std::array<std::uint8_t, kOpcodeBytes> bytes = {static_cast<std::uint8_t>(Opcode::UC_DMA_WRITE_DES_SYNC), 0,
                                                          static_cast<std::uint8_t>(place & 0xFFU),
                                                          static_cast<std::uint8_t>(place >> 8)};
    code_.raw(bytes);
  }
  code_.end_job();
  std::vector<std::uint8_t> data(place - body + kEofBytes + UcDmaDescriptor::kSize + std::size_t{4} * words);
  data[0] = static_cast<std::uint8_t>(Opcode::END_OF_PAGE);
  const std::size_t at = data.size() - UcDmaDescriptor::kSize - std::size_t{4} * words;
  store_uc_dma_descriptor(std::as_writable_bytes(std::span(data)).subspan(at),
                          {.words = words,
                           .local_relative = true,
                           .local = UcDmaDescriptor::kSize,
                           .remote = geometry_.base(tile) + offset});
  code_.raw(data);
  code_.end_page();
  return *this;
}

// --- the array
// --------------------------------------------------------------------------------------------------------

ArrayCode& ArrayCode::write(const workload::RegisterWrite& registers) {
  constexpr std::size_t kBytes = 12;
  for (std::uint32_t i = 0; i < registers.words.size(); ++i) {
    reserve(kBytes);
    code_.write_32(registers.address + 4 * i, registers.words[i]);
  }
  return *this;
}

ArrayCode& ArrayCode::circuit(TileId tile, Port from, Port to) {
  for (const workload::RegisterWrite& registers : workload::write_circuit({tile, from, to})) write(registers);
  return *this;
}

ArrayCode& ArrayCode::descriptor(const Channel& channel, unsigned number, const array::BufferDescriptor& descriptor) {
  return write(workload::write_bd(channel, number, descriptor));
}

ArrayCode& ArrayCode::task(const Channel& channel, unsigned descriptor, bool token) {
  return write(workload::write_task(channel, descriptor, 1, token));
}

ArrayCode& ArrayCode::wait_idle(const Channel& channel) {
  opcode(static_cast<std::uint8_t>(Opcode::MASK_POLL_32),
         std::array{workload::status_address(channel), kIdleMask, std::uint32_t{0}});
  return *this;
}

ArrayCode& ArrayCode::wait_token(const Channel& channel) {
  constexpr std::size_t kBytes = 8;
  constexpr unsigned kColumnLsb = 5;
  const TileKind kind = geometry_.kind(channel.tile);
  const unsigned index = array::dma_channel_index(kind, channel.direction, channel.number);
  const auto tile = static_cast<unsigned>(channel.tile.column) << kColumnLsb | channel.tile.row;
  const std::array<std::uint8_t, kBytes> bytes = {static_cast<std::uint8_t>(Opcode::WAIT_TCTS),
                                                  0,
                                                  static_cast<std::uint8_t>(tile & 0xFFU),
                                                  static_cast<std::uint8_t>(tile >> 8),
                                                  array::dma_channels(kind)[index].actor,
                                                  0,
                                                  1,
                                                  0};
  reserve(kBytes);
  code_.raw(bytes);
  return *this;
}

ArrayCode& ArrayCode::token_routes(unsigned columns) {
  for (unsigned column = 0; column < columns; ++column) {
    for (const workload::RegisterWrite& registers : workload::write_token_route(column, 0, columns)) write(registers);
  }
  return *this;
}

ArrayCode& ArrayCode::lock(TileId tile, unsigned number, std::uint32_t value) {
  return write(workload::write_lock({tile, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(value)}));
}

ArrayCode& ArrayCode::start_core(TileId tile, std::string_view text) {
  const auto image = compute::encode_core_image(core_text::assemble(text, "experiment"));
  const auto* bytes = std::get_if<std::vector<std::byte>>(&image);
  if (bytes == nullptr) throw std::logic_error("the core program of an experiment is no image");
  const std::uint32_t control = offset_of(ComputeRegister::core_control);
  write(tile, control, 2);
  write(workload::write_program(tile, *bytes));
  return write(tile, control, 1);
}

ArrayCode& ArrayCode::wait_core(TileId tile) {
  constexpr std::uint32_t kDone = 1U << 20;
  return poll(tile, offset_of(ComputeRegister::core_status), kDone, kDone);
}

}  // namespace aie4::validate
