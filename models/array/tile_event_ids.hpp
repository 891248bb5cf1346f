// SPDX-License-Identifier: Apache-2.0
// The event numbers of what the units of a tile report. Pure. Source: AIE4 tile-array notes, appendix A.
#pragma once

#include <cstdint>

#include "models/array/dma_client.hpp"
#include "models/array/geometry.hpp"
#include "models/array/lock_registers.hpp"

namespace aie4::array {

/// 0 is returned for what has no event.
/// Compute and shim tiles: of a channel of dma_channels(). Not of memory tiles, but for errors and token stalls.
[[nodiscard]] std::uint8_t dma_event_id(TileKind kind, unsigned channel, DmaEvent event);
/// Memory tiles: of the channel that is selected as Sel0 or Sel1 of its direction.
[[nodiscard]] std::uint8_t selected_dma_event_id(bool mm2s, unsigned selection, DmaEvent event);
/// Of the lock that is selected by a register.
[[nodiscard]] std::uint8_t lock_event_id(TileKind kind, unsigned selection, LockRegisters::Event event);
[[nodiscard]] std::uint8_t lock_error_event_id(TileKind kind);
[[nodiscard]] std::uint8_t bank_conflict_event_id(TileKind kind, unsigned bank);
/// Of the stream-switch port that is selected as event port 0..; 0: the tile has fewer.
enum class PortEvent : std::uint8_t { Idle, Running, Stalled, Tlast };
[[nodiscard]] std::uint8_t port_event_id(TileKind kind, unsigned event_port, PortEvent event);
[[nodiscard]] std::uint8_t control_packet_error_event_id(TileKind kind);
[[nodiscard]] std::uint8_t slave_error_event_id(TileKind kind);

}  // namespace aie4::array
