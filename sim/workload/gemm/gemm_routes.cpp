// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_routes.hpp"

namespace aie4::workload::gemm {
namespace {

using enum registers::PortGroup;

class Router {
 public:
  explicit Router(const GemmTiling& tiling) : tiling_(tiling) {}

  std::vector<Circuit> run() {
    for (unsigned column = 0; column < tiling_.columns; ++column) {
      feed_b(column);
      const std::vector<unsigned> rows = rows_fed_by(tiling_, column);
      for (std::size_t i = 0; i < rows.size(); ++i) feed_a(column, rows[i], static_cast<std::uint8_t>(i));
      for (unsigned row = 0; row < tiling_.rows; ++row) collect_c(column, row);
      add(memory_tile(column), {Dma, kDrainC}, {South, 0});
      add(shim_tile(column), {North, 0}, {Dma, kShimC});
    }
    return std::move(circuits_);
  }

 private:
  void add(array::TileId tile, Port from, Port to) { circuits_.push_back({tile, from, to}); }

  void feed_b(unsigned column) {
    add(shim_tile(column), {Dma, kShimB}, {North, 1});
    add(memory_tile(column), {South, 1}, {Dma, kFillB});
    add(memory_tile(column), {Dma, kSendB}, {North, 0});
    for (unsigned row = 0; row < tiling_.rows; ++row) {
      add(compute_tile(column, row), {South, 0}, {Dma, kCoreB});
      if (row + 1 < tiling_.rows) add(compute_tile(column, row), {South, 0}, {North, 0});
    }
  }

  void feed_a(unsigned column, unsigned row, std::uint8_t index) {
    if (index == 0) {
      add(shim_tile(column), {Dma, kShimA}, {North, 0});
      add(memory_tile(column), {South, 0}, {Dma, kFillA});
    }
    const auto lane = static_cast<std::uint8_t>(1 + index);
    add(memory_tile(column), {Dma, kSendA[index]}, {North, lane});
    for (unsigned below = 0; below < row; ++below) add(compute_tile(column, below), {South, lane}, {North, lane});
    const array::TileId entry = compute_tile(column, row);
    add(entry, {South, lane}, {Dma, kCoreA});
    if (column + 1 < tiling_.columns) add(entry, {South, lane}, {East, 0});
    if (column > 0) add(entry, {South, lane}, {West, 0});
    for (unsigned east = column + 1; east < tiling_.columns; ++east) {
      add(compute_tile(east, row), {West, 0}, {Dma, kCoreA});
      if (east + 1 < tiling_.columns) add(compute_tile(east, row), {West, 0}, {East, 0});
    }
    for (unsigned west = column; west-- > 0;) {
      add(compute_tile(west, row), {East, 0}, {Dma, kCoreA});
      if (west > 0) add(compute_tile(west, row), {East, 0}, {West, 0});
    }
  }

  void collect_c(unsigned column, unsigned row) {
    const auto lane = static_cast<std::uint8_t>(row);
    add(compute_tile(column, row), {Dma, kCoreC}, {South, lane});
    for (unsigned below = row; below-- > 0;) add(compute_tile(column, below), {North, lane}, {South, lane});
    add(memory_tile(column), {North, lane}, {Dma, kCollectC[row]});
  }

  const GemmTiling& tiling_;
  std::vector<Circuit> circuits_;
};

}  // namespace

std::vector<unsigned> rows_fed_by(const GemmTiling& tiling, unsigned column) {
  std::vector<unsigned> rows;
  for (unsigned row = 0; row < tiling.rows; ++row) {
    if (feeding_column(tiling, row) == column) rows.push_back(row);
  }
  return rows;
}

std::vector<Circuit> circuits(const GemmTiling& tiling) {
  return Router(tiling).run();
}

}  // namespace aie4::workload::gemm
