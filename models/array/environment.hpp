// SPDX-License-Identifier: Apache-2.0
// What every part of the array needs of the device around it, and what parts of the array are called in messages,
// statistics and timelines.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>

#include "models/array/geometry.hpp"
#include "models/common/clock_domain.hpp"
#include "models/common/diagnostics.hpp"
#include "models/common/parameters.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"
#include "models/common/wait_registry.hpp"

namespace aie4::compute {
class CoreLibrary;
class KernelExecutor;
}  // namespace aie4::compute

namespace aie4::array {

/// All of it outlives the array.
struct Environment {
  const Parameters& parameters;
  const ClockDomain& clock;  ///< The AIE clock.
  WaitRegistry& waits;
  Diagnostics& diagnostics;
  ResourceRegistry& resources;
  Probe* probe = nullptr;                       ///< Null: nobody watches.
  compute::KernelExecutor* executor = nullptr;  ///< Of the cores' kernels. Null: each computes when it starts.
  const compute::CoreLibrary* cores = nullptr;  ///< Program memories that are no core programs. Null: knows none.

  [[nodiscard]] Geometry geometry() const {
    return {.columns = static_cast<std::uint8_t>(parameters.columns),
            .memory_rows = static_cast<std::uint8_t>(parameters.mem_rows),
            .compute_rows = static_cast<std::uint8_t>(parameters.core_rows)};
  }
};

/// "column 0/shim tile 0", "column 2/memory tile 1", "column 2/compute tile 5": the number is the logical row.
[[nodiscard]] inline std::string tile_name(const Geometry& geometry, TileId tile) {
  const TileKind kind = geometry.kind(tile);
  const char* text = kind == TileKind::Shim ? "shim" : kind == TileKind::Memory ? "memory" : "compute";
  return fmt::format("column {}/{} tile {}", tile.column, text, tile.row);
}

}  // namespace aie4::array
