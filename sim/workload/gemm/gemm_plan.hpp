// SPDX-License-Identifier: Apache-2.0
// From a tiling of a matrix product to a plan: buffers, descriptors, circuits, locks and core programs. Pure.
// The dataflow is described in docs/workloads.md.
#pragma once

#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload {

/// Arguments of the program, in order: a, b, c.
namespace gemm_argument {
enum : std::uint32_t { a, b, c };
}

[[nodiscard]] Plan plan_gemm(const GemmProblem& problem, const GemmTiling& tiling);

}  // namespace aie4::workload
