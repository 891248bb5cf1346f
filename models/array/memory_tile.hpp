// SPDX-License-Identifier: Apache-2.0
// A memory tile: 3 MiB of data memory, 64 locks, DMA channels of two halves.
// Source: AIE4 tile-array notes 1.4, 2.1, section 3.
#pragma once

#include "models/array/memory_control.hpp"
#include "models/array/tile.hpp"
#include "models/array/tile_memory.hpp"

namespace aie4::array {

class MemoryTile : public Tile {
 public:
  MemoryTile(sc_core::sc_module_name name, const Environment& environment, TileId id);

  [[nodiscard]] TileMemory& data() { return data_; }
  void power_off() override;

 private:
  TileMemory data_;
  MemoryControl control_;
};

}  // namespace aie4::array
