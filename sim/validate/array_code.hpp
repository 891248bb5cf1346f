// SPDX-License-Identifier: Apache-2.0
// Control code that sets up and starts the array, from tiles and ports instead of addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/array/dma/buffer_descriptor.hpp"
#include "models/array/dma/dma_registers.hpp"
#include "models/array/geometry.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/workload/array_registers.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::validate {

using workload::Channel;
using workload::Port;

/// All of it in one job a page; pages end by themselves.
class ArrayCode {
 public:
  explicit ArrayCode(const array::Geometry& geometry) : geometry_(geometry) {}

  ArrayCode& write(const workload::RegisterWrite& registers);
  ArrayCode& write(array::TileId tile, std::uint32_t offset, std::uint32_t value);
  /// Read, change the bits of the mask, write.
  ArrayCode& mask_write(array::TileId tile, std::uint32_t offset, std::uint32_t mask, std::uint32_t value);
  /// Polls until (register & mask) == value.
  ArrayCode& poll(array::TileId tile, std::uint32_t offset, std::uint32_t mask, std::uint32_t value);
  /// `chains` times a uC-DMA chain of one descriptor that writes `words` zeros from `offset` on.
  ArrayCode& block_writes(array::TileId tile, std::uint32_t offset, unsigned words, unsigned chains);

  /// A circuit through the main switch of a tile.
  ArrayCode& circuit(array::TileId tile, Port from, Port to);
  ArrayCode& descriptor(const Channel& channel, unsigned number, const array::BufferDescriptor& descriptor);
  ArrayCode& task(const Channel& channel, unsigned descriptor, bool token = false);
  /// Waits until the channel has nothing to do.
  ArrayCode& wait_idle(const Channel& channel);
  /// Waits for one token of a shim channel of the column.
  ArrayCode& wait_token(const Channel& channel);
  /// Tokens of the shim tiles of the first `columns` reach the microcontroller of half A of column 0.
  ArrayCode& token_routes(unsigned columns);
  ArrayCode& lock(array::TileId tile, unsigned number, std::uint32_t value);
  /// Loads the text of a core program into the tile and enables the core.
  ArrayCode& start_core(array::TileId tile, std::string_view text);
  ArrayCode& wait_core(array::TileId tile);

  /// The program so far.
  [[nodiscard]] host::ControlCode finish();

 private:
  /// Makes room for an opcode of so many bytes.
  void reserve(std::size_t bytes);
  void close();
  void opcode(std::uint8_t number, std::span<const std::uint32_t> operands);

  array::Geometry geometry_;
  host::ControlCode code_;
  std::size_t bytes_ = 0;  // Of the open page.
};

/// As descriptors of the tile's own channels name it: compute 0..15, memory tile 0..31.
[[nodiscard]] std::uint32_t own_lock(array::TileKind kind, unsigned number);
/// Word address of the tile's own memory, for its descriptors.
[[nodiscard]] std::uint64_t own_memory(array::TileKind kind);

}  // namespace aie4::validate
