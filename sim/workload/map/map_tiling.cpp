// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/map/map_tiling.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sim/workload/error.hpp"
#include "sim/workload/narrow.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload {
namespace {

/// Enough to hide what a step costs beside its bytes, and small enough that all cores have work.
constexpr std::uint64_t kTileBytes = 12 << 10;
constexpr std::uint64_t kCoreRoom = kCoreBytes - 2048;
constexpr std::uint64_t kAlignment = 64;

std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}
std::uint64_t core_bytes(const MapProblem& p, std::uint64_t rows, unsigned buffers) {
  std::uint64_t bytes =
      buffers * aligned_core_bytes(rows * p.output_row_words * 4) + aligned_core_bytes(p.constant_words * 4);
  for (const MapInput& input : p.inputs) bytes += buffers * aligned_core_bytes(input.rows(rows) * input.row_words * 4);
  return bytes;
}

std::uint64_t largest_row(const MapProblem& p) {
  std::uint64_t words = p.output_row_words;
  for (const MapInput& input : p.inputs)
    words = std::max<std::uint64_t>(words, std::uint64_t{input.stride} * input.row_words);
  return words * 4;
}

}  // namespace

std::uint64_t aligned_core_bytes(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

MapTiling tile_map(const MapProblem& p, unsigned columns, bool double_buffer) {
  MapTiling t;
  t.buffers = double_buffer ? 2 : 1;
  const std::uint64_t step = p.row_step;
  if (core_bytes(p, step, t.buffers) > kCoreRoom) t.buffers = 1;
  if (core_bytes(p, step, t.buffers) > kCoreRoom) {
    throw WorkloadError(
        fmt::format("{}: expected rows that fit a core with their results ({} bytes), came {} bytes for "
                    "{} row{}",
                    p.name, kCoreRoom, core_bytes(p, step, t.buffers), step, step == 1 ? "" : "s"));
  }
  const std::uint64_t blocks = ceil_div(p.rows, step);
  t.rows = narrow(std::min<std::uint64_t>(kMapRows, blocks));
  t.columns = narrow(std::min<std::uint64_t>(columns, ceil_div(blocks, t.rows)));
  std::uint64_t most = std::max<std::uint64_t>(1, kTileBytes / std::max<std::uint64_t>(1, largest_row(p) * step));
  while (most > 1 && core_bytes(p, most * step, t.buffers) > kCoreRoom) --most;
  t.steps = narrow(ceil_div(blocks, t.rows * t.columns * most));
  t.tile_rows = narrow(ceil_div(blocks, std::uint64_t{t.rows} * t.columns * t.steps) * step);
  return t;
}

std::uint64_t result_rows(const MapProblem& p, const MapTiling& t) {
  return std::max(t.chunk(), ceil_div(p.rows, p.row_step) * p.row_step);
}

std::uint64_t first_row(const MapProblem& p, const MapTiling& t, std::uint32_t step, unsigned column) {
  const std::uint64_t last = result_rows(p, t) - t.chunk();
  return std::min((std::uint64_t{step} * t.columns + column) * t.chunk(), last);
}

}  // namespace aie4::workload
