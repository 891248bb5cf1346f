// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/array_registers.hpp"

#include <cstring>
#include <fmt/format.h>
#include <map>
#include <stdexcept>
#include <string>

#include "models/registers/array/registers.hpp"
#include "models/registers/array/streams.hpp"
#include "models/registers/generated/compute_fields.hpp"
#include "models/registers/generated/memory_fields.hpp"
#include "models/registers/generated/shim_fields.hpp"

namespace aie4::workload {
namespace {

using array::BdKind;
using array::DmaDirection;
using array::TileId;
using array::TileKind;
using registers::ComputeRegister;
using registers::Half;
using registers::MemoryRegister;
using registers::offset_of;
using registers::PortDirection;
using registers::set;
using registers::ShimRegister;
using registers::Switch;

constexpr array::Geometry kGeometry;
constexpr unsigned kMemoryS2mmOfHalf = 4;
constexpr unsigned kMemoryMm2sOfHalf = 5;
constexpr unsigned kShimMm2sOfHalf = 2;
constexpr unsigned kMemoryLocksOfHalf = 32;

std::uint32_t at(TileId tile, std::uint32_t offset) {
  return static_cast<std::uint32_t>(kGeometry.base(tile)) + offset;
}

Half half(unsigned number, unsigned of_half) {
  return number < of_half ? Half::A : Half::B;
}

std::uint32_t bd_offset(const Channel& c, unsigned bd) {
  const bool s2mm = c.direction == DmaDirection::S2mm;
  switch (kGeometry.kind(c.tile)) {
    case TileKind::Compute:
      return offset_of(ComputeRegister::dma_bd, Half::A, bd);
    case TileKind::Memory: {
      const unsigned of_half = s2mm ? kMemoryS2mmOfHalf : kMemoryMm2sOfHalf;
      return offset_of(s2mm ? MemoryRegister::dma_s2mm_bd : MemoryRegister::dma_mm2s_bd, half(c.number, of_half),
                       c.number % of_half, bd);
    }
    case TileKind::Shim:
      return offset_of(ShimRegister::dma_bd, s2mm ? half(c.number, 1) : half(c.number, kShimMm2sOfHalf), bd);
  }
  throw std::logic_error("no such tile");
}

std::uint32_t queue_offset(const Channel& c) {
  const bool s2mm = c.direction == DmaDirection::S2mm;
  switch (kGeometry.kind(c.tile)) {
    case TileKind::Compute:
      return offset_of(s2mm ? ComputeRegister::dma_s2mm_start_queue : ComputeRegister::dma_mm2s_start_queue, Half::A,
                       c.number);
    case TileKind::Memory: {
      const unsigned of_half = s2mm ? kMemoryS2mmOfHalf : kMemoryMm2sOfHalf;
      return offset_of(s2mm ? MemoryRegister::dma_s2mm_start_queue : MemoryRegister::dma_mm2s_start_queue,
                       half(c.number, of_half), c.number % of_half);
    }
    case TileKind::Shim: {
      const unsigned of_half = s2mm ? 1 : kShimMm2sOfHalf;
      return offset_of(s2mm ? ShimRegister::dma_s2mm_task_queue : ShimRegister::dma_mm2s_task_queue,
                       half(c.number, of_half), c.number % of_half);
    }
  }
  throw std::logic_error("no such tile");
}

const registers::StreamPort& port(TileKind kind, Switch which, PortDirection direction, Port wanted) {
  const registers::StreamPort* found = registers::find_port(kind, which, direction, wanted.group, wanted.index);
  if (found == nullptr) throw std::logic_error(fmt::format("no port {} of that group", wanted.index));
  return *found;
}

}  // namespace

BdKind bd_kind(const Channel& channel) {
  switch (kGeometry.kind(channel.tile)) {
    case TileKind::Compute:
      return BdKind::Compute;
    case TileKind::Memory:
      return BdKind::Memory;
    default:
      return BdKind::Shim;
  }
}

RegisterWrite write_bd(const Channel& channel, unsigned number, const array::BufferDescriptor& bd) {
  const BdKind kind = bd_kind(channel);
  const array::BdWords words = array::encode_bd(kind, bd);
  if (array::decode_bd(kind, words) != bd) {
    throw std::logic_error("a descriptor does not fit its fields: " + array::describe_bd(kind, words));
  }
  return {at(channel.tile, bd_offset(channel, number)), {words.begin(), words.begin() + array::bd_layout(kind).words}};
}

RegisterWrite write_task(const Channel& channel, unsigned bd, std::uint64_t executions, bool token) {
  const array::DmaTask task{
      .enable_token_issue = token, .repeat_count = static_cast<std::uint32_t>(executions - 1), .start_bd_id = bd};
  return {at(channel.tile, queue_offset(channel)), {array::encode_task(task)}};
}

std::uint32_t status_address(const Channel& channel) {
  const bool s2mm = channel.direction == DmaDirection::S2mm;
  const std::uint8_t number = channel.number;
  switch (kGeometry.kind(channel.tile)) {
    case TileKind::Compute:
      return at(channel.tile,
                offset_of(s2mm ? ComputeRegister::dma_s2mm_status : ComputeRegister::dma_mm2s_status, Half::A, number));
    case TileKind::Memory: {
      const unsigned of_half = s2mm ? kMemoryS2mmOfHalf : kMemoryMm2sOfHalf;
      return at(channel.tile, offset_of(s2mm ? MemoryRegister::dma_s2mm_status : MemoryRegister::dma_mm2s_status,
                                        half(number, of_half), number % of_half));
    }
    case TileKind::Shim: {
      const unsigned of_half = s2mm ? 1 : kShimMm2sOfHalf;
      return at(channel.tile, offset_of(s2mm ? ShimRegister::dma_s2mm_status : ShimRegister::dma_mm2s_status,
                                        half(number, of_half), number % of_half));
    }
  }
  throw std::logic_error("no such tile");
}

RegisterWrite write_lock(const LockValue& lock) {
  switch (kGeometry.kind(lock.tile)) {
    case TileKind::Compute:
      return {at(lock.tile, offset_of(ComputeRegister::lock_value, Half::A, lock.lock)), {lock.value}};
    case TileKind::Memory:
      return {at(lock.tile, offset_of(MemoryRegister::lock_value, half(lock.lock, kMemoryLocksOfHalf),
                                      lock.lock % kMemoryLocksOfHalf)),
              {lock.value}};
    default:
      throw std::logic_error("locks of shim tiles are not used");
  }
}

std::vector<RegisterWrite> write_circuit(const Circuit& circuit) {
  namespace manager_config = registers::shim::stream_switch_manager_config;
  namespace subordinate_config = registers::shim::stream_switch_subordinate_config;
  const TileKind kind = kGeometry.kind(circuit.tile);
  const registers::StreamPort& from = port(kind, Switch::Wide512, PortDirection::Subordinate, circuit.from);
  const registers::StreamPort& to = port(kind, Switch::Wide512, PortDirection::Manager, circuit.to);
  if (!registers::legal_circuit_route(kind, to.physical, from.physical)) {
    throw std::logic_error(fmt::format("no circuit from {} to {}", from.name, to.name));
  }
  const std::uint32_t manager =
      set(manager_config::Configuration, set(manager_config::Manager_Enable, 0, 1), from.physical);
  return {{at(circuit.tile, registers::config_offset(kind, Switch::Wide512, PortDirection::Manager, to)), {manager}},
          {at(circuit.tile, registers::config_offset(kind, Switch::Wide512, PortDirection::Subordinate, from)),
           {set(subordinate_config::Subordinate_Enable, 0, 1)}}};
}

std::vector<RegisterWrite> write_switch(TileId tile, std::span<const Circuit> circuits) {
  const TileKind kind = kGeometry.kind(tile);
  std::map<std::uint32_t, std::uint32_t> values;  // By address.
  for (const PortDirection direction : {PortDirection::Manager, PortDirection::Subordinate}) {
    for (const registers::StreamPort& port : registers::ports(kind, Switch::Wide512, direction)) {
      values[at(tile, registers::config_offset(kind, Switch::Wide512, direction, port))] = 0;
    }
  }
  for (const Circuit& circuit : circuits) {
    for (const RegisterWrite& write : write_circuit(circuit)) values.at(write.address) = write.words.front();
  }
  std::vector<RegisterWrite> writes;
  for (const auto& [address, value] : values) {
    if (writes.empty() || address != writes.back().address + 4 * writes.back().words.size()) {
      writes.push_back({address, {}});
    }
    writes.back().words.push_back(value);
  }
  return writes;
}

std::vector<RegisterWrite> write_token_route(unsigned column, unsigned first, unsigned count) {
  namespace manager_config = registers::shim::stream_switch_32b_manager_config;
  namespace subordinate_config = registers::shim::stream_switch_32b_subordinate_config;
  namespace slot = registers::shim::stream_switch_32b_subordinate_slot;
  using registers::PortGroup;
  const TileId tile = shim_tile(column);
  std::vector<RegisterWrite> writes;
  const auto take = [&](Port from) {
    const registers::StreamPort& input = port(TileKind::Shim, Switch::Narrow32, PortDirection::Subordinate, from);
    writes.push_back(
        {at(tile, registers::config_offset(TileKind::Shim, Switch::Narrow32, PortDirection::Subordinate, input)),
         {set(subordinate_config::Packet_Enable, set(subordinate_config::Subordinate_Enable, 0, 1), 1)}});
    // Every ID, to arbiter 0 and msel 0, which is all that the output listens to.
    writes.push_back(
        {at(tile, registers::slot_offset(TileKind::Shim, Switch::Narrow32, input, 0)), {set(slot::Enable, 0, 1)}});
  };
  take({PortGroup::TileControl, 0});
  if (column + 1 < first + count) take({PortGroup::East, 0});
  const Port to = column == first ? Port{PortGroup::Microcontroller, 0} : Port{PortGroup::West, 0};
  const registers::StreamPort& output = port(TileKind::Shim, Switch::Narrow32, PortDirection::Manager, to);
  constexpr std::uint32_t kMselMask0 = 1U << 3;
  writes.push_back(
      {at(tile, registers::config_offset(TileKind::Shim, Switch::Narrow32, PortDirection::Manager, output)),
       {set(manager_config::Configuration,
            set(manager_config::Packet_Enable, set(manager_config::Manager_Enable, 0, 1), 1), kMselMask0)}});
  return writes;
}

RegisterWrite write_program(TileId tile, std::span<const std::byte> image) {
  RegisterWrite write{at(tile, offset_of(ComputeRegister::program_memory)), {}};
  write.words.resize(image.size() / 4);
  std::memcpy(write.words.data(), image.data(), write.words.size() * 4);
  return write;
}

RegisterWrite write_interleaving(TileId tile) {
  return {at(tile, offset_of(ComputeRegister::memory_interleaving)), {1}};
}

RegisterWrite write_core_control(TileId tile, bool enable, bool reset) {
  namespace core_control = registers::compute::core_control;
  return {at(tile, offset_of(ComputeRegister::core_control)),
          {set(core_control::Enable, set(core_control::Reset, 0, reset ? 1 : 0), enable ? 1 : 0)}};
}

}  // namespace aie4::workload
