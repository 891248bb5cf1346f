// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_tiling.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <vector>

#include "sim/workload/error.hpp"
#include "sim/workload/gemm/gemm_candidates.hpp"
#include "sim/workload/gemm/gemm_estimate.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload {
namespace {

using gemm::ceil_div;
using gemm::round_up;

// Field widths of descriptors (tile-array notes 2.1, 2.2).
constexpr std::uint64_t kShimWrapLimit = 4095;
constexpr std::uint64_t kShimStepLimit = (1U << 22) - 1;
constexpr std::uint64_t kTileWrapLimit = 4095;
constexpr std::uint64_t kPadLimit = 255;
constexpr std::uint64_t kComputeWordLimit = (1U << 15) - 1;  // Step of an iteration.
/// Room of a core for its stack and tables.
constexpr std::uint64_t kCoreReserve = 2048;
constexpr std::uint64_t kBufferAlignment = 64;

constexpr std::uint64_t kRunBytes = 1024;           ///< Worth a burst or two of the shim.
constexpr std::uint64_t kRowSliceBytes = 32 << 10;  ///< Of a B that lies as K x N.
/// Of a memory tile: what is fetched ahead of each operand where nothing is replayed.
constexpr std::uint64_t kStreamShare = 12;

PanelFlow split(std::uint64_t k, const GemmTiling& t, std::uint64_t block_words, std::uint32_t slice_blocks) {
  PanelFlow flow{.block_words = static_cast<std::uint32_t>(block_words), .slice_blocks = slice_blocks};
  const auto full = static_cast<std::uint32_t>(k / t.block_k);
  flow.tail_elements = static_cast<std::uint32_t>(k % t.block_k);
  flow.zero_blocks = t.calls * (t.k / t.block_k) - full - (flow.tail_elements != 0 ? 1 : 0);
  flow.body_slices = full / slice_blocks;
  flow.tail_blocks = full % slice_blocks;
  if (flow.zero_blocks != 0 && !flow.has_tail()) {
    // Zeros follow a tail; a body slice becomes one.
    --flow.body_slices;
    flow.tail_blocks = slice_blocks;
  }
  return flow;
}

/// Gives the panels of an operand their place in the memory tile, at least so many slices. False: that many do not
/// work.
bool place(PanelFlow& flow, const GemmTarget& target, std::uint32_t group, std::uint32_t replays, std::uint32_t least) {
  flow.replays = replays;
  if (replays > 1) {
    flow.group = group;
    flow.body_slots = group * flow.body_slices;
    flow.tail_slots = group;
  } else {
    const std::uint64_t ahead =
        target.memory_tile_bytes / kStreamShare / std::max<std::uint64_t>(1, std::uint64_t{flow.slice_words()} * 4);
    flow.group = 1;
    flow.body_slots = flow.body_slices == 0  ? 0
                      : target.double_buffer ? static_cast<std::uint32_t>(std::clamp<std::uint64_t>(ahead, 2, 32))
                                             : 1;
    flow.body_slots = std::max(flow.body_slots, least);
    flow.tail_slots = target.double_buffer ? 2 : 1;
  }
  return flow.body_slots <= kMaxLockValue && flow.tail_slots <= kMaxLockValue;
}

std::uint64_t aligned_bytes(std::uint64_t bytes) {
  return round_up(bytes, kBufferAlignment);
}

std::uint64_t core_bytes(const GemmProblem& p, const GemmTiling& t) {
  const std::uint64_t a = aligned_bytes(compute::bytes_of(p.a, std::uint64_t{t.m} * t.k));
  const std::uint64_t b = aligned_bytes(compute::bytes_of(p.b, std::uint64_t{t.n} * t.k));
  const std::uint64_t c = aligned_bytes(compute::bytes_of(p.c, std::uint64_t{t.m} * t.n));
  const std::uint64_t sums = t.sums ? aligned_bytes(std::uint64_t{t.m} * t.n * gemm::sum_bytes(p)) : 0;
  return t.core_buffers * (a + b) + t.core_outputs * c + sums + kCoreReserve;
}

bool fits_memory_tile(const GemmProblem& p, const GemmTarget& target, const GemmTiling& t) {
  const std::uint64_t feeding = ceil_div(t.rows, t.columns);
  const std::uint64_t c = words_of(p.c, std::uint64_t{t.m} * t.n) * t.rows * 2;
  return (feeding * t.a.memory_words() + t.b.memory_words() + c) * 4 <= target.memory_tile_bytes;
}

/// Whether descriptors can say it. Source: field widths above.
bool fits_descriptors(const GemmProblem& p, const GemmTiling& t) {
  const GemmLayout layout = gemm_layout(p, t);
  const std::uint64_t block_row = words_of(p.a, t.block_k);
  const std::uint64_t a_run = t.a.slice_blocks * block_row;
  const std::uint64_t b_run = p.b_rows ? words_of(p.b, t.n) : t.b.slice_blocks * words_of(p.b, t.block_k);
  const std::uint64_t a_step = layout.a_row_words * (p.windows ? p.windows->stride_rows : t.m * t.columns);
  const bool steps =
      a_step <= kShimStepLimit && layout.b_row_words <= kShimStepLimit && layout.c_row_words <= kShimStepLimit;
  const bool wraps = a_run <= kShimWrapLimit && b_run <= kShimWrapLimit && words_of(p.c, t.n) <= kShimWrapLimit &&
                     t.m <= kTileWrapLimit && t.n <= kTileWrapLimit && t.a.slice_blocks <= kTileWrapLimit &&
                     t.b.slice_blocks <= kTileWrapLimit;
  const bool pads = t.a.zero_blocks <= kPadLimit && t.block_k <= kPadLimit;
  const bool compute = words_of(p.a, std::uint64_t{t.m} * t.k) <= kComputeWordLimit &&
                       words_of(p.b, std::uint64_t{t.n} * t.k) <= kComputeWordLimit &&
                       words_of(p.c, std::uint64_t{t.m} * t.n) <= kComputeWordLimit;
  return steps && wraps && pads && compute;
}

std::uint32_t slice_blocks(std::uint64_t wanted, std::uint64_t full_blocks, std::uint64_t group) {
  const std::uint64_t for_locks = ceil_div(full_blocks * group, kMaxLockValue);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>({1, std::min(wanted, full_blocks), for_locks}));
}

