// SPDX-License-Identifier: Apache-2.0
// A program for the array before it is text: what lies where, which circuits, descriptors, locks, tasks and core
// programs there are. Pure data; made by planners, turned into control code by control_code.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "models/array/dma/buffer_descriptor.hpp"
#include "models/array/dma/dma_registers.hpp"
#include "models/array/geometry.hpp"
#include "models/compute/core/core_program.hpp"
#include "models/registers/array/streams.hpp"

namespace aie4::workload {

/// A port of the 512-bit switch of a tile, as software counts.
struct Port {
  registers::PortGroup group = registers::PortGroup::Dma;
  std::uint8_t index = 0;

  friend auto operator<=>(const Port&, const Port&) = default;
};

/// A circuit through one tile.
struct Circuit {
  array::TileId tile;
  Port from;  ///< Subordinate.
  Port to;    ///< Manager.

  friend bool operator==(const Circuit&, const Circuit&) = default;
};

/// What a lock of a memory or compute tile holds at the beginning.
struct LockValue {
  array::TileId tile;
  std::uint8_t lock = 0;
  std::uint8_t value = 0;
};

struct Channel {
  array::TileId tile;
  array::DmaDirection direction = array::DmaDirection::S2mm;
  std::uint8_t number = 0;

  friend bool operator==(const Channel&, const Channel&) = default;
};

/// Executions of a chain of descriptors. `step` is the last step of the program that needs any of them: when it is
/// over, so is the task.
struct Task {
  std::uint8_t bd = 0;  ///< The first of the chain.
  std::uint64_t executions = 1;
  std::uint32_t step = 0;
};

/// A channel of a memory or compute tile: its descriptors are written once, its tasks wait for locks and streams.
struct TileChannel {
  Channel channel;
  std::vector<array::BufferDescriptor> bds;  ///< By number, starting at `first_bd`.
  std::uint8_t first_bd = 0;                 ///< Not 0 only where channels share descriptors: in compute tiles.
  std::vector<Task> tasks;
};

/// A descriptor of a shim channel; `base_address` is the offset in bytes into the argument. Executed once.
struct HostTransfer {
  Channel channel;
  array::BufferDescriptor bd;
  std::uint32_t argument = 0;
  std::uint32_t step = 0;  ///< Needed by this step (reads), or its result (writes).
};

/// A buffer of the host.
struct Argument {
  std::string name;
  std::uint64_t bytes = 0;
  bool output = false;
};

struct CoreLoad {
  array::TileId tile;
  std::uint32_t program = 0;  ///< Index into `programs`.
};

/// A program runs through `steps` equal steps. In each column the step is over when the last word of its writes to
/// host memory has landed.
struct Plan {
  std::string name;
  std::uint8_t columns = 1;
  std::uint32_t steps = 0;
  std::uint32_t steps_in_batch = 1;  ///< Steps whose transfers control code hands out together.
  bool overlap = true;               ///< The next batch is handed out while one runs.
  bool one_controller = false;       ///< Control code is for one uC; otherwise for one of each column.
  std::vector<Argument> arguments;
  std::vector<Circuit> circuits;
  std::vector<LockValue> locks;
  std::vector<TileChannel> channels;
  std::vector<HostTransfer> transfers;  ///< By step.
  std::vector<compute::CoreProgram> programs;
  std::vector<CoreLoad> cores;
};

inline constexpr unsigned kMostColumns = 16;           ///< Wider arrays are not tried.
inline constexpr unsigned kMostControllers = 3;        ///< Packets reach the uCs of 3 columns (control-code notes 4.3).
inline constexpr std::uint32_t kQueueDepth = 16;       ///< Tasks of a channel (tile-array notes 2.1).
inline constexpr std::uint32_t kMaxExecutions = 4096;  ///< Of one task (tile-array notes 2.3).
inline constexpr std::uint32_t kShimBds = 16;          ///< Of one half (tile-array notes 2.1).
inline constexpr std::uint32_t kCoreBytes = 128U << 10;
inline constexpr std::uint32_t kMaxLockValue = 63;
inline constexpr std::uint32_t kOwnMemoryWord = 0x80'0000;  ///< Own memory of a memory tile in its descriptors.
inline constexpr std::uint32_t kOwnLock = 448;              ///< Own lock 0 of a memory tile in its descriptors.

[[nodiscard]] constexpr array::TileId shim_tile(unsigned column) {
  return {static_cast<std::uint8_t>(column), 0};
}
[[nodiscard]] constexpr array::TileId memory_tile(unsigned column) {
  return {static_cast<std::uint8_t>(column), 1};
}
/// `row`: of the compute tiles, 0 is the lowest.
[[nodiscard]] constexpr array::TileId compute_tile(unsigned column, unsigned row) {
  return {static_cast<std::uint8_t>(column), static_cast<std::uint8_t>(2 + row)};
}

}  // namespace aie4::workload
