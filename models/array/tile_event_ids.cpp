// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile_event_ids.hpp"

#include "models/array/dma_registers.hpp"
#include "models/registers/array/events.hpp"

namespace aie4::array {
namespace {

using registers::ComputeEvent;
using registers::MemoryEvent;
using registers::ShimEvent;

// Events of a channel come in eight kinds; the channels of one kind follow each other.
constexpr unsigned kComputeStride = 4;
constexpr unsigned kMemoryStride = 4;
constexpr unsigned kShimStride = 8;
constexpr unsigned kLockEvents = 4;

template <class Event>
constexpr std::uint8_t number(Event first, unsigned offset = 0) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(first) + offset);
}

/// Place of a shim channel among those of one kind; 8: control channels have no events.
unsigned shim_slot(const DmaChannelInfo& channel) {
  if (channel.role == DmaRole::Control) return kShimStride;
  if (channel.role == DmaRole::Trace) return 1;
  return channel.direction == DmaDirection::Mm2s ? 4U + channel.number : 2U * channel.number;
}

std::uint8_t pick(TileKind kind, ShimEvent shim, MemoryEvent memory, ComputeEvent compute) {
  switch (kind) {
    case TileKind::Shim:
      return number(shim);
    case TileKind::Memory:
      return number(memory);
    case TileKind::Compute:
      return number(compute);
  }
  return 0;
}

}  // namespace

std::uint8_t dma_event_id(TileKind kind, unsigned channel, DmaEvent event) {
  const DmaChannelInfo& info = dma_channels(kind)[channel];
  switch (event) {
    case DmaEvent::TaskTokenStall:
      return pick(kind, ShimEvent::dma_task_token_stall, MemoryEvent::dma_task_token_stall,
                  ComputeEvent::dma_task_token_stall);
    case DmaEvent::Error:
      return pick(kind, ShimEvent::dma_error,
                  info.direction == DmaDirection::S2mm ? MemoryEvent::dma_s2mm_error : MemoryEvent::dma_mm2s_error,
                  ComputeEvent::dma_error);
    case DmaEvent::HwError:
      return kind == TileKind::Shim ? number(ShimEvent::dma_hw_error) : 0;
    default:
      break;
  }
  const auto kind_of_event = static_cast<unsigned>(event);
  if (kind == TileKind::Compute) {
    return number(ComputeEvent::dma_s2mm_0_start_bd, kComputeStride * kind_of_event + channel);
  }
  if (kind == TileKind::Memory || shim_slot(info) == kShimStride) return 0;
  if (info.role == DmaRole::Trace && event == DmaEvent::StalledLock) return 0;
  return number(ShimEvent::dma_s2mm_0_start_bd, kShimStride * kind_of_event + shim_slot(info));
}

std::uint8_t selected_dma_event_id(bool mm2s, unsigned selection, DmaEvent event) {
  if (event > DmaEvent::Running) return 0;
  return number(MemoryEvent::dma_s2mm_sel0_start_bd,
                kMemoryStride * static_cast<unsigned>(event) + (mm2s ? 2U : 0U) + selection);
}

std::uint8_t lock_event_id(TileKind kind, unsigned selection, LockRegisters::Event event) {
  const unsigned offset = kLockEvents * selection + static_cast<unsigned>(event);
  return static_cast<std::uint8_t>(
      pick(kind, ShimEvent::lock_0_acq_eq, MemoryEvent::lock_sel0_acq_eq, ComputeEvent::lock_sel0_acq_eq) + offset);
}

std::uint8_t lock_error_event_id(TileKind kind) {
  return pick(kind, ShimEvent::lock_error, MemoryEvent::lock_error, ComputeEvent::lock_error);
}

std::uint8_t bank_conflict_event_id(TileKind kind, unsigned bank) {
  if (kind == TileKind::Shim) return 0;
  return kind == TileKind::Memory ? number(MemoryEvent::conflict_dm_bank_0, bank)
                                  : number(ComputeEvent::conflict_dm_bank_0, bank);
}

std::uint8_t port_event_id(TileKind kind, unsigned event_port, PortEvent event) {
  constexpr unsigned kEventsOfPort = 4;
  constexpr unsigned kMemoryPorts = 8;
  constexpr unsigned kOtherPorts = 6;
  if (event_port >= (kind == TileKind::Memory ? kMemoryPorts : kOtherPorts)) return 0;
  return static_cast<std::uint8_t>(
      pick(kind, ShimEvent::stream_switch_port_idle_0, MemoryEvent::port_idle_0, ComputeEvent::port_idle_0) +
      kEventsOfPort * event_port + static_cast<unsigned>(event));
}

std::uint8_t control_packet_error_event_id(TileKind kind) {
  return pick(kind, ShimEvent::control_pkt_error, MemoryEvent::control_pkt_error, ComputeEvent::control_pkt_error);
}

std::uint8_t slave_error_event_id(TileKind kind) {
  return pick(kind, ShimEvent::axi_mm_subordinate_tile_error, MemoryEvent::axi_mm_slave_error,
              ComputeEvent::axi_mm_slave_error);
}

}  // namespace aie4::array
