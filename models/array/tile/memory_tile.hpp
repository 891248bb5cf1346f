// SPDX-License-Identifier: Apache-2.0
// A memory tile: 3 MiB of data memory, 64 locks, DMA channels of two halves.
// Source: AIE4 tile-array notes 1.4, 2.1, section 3.
#pragma once

#include <array>
#include <memory>

#include "models/array/memory/tile_memory.hpp"
#include "models/array/tile/memory_control.hpp"
#include "models/array/tile/tile.hpp"

namespace aie4::array {

class MemoryTile : public Tile {
 public:
  MemoryTile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric, TileId id);

  [[nodiscard]] TileMemory& data() { return data_; }
  /// The memory tiles that this one's DMA reaches, from west to east, itself in the middle; null: none there. Once.
  static constexpr unsigned kReach = TileMemoryPort::kMemoryTileReach;
  void connect(const std::array<MemoryTile*, 2 * kReach + 1>& neighbours);
  void power_off() override;

 private:
  TileMemory data_;
  MemoryControl control_;
  std::unique_ptr<TileMemoryPort> port_;
  std::unique_ptr<LockSpace> lock_space_;
};

}  // namespace aie4::array
