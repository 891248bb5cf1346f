// SPDX-License-Identifier: Apache-2.0
// The broadcast lines between the event units of neighbouring tiles. Source: AIE4 tile-array notes 7.2; timing
// notes 1.5.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/array/environment.hpp"
#include "models/array/event/event_unit.hpp"

namespace aie4::array {

/// A line that is driven reaches all tiles that no block cuts off, each once, at the time of the shortest way: a block
/// in a tile stops a line from leaving to that side and from coming in from there. Half B has lines to the south and
/// north only, and ends at the northernmost memory tile.
class EventNetwork {
 public:
  explicit EventNetwork(const Environment& environment);

  /// Compute tiles have half A only.
  void attach(TileId tile, registers::Half half, EventUnit& unit) { units_[index_of(tile, half)] = &unit; }
  /// tile_control: bits 0 south, 1 west, 2 north, 3 east.
  void isolate(TileId tile, std::uint32_t sides) { isolated_[index_of(tile, registers::Half::A) / 2] = sides; }

  /// A tile drives a line. The tile itself knows already.
  void drive(TileId from, registers::Half half, unsigned line, EventPhase phase, const sc_core::sc_time& at);

 private:
  [[nodiscard]] std::size_t index_of(TileId tile, registers::Half half) const {
    return 2 * (std::size_t{tile.column} * geometry_.rows() + tile.row) + static_cast<std::size_t>(half);
  }
  [[nodiscard]] bool passes(TileId from, TileId to, registers::Half half, EventUnit::Side side, unsigned line) const;

  const Environment& environment_;
  Geometry geometry_;
  std::vector<EventUnit*> units_;
  std::vector<std::uint32_t> isolated_;  // By column, row.
};

}  // namespace aie4::array
