// SPDX-License-Identifier: Apache-2.0
// Which registers of the array a plan is written to. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/array/geometry.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload {

/// Words for consecutive addresses of the array.
struct RegisterWrite {
  std::uint32_t address = 0;
  std::vector<std::uint32_t> words;
};

[[nodiscard]] array::BdKind bd_kind(const Channel& channel);
[[nodiscard]] RegisterWrite write_bd(const Channel& channel, unsigned number, const array::BufferDescriptor& bd);
/// A task; `executions` 1 to kMaxExecutions.
[[nodiscard]] RegisterWrite write_task(const Channel& channel, unsigned bd, std::uint64_t executions, bool token);
/// Where the status of a channel is read.
[[nodiscard]] std::uint32_t status_address(const Channel& channel);
[[nodiscard]] RegisterWrite write_lock(const LockValue& lock);
/// Manager and subordinate of a circuit.
[[nodiscard]] std::vector<RegisterWrite> write_circuit(const Circuit& circuit);
/// The whole 512-bit switch of a tile: these circuits, all of them in that tile, and nothing that another program left.
[[nodiscard]] std::vector<RegisterWrite> write_switch(array::TileId tile, std::span<const Circuit> circuits);
/// Tokens of half A of the shim tile of a column, and of those east of it, on their way west to the uC of the first of
/// `count` columns.
[[nodiscard]] std::vector<RegisterWrite> write_token_route(unsigned column, unsigned first, unsigned count);
/// Program memory of a compute tile; `image` is a whole number of words.
[[nodiscard]] RegisterWrite write_program(array::TileId tile, std::span<const std::byte> image);
/// Rows of a compute tile's memory in all banks in turn: one bank alone is half as wide as a stream.
[[nodiscard]] RegisterWrite write_interleaving(array::TileId tile);
[[nodiscard]] RegisterWrite write_core_control(array::TileId tile, bool enable, bool reset);

}  // namespace aie4::workload
