// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/array_code.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <stdexcept>
#include <variant>
#include <vector>

#include "firmware-stub/cert/opcodes.hpp"
#include "models/compute/core/core_image.hpp"
#include "models/registers/array/registers.hpp"
#include "models/registers/generated/compute_fields.hpp"
#include "models/registers/generated/shim_fields.hpp"
#include "models/soc/uc_dma_descriptor.hpp"
#include "sim/core_text/assembler.hpp"

namespace aie4::validate {
namespace {

using array::BdKind;
using array::DmaDirection;
using array::TileId;
using array::TileKind;
using cert::Opcode;
using registers::ComputeRegister;
using registers::Half;
using registers::MemoryRegister;
using registers::offset_of;
using registers::PortDirection;
using registers::set;
using registers::ShimRegister;
using registers::Switch;

constexpr std::size_t kPageBody = 7 * 1024;
constexpr std::size_t kJobBytes = 8;
constexpr std::size_t kEofBytes = 4;
/// Stalls, running and queue length of a DMA status register.
constexpr std::uint32_t kIdleMask = 0x01F8'003C;

std::uint32_t bd_offset(TileKind kind, const Channel& c, unsigned number) {
  const bool s2mm = c.direction == DmaDirection::S2mm;
  if (kind == TileKind::Compute) return offset_of(ComputeRegister::dma_bd, Half::A, number);
  if (kind == TileKind::Shim) return offset_of(ShimRegister::dma_bd, Half::A, number);
  return offset_of(s2mm ? MemoryRegister::dma_s2mm_bd : MemoryRegister::dma_mm2s_bd, Half::A, c.number, number);
}

std::uint32_t queue_offset(TileKind kind, const Channel& c) {
  const bool s2mm = c.direction == DmaDirection::S2mm;
  switch (kind) {
    case TileKind::Compute:
      return offset_of(s2mm ? ComputeRegister::dma_s2mm_start_queue : ComputeRegister::dma_mm2s_start_queue, Half::A,
                       c.number);
    case TileKind::Memory:
      return offset_of(s2mm ? MemoryRegister::dma_s2mm_start_queue : MemoryRegister::dma_mm2s_start_queue, Half::A,
                       c.number);
    case TileKind::Shim:
      return offset_of(s2mm ? ShimRegister::dma_s2mm_task_queue : ShimRegister::dma_mm2s_task_queue, Half::A, c.number);
  }
  throw std::logic_error("no such tile");
}

std::uint32_t status_offset(TileKind kind, const Channel& c) {
  const bool s2mm = c.direction == DmaDirection::S2mm;
  switch (kind) {
    case TileKind::Compute:
      return offset_of(s2mm ? ComputeRegister::dma_s2mm_status : ComputeRegister::dma_mm2s_status, Half::A, c.number);
    case TileKind::Memory:
      return offset_of(s2mm ? MemoryRegister::dma_s2mm_status : MemoryRegister::dma_mm2s_status, Half::A, c.number);
    case TileKind::Shim:
      return offset_of(s2mm ? ShimRegister::dma_s2mm_status : ShimRegister::dma_mm2s_status, Half::A, c.number);
  }
  throw std::logic_error("no such tile");
}

const registers::StreamPort& find(TileKind kind, Switch which, PortDirection direction, Port wanted) {
  const registers::StreamPort* port = registers::find_port(kind, which, direction, wanted.group, wanted.index);
  if (port == nullptr) throw std::logic_error(fmt::format("no port {} of that group", wanted.index));
  return *port;
}

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
  constexpr std::size_t kBytes = 12;
  reserve(kBytes);
  code_.write_32(static_cast<std::uint32_t>(geometry_.base(tile)) + offset, value);
  return *this;
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

ArrayCode& ArrayCode::circuit(TileId tile, Port from, Port to) {
  namespace manager_config = registers::shim::stream_switch_manager_config;
  namespace subordinate_config = registers::shim::stream_switch_subordinate_config;
  const TileKind kind = geometry_.kind(tile);
  const registers::StreamPort& input = find(kind, Switch::Wide512, PortDirection::Subordinate, from);
  const registers::StreamPort& output = find(kind, Switch::Wide512, PortDirection::Manager, to);
  write(tile, registers::config_offset(kind, Switch::Wide512, PortDirection::Manager, output),
        set(manager_config::Configuration, set(manager_config::Manager_Enable, 0, 1), input.physical));
  return write(tile, registers::config_offset(kind, Switch::Wide512, PortDirection::Subordinate, input),
               set(subordinate_config::Subordinate_Enable, 0, 1));
}

ArrayCode& ArrayCode::descriptor(const Channel& channel, unsigned number, const array::BufferDescriptor& descriptor) {
  const TileKind kind = geometry_.kind(channel.tile);
  const BdKind bd_kind = kind == TileKind::Compute  ? BdKind::Compute
                         : kind == TileKind::Memory ? BdKind::Memory
                                                    : BdKind::Shim;
  const array::BdWords words = array::encode_bd(bd_kind, descriptor);
  for (unsigned i = 0; i < array::bd_layout(bd_kind).words; ++i) {
    write(channel.tile, bd_offset(kind, channel, number) + 4 * i, words.at(i));
  }
  return *this;
}

ArrayCode& ArrayCode::task(const Channel& channel, unsigned descriptor, bool token) {
  return write(channel.tile, queue_offset(geometry_.kind(channel.tile), channel),
               array::encode_task({.enable_token_issue = token, .start_bd_id = descriptor}));
}

ArrayCode& ArrayCode::wait_idle(const Channel& channel) {
  return poll(channel.tile, status_offset(geometry_.kind(channel.tile), channel), kIdleMask, 0);
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

ArrayCode& ArrayCode::token_route(unsigned column) {
  namespace manager_config = registers::shim::stream_switch_32b_manager_config;
  namespace subordinate_config = registers::shim::stream_switch_32b_subordinate_config;
  namespace slot = registers::shim::stream_switch_32b_subordinate_slot;
  const TileId tile{.column = static_cast<std::uint8_t>(column), .row = 0};
  const registers::StreamPort& from = find(TileKind::Shim, Switch::Narrow32, PortDirection::Subordinate,
                                           {.group = registers::PortGroup::TileControl, .index = 0});
  const registers::StreamPort& to = find(TileKind::Shim, Switch::Narrow32, PortDirection::Manager,
                                         {.group = registers::PortGroup::Microcontroller, .index = 0});
  constexpr std::uint32_t kMselMask0 = 1U << 3;
  write(tile, registers::config_offset(TileKind::Shim, Switch::Narrow32, PortDirection::Subordinate, from),
        set(subordinate_config::Packet_Enable, set(subordinate_config::Subordinate_Enable, 0, 1), 1));
  write(tile, registers::slot_offset(TileKind::Shim, Switch::Narrow32, from, 0), set(slot::Enable, 0, 1));
  return write(tile, registers::config_offset(TileKind::Shim, Switch::Narrow32, PortDirection::Manager, to),
               set(manager_config::Configuration,
                   set(manager_config::Packet_Enable, set(manager_config::Manager_Enable, 0, 1), 1), kMselMask0));
}

ArrayCode& ArrayCode::lock(TileId tile, unsigned number, std::uint32_t value) {
  const std::uint32_t offset = geometry_.kind(tile) == TileKind::Compute
                                   ? offset_of(ComputeRegister::lock_value, Half::A, number)
                                   : offset_of(MemoryRegister::lock_value, Half::A, number);
  return write(tile, offset, value);
}

ArrayCode& ArrayCode::start_core(TileId tile, std::string_view text) {
  const auto image = compute::encode_core_image(core_text::assemble(text, "experiment"));
  const auto* bytes = std::get_if<std::vector<std::byte>>(&image);
  if (bytes == nullptr) throw std::logic_error("the core program of an experiment is no image");
  const std::uint32_t control = offset_of(ComputeRegister::core_control);
  write(tile, control, 2);
  const std::uint32_t memory = offset_of(ComputeRegister::program_memory);
  for (std::uint32_t at = 0; at < bytes->size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes->data() + at, 4);
    write(tile, memory + at, word);
  }
  return write(tile, control, 1);
}

ArrayCode& ArrayCode::wait_core(TileId tile) {
  constexpr std::uint32_t kDone = 1U << 20;
  return poll(tile, offset_of(ComputeRegister::core_status), kDone, kDone);
}

}  // namespace aie4::validate