/// The search: best so far, and what limits it.
class Search {
 public:
  Search(const GemmProblem& problem, const GemmTarget& target, const GemmWishes& wishes)
      : problem_(problem), target_(target), wishes_(wishes) {}

  std::optional<GemmTiling> run() {
    for (const std::uint32_t block_k : gemm::block_k_candidates(problem_, target_, wishes_.k)) {
      for (const gemm::RowSplit& rows : gemm::row_candidates(problem_, target_, wishes_.m)) {
        for (const gemm::ColumnSplit& columns : gemm::column_candidates(problem_, target_, wishes_.n)) {
          GemmTiling t;
          t.block_k = block_k;
          t.rows = rows.rows;
          t.m = rows.m;
          t.m_passes = rows.passes;
          t.columns = columns.columns;
          t.n = columns.n;
          t.n_passes = columns.passes;
          try_calls(t);
        }
      }
    }
    return best_;
  }

 private:
  void try_calls(GemmTiling t) {
    const std::uint64_t blocks = ceil_div(problem_.k, t.block_k);
    for (const std::uint64_t wanted : gemm::call_block_candidates(blocks, t.block_k, wishes_.k)) {
      // Calls of equal size: fewer zeros.
      const std::uint64_t calls = ceil_div(blocks, wanted);
      const std::uint64_t even = wishes_.k != 0 ? wanted : ceil_div(blocks, calls);
      t.k = static_cast<std::uint32_t>(even * t.block_k);
      t.calls = static_cast<std::uint32_t>(calls);
      // The pieces of a window are slices without tails: no room for zeros.
      if (problem_.windows && even * calls != blocks) continue;
      t.sums = calls > 1 && compute::bits_of(problem_.c) < gemm::sum_bytes(problem_) * 8;
      t.core_buffers = target_.double_buffer ? 2 : 1;
      t.core_outputs = wishes_.outputs != 0 ? wishes_.outputs : target_.double_buffer ? 2 : 1;
      if (core_bytes(problem_, t) > kCoreBytes && wishes_.outputs == 0) t.core_outputs = 1;
      if (core_bytes(problem_, t) > kCoreBytes) continue;
      try_orders(t);
      return;  // Candidates come from the longest call down; shorter ones only cost more.
    }
  }

  void try_orders(GemmTiling t) {
    for (const bool a_stays : {true, false}) {
      if (!allows(a_stays ? Stay::A : Stay::B)) continue;
      t.a_stays = a_stays;
      const std::uint32_t inner = a_stays ? t.m_passes : t.n_passes;
      const std::uint32_t outer = a_stays ? t.n_passes : t.m_passes;
      for (std::uint32_t group = 1; group <= std::min(inner, kMaxLockValue); ++group) {
        if (inner % group != 0 || (wishes_.group != 0 && group != wishes_.group)) continue;
        t.group = group;
        const PanelUse stays{group, outer};
        const PanelUse passes{1, group};
        try_flows(t, a_stays ? stays : passes, a_stays ? passes : stays);
      }
    }
    // Nothing stays: every pass loads its operands.
    t.a_stays = true;
    t.group = 1;
    if (wishes_.group <= 1 && allows(Stay::Nothing)) try_flows(t, {1, 1}, {1, 1});
  }

