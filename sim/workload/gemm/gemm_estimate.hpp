// SPDX-License-Identifier: Apache-2.0
// What a tiling of a matrix product is expected to take. Pure. Source of the equations: timing notes 3.1, 3.5, 3.6.
#pragma once

#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"

namespace aie4::workload::gemm {

/// Sets `cycles` and `bound`.
void estimate(const GemmProblem& problem, const GemmTarget& target, GemmTiling& tiling);

}  // namespace aie4::workload::gemm
