// SPDX-License-Identifier: Apache-2.0
// How a matrix product is cut up: which part of it a core computes, in which order, and what memory tiles keep. Pure.
// The dataflow is described in docs/workloads.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sim/workload/gemm/gemm_problem.hpp"

namespace aie4::workload {

/// What a program may use, and what things cost there.
struct GemmTarget {
  /// Cycles of one kernel call.
  using CallCycles =
      std::function<std::uint64_t(std::uint32_t m, std::uint32_t k, std::uint32_t n, bool first, bool last)>;

  unsigned columns = 3;
  unsigned rows = 4;
  bool double_buffer = true;
  std::uint64_t memory_tile_bytes = 3U << 20;
  double beat_bytes = 64;     ///< Of a stream, in one cycle.
  std::uint32_t unit_m = 16;  ///< The matrix unit pads to these.
  std::uint32_t unit_k = 16;
  std::uint32_t unit_n = 16;
  CallCycles call_cycles;
  double host_bytes_per_cycle = 66.7;        ///< All shims together, AIE cycles.
  double host_run_overhead = 60;             ///< Bytes that each run of consecutive bytes costs beside its own.
  double channel_bursts_per_cycle = 0.0667;  ///< AXI bursts that one shim channel can begin, AIE cycles.
  double control_cycles = 1800;              ///< Of control code for each step of a column.
  bool one_controller = false;               ///< Of all columns.
};

/// Which operand's panels memory tiles keep to send them more than once.
enum class Stay : std::uint8_t { Any, A, B, Nothing };

/// What the user insists on; 0, Any: the planner's choice.
struct GemmWishes {
  std::uint32_t m = 0;
  std::uint32_t k = 0;
  std::uint32_t n = 0;
  std::uint32_t group = 0;
  std::uint32_t outputs = 0;  ///< Buffers of C in each core, 1 or 2.
  Stay stay = Stay::Any;
};

/// How one operand's panels (all of K for the rows or columns of one core) pass through a memory tile: in slices of
/// whole blocks of K. What does not fill a slice is the tail; it is padded with zeros to whole kernel calls.
struct PanelFlow {
  std::uint32_t block_words = 0;  ///< Of one block: all rows (or columns) of the panel, `block_k` elements of K each.
  std::uint32_t slice_blocks = 1;
  std::uint32_t body_slices = 0;
  std::uint32_t tail_blocks = 0;    ///< Whole ones.
  std::uint32_t tail_elements = 0;  ///< Of K, in a block that is not full.
  std::uint32_t zero_blocks = 0;    ///< That come from nowhere.
  std::uint32_t group = 1;          ///< Panels that are replayed one after the other.
  std::uint32_t replays = 1;        ///< How often the group goes to the cores for each time that it is loaded.
  std::uint32_t body_slots = 1;
  std::uint32_t tail_slots = 1;

  [[nodiscard]] bool has_tail() const { return tail_blocks + tail_elements != 0; }
  [[nodiscard]] std::uint32_t slice_words() const { return slice_blocks * block_words; }
  [[nodiscard]] std::uint32_t tail_words() const { return (tail_blocks + (tail_elements != 0 ? 1 : 0)) * block_words; }
  /// What the memory tile keeps for it.
  [[nodiscard]] std::uint64_t memory_words() const {
    return std::uint64_t{body_slots} * slice_words() + (has_tail() ? std::uint64_t{tail_slots} * tail_words() : 0);
  }
};

/// Passes: in each one every core computes one m x n tile of C over all of K.
struct GemmTiling {
  unsigned rows = 1;  ///< Of compute tiles in use.
  unsigned columns = 1;
  std::uint32_t m = 0;  ///< Rows of C of one core in one pass.
  std::uint32_t n = 0;
  std::uint32_t k = 0;        ///< Of one kernel call, a multiple of block_k.
  std::uint32_t calls = 0;    ///< Kernel calls of one pass.
  std::uint32_t block_k = 0;  ///< Elements of K of a block in the cores' layout.
  std::uint32_t m_passes = 0;
  std::uint32_t n_passes = 0;
  bool a_stays = true;  ///< Order: groups of row passes outside, all column passes, the row passes of the group inside.
                        ///< False: the same with rows and columns exchanged.
  std::uint32_t group = 1;  ///< Passes of the innermost loop.
  PanelFlow a;
  PanelFlow b;
  unsigned core_buffers = 2;  ///< Of A and of B in each core.
  unsigned core_outputs = 2;  ///< Of C in each core.
  bool sums = false;          ///< Running sums have a buffer of their own.
  double cycles = 0;          ///< Expected.
  std::string bound;          ///< By what: "compute", "stream", "ddr", "fill", "control".

  [[nodiscard]] std::uint32_t passes() const { return m_passes * n_passes; }
  struct Pass {
    std::uint32_t row = 0;     ///< Of m_passes.
    std::uint32_t column = 0;  ///< Of n_passes.
  };
  /// The order of execution.
  [[nodiscard]] Pass pass(std::uint32_t index) const;
};

/// Sizes in host memory. Rows of a matrix begin on word boundaries.
struct GemmLayout {
  std::uint64_t a_row_words = 0;  ///< Of the image, if A is one.
  std::uint64_t a_rows = 0;
  std::uint64_t b_row_words = 0;
  std::uint64_t b_rows = 0;
  std::uint64_t c_row_words = 0;
  std::uint64_t c_rows = 0;
  std::uint64_t n_padded = 0;  ///< Columns of C, whole words.
};
[[nodiscard]] GemmLayout gemm_layout(const GemmProblem& problem, const GemmTiling& tiling);

/// First row of C of the block of compute row `row` in a pass; blocks of the last pass may overlap the one before.
[[nodiscard]] std::uint64_t first_row(const GemmProblem& problem, const GemmTiling& tiling, std::uint32_t pass_row,
                                      unsigned row);
[[nodiscard]] std::uint64_t first_column(const GemmProblem& problem, const GemmTiling& tiling,
                                         std::uint32_t pass_column, unsigned column);

/// Which column's memory tile feeds a compute row with A.
[[nodiscard]] constexpr unsigned feeding_column(const GemmTiling& tiling, unsigned row) {
  return row % tiling.columns;
}

/// The fastest tiling as far as the cost model can tell. Throws WorkloadError.
[[nodiscard]] GemmTiling tile_gemm(const GemmProblem& problem, const GemmTarget& target, const GemmWishes& wishes);

}  // namespace aie4::workload
