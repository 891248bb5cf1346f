// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_plan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "sim/workload/gemm/gemm_candidates.hpp"
#include "sim/workload/gemm/gemm_core.hpp"
#include "sim/workload/gemm/gemm_loads.hpp"
#include "sim/workload/gemm/gemm_routes.hpp"
#include "sim/workload/gemm/panel_path.hpp"
#include "sim/workload/narrow.hpp"

namespace aie4::workload {
namespace {

using array::BufferDescriptor;
using array::DmaDirection;
using gemm::CoreBuffers;

constexpr std::uint32_t kOutputSlots = 2;

/// A slot of a memory tile for each round of a panel: the first descriptors of its body and its tail.
struct SendChains {
  std::optional<std::size_t> body;
  std::optional<std::size_t> tail;
};

/// Everything of one column.
class ColumnPlanner {
 public:
  ColumnPlanner(const GemmProblem& problem, const GemmTiling& tiling, unsigned column, Plan& plan)
      : p_(problem), t_(tiling), layout_(gemm_layout(problem, tiling)), column_(column), plan_(plan) {}

  void run() {
    plan_a();
    plan_b();
    plan_c();
    plan_cores();
  }

 private:
  /// The next lock of the memory tile, which starts at `value`.
  std::uint8_t lock(std::uint32_t value) {
    plan_.locks.push_back({memory_tile(column_), next_lock_, static_cast<std::uint8_t>(value)});
    return next_lock_++;
  }

  std::uint32_t allocate(std::uint64_t words) {
    const std::uint32_t place = next_word_;
    next_word_ += narrow(words);
    return place;
  }

  PanelPlace place(const PanelFlow& flow) {
    PanelPlace place;
    place.body_word = allocate(std::uint64_t{flow.body_slots} * flow.slice_words());
    place.body_empty = lock(flow.body_slots);
    place.body_full = lock(0);
    if (!flow.has_tail()) return place;
    place.tail_word = allocate(std::uint64_t{flow.tail_slots} * flow.tail_words());
    place.tail_empty = lock(flow.tail_slots);
    place.tail_full = lock(0);
    return place;
  }

  [[nodiscard]] TileChannel memory_channel(DmaDirection direction, std::uint8_t number) const {
    return {.channel = {memory_tile(column_), direction, number}, .bds = {}, .first_bd = 0, .tasks = {}};
  }

  // --- A and B -------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::uint32_t replay_of(bool stays, const PanelFlow& flow, std::uint32_t pass) const {
    if (flow.replays == 1) return 0;
    const std::uint32_t middle_count = t_.a_stays ? t_.n_passes : t_.m_passes;
    return stays ? pass / t_.group % middle_count : pass % t_.group;
  }
  /// Whether the pass begins with loading the operand's panel.
  [[nodiscard]] bool loads(bool stays, const PanelFlow& flow, std::uint32_t pass) const {
    return replay_of(stays, flow, pass) == 0;
  }

  /// The fill channel of an operand: `paths` are the rows that it serves, slice by slice in turn.
  /// `by_row`: all slices of one, then all of the next.
  void plan_fill(std::uint8_t number, const std::vector<PanelPath>& paths, bool stays, bool by_row) {
    TileChannel channel = memory_channel(DmaDirection::S2mm, number);
    const PanelFlow& flow = paths.front().flow();
    SendChains chains;
    const auto add = [&](auto make) {
      for (const PanelPath& path : paths) channel.bds.push_back(make(path));
    };
    if (flow.body_slices != 0) {
      chains.body = channel.bds.size();
      add([](const PanelPath& path) { return path.fill_body(); });
      if (!by_row) chain(channel.bds, *chains.body);
    }
    if (flow.has_tail()) {
      chains.tail = channel.bds.size();
      if (flow.tail_blocks != 0) add([](const PanelPath& path) { return path.fill_tail_blocks(); });
      if (flow.tail_elements != 0) add([](const PanelPath& path) { return path.fill_tail_elements(); });
      chain(channel.bds, *chains.tail);
    }
    for (std::uint32_t pass = 0; pass < t_.passes(); ++pass) {
      if (!loads(stays, flow, pass)) continue;
      for (std::size_t path = 0; chains.body && path < (by_row ? paths.size() : 1); ++path) {
        add_task(channel, *chains.body + path, flow.body_slices, pass);
      }
      if (chains.tail) add_task(channel, *chains.tail, 1, pass);
    }
    plan_.channels.push_back(std::move(channel));
  }

