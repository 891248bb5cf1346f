// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_estimate.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sim/workload/gemm/gemm_candidates.hpp"

namespace aie4::workload::gemm {
namespace {

constexpr double kBurstBytes = 512;  // Of a shim.
/// Locks and bookkeeping around one kernel call.
constexpr double kCallOverhead = 6;
/// From the first descriptor to the first kernel call, and from the last call to the last byte.
constexpr double kRampCycles = 3000;

/// One operand's way from host memory in one pass, over all cores.
struct Traffic {
  double bytes = 0;       ///< Loaded on average.
  double run = 1;         ///< Bytes that lie together.
  double per_column = 0;  ///< Of the busiest shim channel.

  [[nodiscard]] double host_cycles(const GemmTarget& target) const {
    return bytes * (1 + target.host_run_overhead / run) / target.host_bytes_per_cycle;
  }
  [[nodiscard]] double channel_cycles(const GemmTarget& target) const {
    return per_column / std::min(run, kBurstBytes) / target.channel_bursts_per_cycle;
  }
};

double compute_cycles(const GemmTarget& target, const GemmTiling& t) {
  const auto call = [&](bool first, bool last) {
    return static_cast<double>(target.call_cycles(t.m, t.k, t.n, first, last)) + kCallOverhead;
  };
  if (t.calls == 1) return call(true, true);
  return call(true, false) + call(false, true) + (t.calls - 2.0) * (t.calls > 2 ? call(false, false) : 0.0);
}

}  // namespace

void estimate(const GemmProblem& p, const GemmTarget& target, GemmTiling& t) {
  const auto bytes = [](compute::ElementType type, double elements) { return elements * compute::bits_of(type) / 8; };
  const double feeding = static_cast<double>(ceil_div(t.rows, t.columns));
  const double k = static_cast<double>(p.k);
  const double beat = target.beat_bytes;
  const double a_panel = bytes(p.a, t.m * k);
  const double b_panel = bytes(p.b, t.n * k);
  const double c_tile = bytes(p.c, static_cast<double>(t.m) * t.n);
  const double a_block_run = bytes(p.a, t.block_k);
  const double b_block_run = p.b_rows ? bytes(p.b, t.n) : bytes(p.b, t.block_k);

  Traffic a{.bytes = t.rows * a_panel / t.a.replays,
            .run = std::min(a_block_run * t.a.slice_blocks, bytes(p.a, k)),
            .per_column = feeding * a_panel / t.a.replays};
  Traffic b{.bytes = t.columns * b_panel / t.b.replays,
            .run = p.b_rows ? b_block_run : std::min(b_block_run * t.b.slice_blocks, bytes(p.b, k)),
            .per_column = b_panel / t.b.replays};
  Traffic c{.bytes = t.rows * t.columns * c_tile, .run = bytes(p.c, t.n), .per_column = t.rows * c_tile};

  // Writing a panel into blocks moves one run of a block in each cycle.
  const double fill = std::max(a.per_column / std::min(beat, a_block_run), b.per_column / std::min(beat, b_block_run));
  const double stream = std::max(
      {t.calls * std::max(bytes(p.a, static_cast<double>(t.m) * t.k), bytes(p.b, static_cast<double>(t.n) * t.k)) /
           beat,
       c.per_column / beat});
  const double host = std::max({a.host_cycles(target) + b.host_cycles(target) + c.host_cycles(target),
                                a.channel_cycles(target), b.channel_cycles(target), c.channel_cycles(target)});
  double compute = compute_cycles(target, t);
  // With one buffer nothing overlaps.
  if (!target.double_buffer) compute += stream;
  if (t.core_outputs == 1) compute += c_tile / beat;

  const double control = target.control_cycles * (target.one_controller ? t.columns : 1);

  const std::array<std::pair<double, std::string_view>, 5> parts = {
      {{compute, "compute"}, {stream, "stream"}, {host, "ddr"}, {fill, "fill"}, {control, "control"}}};
  const auto most = std::ranges::max_element(parts, {}, &std::pair<double, std::string_view>::first);
  const double first_slice =
      (t.rows * 4.0 * t.a.slice_words() + t.columns * 4.0 * t.b.slice_words()) / target.host_bytes_per_cycle;
  t.cycles = t.passes() * most->first + first_slice + c.host_cycles(target) + kRampCycles;
  t.bound = most->second;
}

}  // namespace aie4::workload::gemm
