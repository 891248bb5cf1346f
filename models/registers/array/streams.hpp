// SPDX-License-Identifier: Apache-2.0
// The ports of the stream switches: physical ids, what they lead to, where their registers lie, which circuits are
// legal. Source: AIE4 tile-array notes 4.1, appendices B and C.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/registers/array/registers.hpp"

namespace aie4::registers {

enum class Switch : std::uint8_t { Wide512, Narrow32 };
/// Managers are outputs of a switch, subordinates are inputs.
enum class PortDirection : std::uint8_t { Manager, Subordinate };

/// What a port leads to.
enum class PortGroup : std::uint8_t {
  AieCore,
  Dma,
  DmaTrace,    ///< The trace channel of a shim tile.
  DmaControl,  ///< The control-packet channels of a shim tile.
  Fifo,
  Pl,
  South,
  West,
  North,
  East,
  NorthControl,
  SouthControl,
  TileControl,
  Switch32b,
  Switch512b,
  Trace,
  AieTrace,
  MemTrace,
  Microcontroller,
};

struct StreamPort {
  static constexpr std::uint8_t kNoIndex = 255;

  std::string_view name;      ///< "south_0": as the registers spell it.
  std::uint8_t physical = 0;  ///< What Configuration and Subordinate_ID hold.
  PortGroup group = PortGroup::Dma;
  /// Number in the group as software counts, over both halves without gaps: subordinate dma_6 of a memory tile is
  /// MM2S 5. kNoIndex for slots that lead nowhere.
  std::uint8_t index = 0;
  Half half = Half::A;
  bool exposed = true;    ///< False: registers exist, but the driver gives no access to the port.
  std::uint8_t slot = 0;  ///< Index of its register in the half's block.
};

/// The ports of a switch in the order of their physical ids, which are 0, 1, 2, ...
[[nodiscard]] std::span<const StreamPort> ports(TileKind kind, Switch which, PortDirection direction);

/// By what it leads to; nullptr: there is none.
[[nodiscard]] const StreamPort* find_port(TileKind kind, Switch which, PortDirection direction, PortGroup group,
                                          unsigned index);
/// By the index of its register in the block of a half (first index of the stream_switch_*_config and *_slot families).
[[nodiscard]] const StreamPort* port_at(TileKind kind, Switch which, PortDirection direction, Half half, unsigned slot);

/// Offset of the manager's or subordinate's configuration register.
[[nodiscard]] std::uint32_t config_offset(TileKind kind, Switch which, PortDirection direction, const StreamPort& port);
/// Offset of slot `slot` (0..3) of a subordinate.
[[nodiscard]] std::uint32_t slot_offset(TileKind kind, Switch which, const StreamPort& subordinate, unsigned slot);

/// Whether a 512-bit switch can connect the physical ids as a circuit when one application owns the tile. The narrow
/// switch has no published restriction.
[[nodiscard]] bool legal_circuit_route(TileKind kind, unsigned manager, unsigned subordinate);
/// The same with two applications.
[[nodiscard]] bool legal_circuit_route_of_half(TileKind kind, unsigned manager, unsigned subordinate);

}  // namespace aie4::registers