  static SendChains add_round(TileChannel& channel, const PanelPath& path, Round round) {
    const PanelFlow& flow = path.flow();
    SendChains chains;
    if (flow.body_slices != 0) {
      chains.body = channel.bds.size();
      channel.bds.push_back(path.send_body(round));
    }
    if (flow.has_tail()) {
      chains.tail = channel.bds.size();
      if (flow.tail_blocks != 0) channel.bds.push_back(path.send_tail_blocks(round));
      if (flow.tail_elements != 0) channel.bds.push_back(path.send_tail_elements(round));
      chain(channel.bds, *chains.tail);
    }
    return chains;
  }

  void plan_send(std::uint8_t number, const PanelPath& path, bool stays) {
    TileChannel channel = memory_channel(DmaDirection::Mm2s, number);
    const PanelFlow& flow = path.flow();
    std::map<Round, SendChains> rounds;
    for (std::uint32_t pass = 0; pass < t_.passes(); ++pass) {
      const Round round = round_of(replay_of(stays, flow, pass), flow.replays);
      if (!rounds.contains(round)) rounds[round] = add_round(channel, path, round);
      const SendChains& chains = rounds[round];
      if (chains.body) add_task(channel, *chains.body, flow.body_slices, pass);
      if (chains.tail) add_task(channel, *chains.tail, 1, pass);
    }
    plan_.channels.push_back(std::move(channel));
  }

  void transfer(DmaDirection direction, std::uint8_t number, const BufferDescriptor& bd, std::uint32_t argument,
                std::uint32_t pass) {
    plan_.transfers.push_back({{shim_tile(column_), direction, number}, bd, argument, pass});
  }

  void load(std::uint8_t number, const std::vector<BufferDescriptor>& bds, std::uint32_t argument, std::uint32_t pass) {
    for (const BufferDescriptor& bd : bds) transfer(DmaDirection::Mm2s, number, bd, argument, pass);
  }

  void plan_a() {
    const std::vector<unsigned> rows = gemm::rows_fed_by(t_, column_);
    if (rows.empty()) return;
    const PanelShape shape{.k_contiguous = true,
                           .rows = t_.m,
                           .row_words = narrow(words_of(p_.a, t_.block_k)),
                           .block_k = t_.block_k,
                           .tail_row_words = narrow(words_of(p_.a, t_.a.tail_elements))};
    std::vector<PanelPath> paths;
    for (std::size_t i = 0; i < rows.size(); ++i) paths.emplace_back(t_.a, shape, place(t_.a));
    plan_fill(gemm::kFillA, paths, t_.a_stays, p_.windows.has_value());
    for (std::size_t i = 0; i < rows.size(); ++i) plan_send(gemm::kSendA[i], paths[i], t_.a_stays);
    for (std::uint32_t pass = 0; pass < t_.passes(); ++pass) {
      if (!loads(t_.a_stays, t_.a, pass)) continue;
      if (p_.windows) {
        for (const unsigned row : rows) {
          const std::uint64_t pixel = first_row(p_, t_, t_.pass(pass).row, row);
          load(gemm::kShimA, {gemm::load_windows(*p_.windows, p_.a, t_.m, pixel)}, gemm_argument::a, pass);
        }
        continue;
      }
      const std::uint64_t first = first_row(p_, t_, t_.pass(pass).row, rows.front());
      const gemm::HostRows panels{.type = p_.a,
                                  .first_word = first * layout_.a_row_words,
                                  .row_words = layout_.a_row_words,
                                  .rows = t_.m,
                                  .panels = rows.size(),
                                  .distance = layout_.a_row_words * t_.m * t_.columns};
      load(gemm::kShimA, gemm::load_rows(panels, t_.a, t_.block_k), gemm_argument::a, pass);
    }
  }

