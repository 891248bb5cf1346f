// SPDX-License-Identifier: Apache-2.0
// Matrix products as the textbook has them, to judge what came out of the array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/reference/numbers.hpp"

namespace aie4::workload::reference {

struct GemmMatrices {
  Matrix a;
  Matrix b;  ///< N x K, or K x N if the problem says so.
  Matrix c;
};

/// Integers: sums are exact, wrapped to the width of the running sums, then shifted, rounded to nearest with halves to
/// even, and saturated. Floats: compared with the exact sum; allowed is what K roundings of fp32 sums and one of the
/// result can make. At most `max_macs` are done: of larger products evenly spread rows are compared.
[[nodiscard]] Verdict check_gemm(const GemmProblem& problem, const GemmMatrices& matrices, std::span<const std::byte> a,
                                 std::span<const std::byte> b, std::span<const std::byte> c, std::uint64_t max_macs);

}  // namespace aie4::workload::reference
