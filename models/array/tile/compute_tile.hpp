// SPDX-License-Identifier: Apache-2.0
// A compute tile: data and program memory, 16 locks, three DMA channels, a core.
// Source: AIE4 tile-array notes 1.4, 2.1, section 3.
#pragma once

#include <memory>

#include "models/array/core/core.hpp"
#include "models/array/memory/tile_memory.hpp"
#include "models/array/tile/memory_control.hpp"
#include "models/array/tile/tile.hpp"

namespace aie4::array {

class ComputeTile : public Tile {
 public:
  static constexpr std::uint32_t kDataBytes = 128U << 10;
  static constexpr std::uint32_t kProgramBytes = 32U << 10;

  ComputeTile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric, TileId id);

  [[nodiscard]] TileMemory& data() { return data_; }
  [[nodiscard]] ZeroedBytes& program() { return program_; }
  [[nodiscard]] Core& core() { return *core_; }
  /// The compute tiles around it; null: none there. Once, before the simulation starts.
  void connect(ComputeTile* south, ComputeTile* west, ComputeTile* north, ComputeTile* east);
  void power_off() override;

 private:
  TileMemory data_;
  ZeroedBytes program_;
  MemoryControl control_;
  TileMemoryPort port_;
  LockSpace lock_space_;
  std::unique_ptr<Core> core_;
};

}  // namespace aie4::array