  void plan_b() {
    const std::uint64_t row_words = p_.b_rows ? words_of(p_.b, t_.n) : words_of(p_.b, t_.block_k);
    const PanelShape shape{.k_contiguous = !p_.b_rows,
                           .rows = t_.n,
                           .row_words = narrow(row_words),
                           .block_k = t_.block_k,
                           .tail_row_words = narrow(p_.b_rows ? row_words : words_of(p_.b, t_.b.tail_elements))};
    const PanelPath path(t_.b, shape, place(t_.b));
    plan_fill(gemm::kFillB, {path}, !t_.a_stays, false);
    plan_send(gemm::kSendB, path, !t_.a_stays);
    for (std::uint32_t pass = 0; pass < t_.passes(); ++pass) {
      if (!loads(!t_.a_stays, t_.b, pass)) continue;
      const std::uint64_t column = first_column(p_, t_, t_.pass(pass).column, column_);
      if (p_.b_rows) {
        BufferDescriptor bd = host_descriptor(words_of(p_.b, column), p_.k * row_words);
        bd.d0_wrap = narrow(row_words);
        bd.d1_stepsize = narrow(layout_.b_row_words);
        load(gemm::kShimB, {bd}, gemm_argument::b, pass);
      } else {
        const gemm::HostRows panel{
            .type = p_.b, .first_word = column * layout_.b_row_words, .row_words = layout_.b_row_words, .rows = t_.n};
        load(gemm::kShimB, gemm::load_rows(panel, t_.b, t_.block_k), gemm_argument::b, pass);
      }
    }
  }

  // --- C -------------------------------------------------------------------------------------------------------------

  void plan_c() {
    const std::uint32_t tile_words = narrow(words_of(p_.c, std::uint64_t{t_.m} * t_.n));
    TileChannel drain = memory_channel(DmaDirection::Mm2s, gemm::kDrainC);
    for (unsigned row = 0; row < t_.rows; ++row) {
      BufferDescriptor bd;
      bd.base_address = kOwnMemoryWord + allocate(std::uint64_t{kOutputSlots} * tile_words);
      bd.buffer_length = tile_words;
      iterate(bd, tile_words, kOutputSlots);
      const std::uint8_t empty = lock(kOutputSlots);
      const std::uint8_t full = lock(0);

      TileChannel collect = memory_channel(DmaDirection::S2mm, gemm::kCollectC[row]);
      collect.bds.push_back(bd);
      acquire(collect.bds.back(), empty);
      release(collect.bds.back(), full);
      add_task(collect, 0, t_.passes(), t_.passes() - 1);
      plan_.channels.push_back(std::move(collect));

      drain.bds.push_back(bd);
      acquire(drain.bds.back(), full);
      release(drain.bds.back(), empty);
    }
    chain(drain.bds, 0);
    add_task(drain, 0, t_.passes(), t_.passes() - 1);
    plan_.channels.push_back(std::move(drain));

    const std::uint64_t row_words = words_of(p_.c, t_.n);
    for (std::uint32_t pass = 0; pass < t_.passes(); ++pass) {
      const GemmTiling::Pass at = t_.pass(pass);
      const std::uint64_t word =
          first_row(p_, t_, at.row, 0) * layout_.c_row_words + words_of(p_.c, first_column(p_, t_, at.column, column_));
      BufferDescriptor bd = host_descriptor(word, std::uint64_t{t_.rows} * t_.m * row_words);
      bd.d0_wrap = narrow(row_words);
      bd.d1_stepsize = narrow(layout_.c_row_words);
      transfer(DmaDirection::S2mm, gemm::kShimC, bd, gemm_argument::c, pass);
    }
  }

