// SPDX-License-Identifier: Apache-2.0
// Operations whose results are rows that depend on few rows of their inputs (elementwise, softmax, norms, pooling), and
// how their rows are shared out to cores. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/workload/core_builder.hpp"

namespace aie4::workload {

inline constexpr std::uint32_t kMapRows = 4;  ///< Of compute tiles, at most.

/// An input: result rows from `first` on need input rows from first * stride on, `window` of them and `stride` more for
/// each further row.
struct MapInput {
  std::string name = {};
  std::uint32_t row_words = 0;
  std::uint32_t stride = 1;
  std::uint32_t window = 1;

  [[nodiscard]] std::uint64_t rows(std::uint64_t results) const { return (results - 1) * stride + window; }
};

/// Rings of a core, as its kernel sees them.
struct MapRings {
  std::vector<std::uint8_t> inputs = {};
  std::uint8_t output = 0;
  std::uint8_t constants = 0;
};

struct MapProblem {
  std::string name = {};
  std::uint64_t rows = 0;             ///< Of the result.
  std::vector<MapInput> inputs = {};  ///< One or two.
  std::uint32_t output_row_words = 0;
  std::uint32_t constant_words = 0;  ///< An argument that every core gets once, only with one input. 0: none.
  std::uint32_t row_step = 1;        ///< Rows of a tile come in multiples of this.
  /// Adds the call for so many rows of the result.
  std::function<void(CoreBuilder& core, const MapRings& rings, std::uint32_t rows)> kernel = {};
};

struct MapTiling {
  unsigned columns = 1;
  unsigned rows = 1;            ///< Of compute tiles.
  std::uint32_t tile_rows = 0;  ///< Rows of the result that a core makes in one step.
  std::uint32_t steps = 0;
  unsigned buffers = 2;

  [[nodiscard]] std::uint64_t chunk() const { return std::uint64_t{rows} * tile_rows; }
};

/// Throws WorkloadError if one row does not fit a core.
[[nodiscard]] MapTiling tile_map(const MapProblem& problem, unsigned columns, bool double_buffer);

/// First row of the result of a column's chunk; the last chunks may overlap.
[[nodiscard]] std::uint64_t first_row(const MapProblem& problem, const MapTiling& tiling, std::uint32_t step,
                                      unsigned column);
/// Rows that the buffers of the host have: more than the problem's if there are few.
[[nodiscard]] std::uint64_t result_rows(const MapProblem& problem, const MapTiling& tiling);
/// Bytes that a buffer takes up in the memory of a core.
[[nodiscard]] std::uint64_t aligned_core_bytes(std::uint64_t bytes);

}  // namespace aie4::workload
