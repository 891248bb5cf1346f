// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_candidates.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "sim/workload/error.hpp"

namespace aie4::workload::gemm {
namespace {

constexpr std::uint32_t kLargestTile = 256;
constexpr std::uint64_t kBeatBits = 512;
constexpr std::uint64_t kLargestDimension = 1U << 20;
/// A wider block may pad K by so many percent more than the matrix unit does anyway.
constexpr std::uint64_t kPaddingPercent = 3;
/// A row of a matrix in host memory: what the step of a shim descriptor reaches.
constexpr std::uint64_t kLargestRowWords = (1U << 22) - 1;

using enum compute::ElementType;

}  // namespace

std::uint64_t sum_bytes(const GemmProblem& p) {
  return p.a == i16 ? 8 : 4;
}

std::uint64_t column_step(const GemmProblem& p) {
  const std::uint64_t c = word_elements(p.c);
  return p.b_rows ? std::lcm(c, word_elements(p.b)) : c;
}

void check_problem(const GemmProblem& p) {
  const auto dimension = [](std::string_view name, std::uint64_t value) {
    if (value == 0 || value > kLargestDimension) {
      throw WorkloadError(fmt::format("{}: expected 1 to {}, came {}", name, kLargestDimension, value));
    }
  };
  dimension("m", p.m);
  dimension("k", p.k);
  dimension("n", p.n);
  if (p.b_rows && p.b == bfp16) {
    throw WorkloadError("bfp16 blocks run along K: B has to lie as N x K (--b-layout nk)");
  }
  const std::uint64_t widest = std::max({words_of(p.a, p.k), words_of(p.b, p.b_rows ? p.n : p.k), words_of(p.c, p.n)});
  if (widest > kLargestRowWords) {
    throw WorkloadError(
        fmt::format("expected matrix rows of at most {} bytes, which is what descriptors reach, came {}",
                    kLargestRowWords * 4, widest * 4));
  }
}

std::vector<RowSplit> row_candidates(const GemmProblem& p, const GemmTarget& target, std::uint32_t wished) {
  std::vector<RowSplit> result;
  if (p.windows) {
    // A descriptor takes whole rows of windows, or an even part of one.
    const std::uint64_t width = p.windows->out_width;
    for (unsigned rows = 1; rows <= target.rows; ++rows) {
      for (std::uint64_t m = 1; m <= std::min<std::uint64_t>(kLargestTile, p.m); ++m) {
        if ((width % m != 0 && m % width != 0) || (wished != 0 && m != wished)) continue;
        result.push_back({rows, static_cast<std::uint32_t>(m), static_cast<std::uint32_t>(ceil_div(p.m, rows * m))});
        // More rows of cores than there are rows of windows would only compute what nobody wants.
        if (rows > 1 && (rows - 1) * m >= p.m) result.pop_back();
      }
    }
    return result;
  }
  const auto add = [&](unsigned rows, std::uint64_t m) {
    if (m == 0 || m > kLargestTile || (wished != 0 && m != wished)) return;
    result.push_back({rows, static_cast<std::uint32_t>(m), static_cast<std::uint32_t>(ceil_div(p.m, rows * m))});
  };
  for (unsigned rows = 1; rows <= std::min<std::uint64_t>(target.rows, p.m); ++rows) {
    // All rows in one pass: whatever size it takes. Otherwise what the matrix unit likes, and the last pass moves back.
    add(rows, ceil_div(p.m, rows));
    if (wished != 0) {
      if (rows * std::uint64_t{wished} < p.m) add(rows, wished);
      continue;
    }
    for (std::uint32_t m = target.unit_m; m <= kLargestTile && std::uint64_t{rows} * m < p.m; m += target.unit_m) {
      add(rows, m);
    }
  }
  return result;
}

std::vector<ColumnSplit> column_candidates(const GemmProblem& p, const GemmTarget& target, std::uint32_t wished) {
  std::vector<ColumnSplit> result;
  const std::uint64_t step = column_step(p);
  const std::uint64_t padded = round_up(p.n, step);
  const auto add = [&](std::uint64_t n) {
    if (n > padded || n > kLargestTile || n % step != 0 || (wished != 0 && n != wished)) return;
    const std::uint64_t blocks = ceil_div(padded, n);
    const auto columns = static_cast<unsigned>(std::min<std::uint64_t>(target.columns, blocks));
    result.push_back({columns, static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(ceil_div(blocks, columns))});
  };
  if (wished != 0) {
    add(wished);
    return result;
  }
  for (unsigned columns = 1; columns <= target.columns; ++columns) add(round_up(ceil_div(padded, columns), step));
  const std::uint64_t unit = std::lcm<std::uint64_t>(target.unit_n, step);
  for (std::uint64_t n = unit; n <= std::min<std::uint64_t>(kLargestTile, padded); n += unit) add(n);
  return result;
}

std::vector<std::uint32_t> block_k_candidates(const GemmProblem& p, const GemmTarget& target, std::uint32_t wished_k) {
  std::uint64_t unit = std::lcm<std::uint64_t>(target.unit_k, word_elements(p.a));
  if (!p.b_rows) unit = std::lcm(unit, word_elements(p.b));
  const std::uint64_t least = round_up(p.k, unit);
  std::uint64_t best = unit;
  if (p.windows) {
    if (p.windows->segment_k % unit != 0) return {};
    while (p.windows->segment_k % (2 * best) == 0 && 2 * best * compute::bits_of(p.a) <= kBeatBits) best *= 2;
    return {static_cast<std::uint32_t>(best)};
  }
  for (std::uint64_t block = 2 * unit; block * compute::bits_of(p.a) <= kBeatBits; block *= 2) {
    const bool wastes = round_up(p.k, block) * 100 > least * (100 + kPaddingPercent);
    if (!wastes && (wished_k == 0 || wished_k % block == 0)) best = block;
  }
  if (wished_k != 0 && wished_k % best != 0) return {};
  return {static_cast<std::uint32_t>(best)};
}

std::vector<std::uint64_t> call_block_candidates(std::uint64_t blocks, std::uint32_t block_k, std::uint32_t wished_k) {
  if (wished_k != 0) return {wished_k / block_k};
  std::vector<std::uint64_t> result;
  for (std::uint64_t calls = 1; calls <= blocks; ++calls) {
    const std::uint64_t each = ceil_div(blocks, calls);
    if (result.empty() || each != result.back()) result.push_back(each);
    if (each == 1) break;
  }
  return result;
}

std::string why_nothing_fits(const GemmProblem& p, const GemmTarget& target, const GemmWishes& wishes) {
  const std::string what = fmt::format("no tiling of {} x {} x {} fits", p.m, p.k, p.n);
  const bool any = wishes.m == 0 && wishes.n == 0 && wishes.k == 0 && wishes.group == 0 && wishes.outputs == 0 &&
                   wishes.stay == Stay::Any;
  if (any) return what;
  const auto unrestricted = [&]() -> std::string {
    try {
      const GemmTiling t = tile_gemm(p, target, {});
      return fmt::format("{},{},{} fits", t.m, t.k, t.n);
    } catch (const WorkloadError& error) {
      return error.what();
    }
  };
  return fmt::format("{} with the tile {},{},{} that was asked for (0: any); {}", what, wishes.m, wishes.k, wishes.n,
                     unrestricted());
}

}  // namespace aie4::workload::gemm
