// SPDX-License-Identifier: Apache-2.0
// The sizes among which the planner of matrix products chooses. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"

namespace aie4::workload::gemm {

[[nodiscard]] constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}
[[nodiscard]] constexpr std::uint64_t round_up(std::uint64_t a, std::uint64_t b) {
  return ceil_div(a, b) * b;
}

/// Bytes of a running sum: i64 for i16 operands, i32 for narrower ones, fp32 for floats.
[[nodiscard]] std::uint64_t sum_bytes(const GemmProblem& problem);
/// Columns of C come in multiples of this: whole words of C, and of B if it lies as K x N.
[[nodiscard]] std::uint64_t column_step(const GemmProblem& problem);

/// Throws WorkloadError for sizes and types that no tiling can serve.
void check_problem(const GemmProblem& problem);

struct RowSplit {
  unsigned rows = 1;  ///< Of compute tiles.
  std::uint32_t m = 0;
  std::uint32_t passes = 0;
};
/// `wished`: 0 or the only m.
[[nodiscard]] std::vector<RowSplit> row_candidates(const GemmProblem& problem, const GemmTarget& target,
                                                   std::uint32_t wished);

struct ColumnSplit {
  unsigned columns = 1;
  std::uint32_t n = 0;
  std::uint32_t passes = 0;
};
[[nodiscard]] std::vector<ColumnSplit> column_candidates(const GemmProblem& problem, const GemmTarget& target,
                                                         std::uint32_t wished);

/// Elements of K in a block of the cores' layout: the widest runs for the memory tiles' DMAs that waste little.
[[nodiscard]] std::vector<std::uint32_t> block_k_candidates(const GemmProblem& problem, const GemmTarget& target,
                                                            std::uint32_t wished_k);
/// Blocks of K for one kernel call, from many to few.
[[nodiscard]] std::vector<std::uint64_t> call_block_candidates(std::uint64_t blocks, std::uint32_t block_k,
                                                               std::uint32_t wished_k);

/// One line for a problem without a tiling.
[[nodiscard]] std::string why_nothing_fits(const GemmProblem& problem, const GemmTarget& target,
                                           const GemmWishes& wishes);

}  // namespace aie4::workload::gemm