  [[nodiscard]] bool allows(Stay stay) const { return wishes_.stay == Stay::Any || wishes_.stay == stay; }

  struct PanelUse {
    std::uint32_t group = 1;
    std::uint32_t replays = 1;
  };

  void try_flows(GemmTiling t, PanelUse a, PanelUse b) {
    const std::uint64_t full = problem_.k / t.block_k;
    const std::uint64_t a_wanted = ceil_div(kRunBytes, words_of(problem_.a, t.block_k) * 4);
    const std::uint64_t a_block = t.m * words_of(problem_.a, t.block_k);
    const std::uint64_t b_block =
        problem_.b_rows ? t.block_k * words_of(problem_.b, t.n) : t.n * words_of(problem_.b, t.block_k);
    const std::uint64_t b_wanted = problem_.b_rows ? ceil_div(kRowSliceBytes, b_block * 4)
                                                   : ceil_div(kRunBytes, words_of(problem_.b, t.block_k) * 4);
    const std::uint32_t a_slice = problem_.windows ? problem_.windows->segment_k / t.block_k
                                                   : slice_blocks(a_wanted, full, a.replays > 1 ? a.group : 1);
    t.a = split(problem_.k, t, a_block, a_slice);
    t.b = split(problem_.k, t, b_block, slice_blocks(b_wanted, full, b.replays > 1 ? b.group : 1));
    // Windows come row by row, so that the memory tile has to take all of one before the next can begin.
    const std::uint32_t least = problem_.windows ? t.a.body_slices : 0;
    if (!place(t.a, target_, a.group, a.replays, least)) return;
    if (!place(t.b, target_, b.group, b.replays, 0)) return;
    if (!fits_descriptors(problem_, t) || !fits_memory_tile(problem_, target_, t)) return;
    gemm::estimate(problem_, target_, t);
    if (!best_ || t.cycles < best_->cycles) best_ = t;
  }

  const GemmProblem& problem_;
  const GemmTarget& target_;
  const GemmWishes& wishes_;
  std::optional<GemmTiling> best_;
};

}  // namespace

GemmTiling::Pass GemmTiling::pass(std::uint32_t index) const {
  const std::uint32_t inner = index % group;
  const std::uint32_t middle_count = a_stays ? n_passes : m_passes;
  const std::uint32_t middle = index / group % middle_count;
  const std::uint32_t outer = index / group / middle_count;
  const std::uint32_t grouped = outer * group + inner;
  return a_stays ? Pass{grouped, middle} : Pass{middle, grouped};
}

GemmLayout gemm_layout(const GemmProblem& p, const GemmTiling& t) {
  GemmLayout layout;
  layout.n_padded = round_up(p.n, gemm::column_step(p));
  layout.a_row_words = words_of(p.a, round_up(p.k, word_elements(p.a)));
  layout.a_rows = std::max<std::uint64_t>(p.m, std::uint64_t{t.rows} * t.m);
  layout.c_rows = layout.a_rows;
  if (p.windows) {
    // The rows that a window reaches, for all rows of windows there are.
    layout.a_row_words = p.windows->image_row_words;
    layout.a_rows =
        (gemm::ceil_div(layout.c_rows, p.windows->out_width) - 1) * p.windows->stride_rows + p.windows->segments;
  }
  layout.b_rows = p.b_rows ? p.k : layout.n_padded;
  layout.b_row_words = p.b_rows ? words_of(p.b, layout.n_padded) : words_of(p.b, round_up(p.k, word_elements(p.b)));
  layout.c_row_words = words_of(p.c, layout.n_padded);
  return layout;
}

std::uint64_t first_row(const GemmProblem& p, const GemmTiling& t, std::uint32_t pass_row, unsigned row) {
  const std::uint64_t extent = std::uint64_t{t.rows} * t.m;
  const std::uint64_t last = p.m > extent ? p.m - extent : 0;
  return std::min(pass_row * extent, last) + std::uint64_t{row} * t.m;
}

std::uint64_t first_column(const GemmProblem& p, const GemmTiling& t, std::uint32_t pass_column, unsigned column) {
  const std::uint64_t padded = round_up(p.n, gemm::column_step(p));
  return std::min((std::uint64_t{pass_column} * t.columns + column) * t.n, padded - t.n);
}

GemmTiling tile_gemm(const GemmProblem& problem, const GemmTarget& target, const GemmWishes& wishes) {
  gemm::check_problem(problem);
  const std::optional<GemmTiling> best = Search(problem, target, wishes).run();
  if (!best) throw WorkloadError(gemm::why_nothing_fits(problem, target, wishes));
  return *best;
}

}  // namespace aie4::workload