  // --- cores ---------------------------------------------------------------------------------------------------------

  void plan_cores() {
    const CoreBuffers buffers = gemm::core_buffers(p_, t_);
    const std::uint64_t calls = std::uint64_t{t_.calls} * t_.passes();
    for (unsigned row = 0; row < t_.rows; ++row) {
      const array::TileId tile = compute_tile(column_, row);
      plan_.cores.push_back({tile, 0});
      const std::uint32_t last = t_.passes() - 1;
      plan_.channels.push_back(core_channel({.channel = {tile, DmaDirection::S2mm, gemm::kCoreB},
                                             .bd = 0,
                                             .offset = buffers.b,
                                             .bytes = buffers.b_bytes,
                                             .step = buffers.b_step,
                                             .slots = t_.core_buffers,
                                             .take = gemm::kBEmpty,
                                             .give = gemm::kBFull,
                                             .executions = calls,
                                             .last_step = last}));
      plan_.channels.push_back(core_channel({.channel = {tile, DmaDirection::S2mm, gemm::kCoreA},
                                             .bd = 1,
                                             .offset = buffers.a,
                                             .bytes = buffers.a_bytes,
                                             .step = buffers.a_step,
                                             .slots = t_.core_buffers,
                                             .take = gemm::kAEmpty,
                                             .give = gemm::kAFull,
                                             .executions = calls,
                                             .last_step = last}));
      plan_.channels.push_back(core_channel({.channel = {tile, DmaDirection::Mm2s, gemm::kCoreC},
                                             .bd = 2,
                                             .offset = buffers.c,
                                             .bytes = buffers.c_bytes,
                                             .step = buffers.c_step,
                                             .slots = t_.core_outputs,
                                             .take = gemm::kCFull,
                                             .give = gemm::kCEmpty,
                                             .executions = t_.passes(),
                                             .last_step = last}));
      const auto value = [&](std::uint8_t number, unsigned initial) {
        plan_.locks.push_back({tile, number, static_cast<std::uint8_t>(initial)});
      };
      value(gemm::kAFull, 0);
      value(gemm::kAEmpty, t_.core_buffers);
      value(gemm::kBFull, 0);
      value(gemm::kBEmpty, t_.core_buffers);
      value(gemm::kCFull, 0);
      value(gemm::kCEmpty, t_.core_outputs);
    }
  }

  const GemmProblem& p_;
  const GemmTiling& t_;
  GemmLayout layout_;
  unsigned column_;
  Plan& plan_;
  std::uint8_t next_lock_ = kZeroLock + 1;
  std::uint32_t next_word_ = 0;
};

}  // namespace

Plan plan_gemm(const GemmProblem& problem, const GemmTiling& tiling) {
  const GemmLayout layout = gemm_layout(problem, tiling);
  Plan plan;
  plan.name = "gemm";
  plan.columns = static_cast<std::uint8_t>(tiling.columns);
  plan.steps = tiling.passes();
  // What a piece of a window counts beyond its end is read and meets zeros.
  const std::uint64_t beyond = problem.windows ? words_of(problem.a, problem.windows->segment_k) * 4 : 0;
  plan.arguments = {{"a", layout.a_rows * layout.a_row_words * 4 + beyond, false},
                    {"b", layout.b_rows * layout.b_row_words * 4, false},
                    {"c", layout.c_rows * layout.c_row_words * 4, true}};
  plan.circuits = gemm::circuits(tiling);
  plan.programs.push_back(gemm::core_program(problem, tiling));
  for (unsigned column = 0; column < tiling.columns; ++column) {
    plan.locks.push_back({memory_tile(column), kZeroLock, 0});
    ColumnPlanner(problem, tiling, column, plan).run();
  }
  std::ranges::stable_sort(plan.transfers, {}, &HostTransfer::step);
  return plan;
}

}  // namespace aie4::workload
