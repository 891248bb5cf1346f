// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/compute/kernels/compute_costs.hpp"
#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"
#include "sim/workload/operation.hpp"

namespace aie4::workload {

/// What planners are told about the machine.
struct MachineShape {
  unsigned columns = 3;
  bool double_buffer = true;
  bool overlap = true;
};

[[nodiscard]] GemmTarget gemm_target(const GemmProblem& problem, const Parameters& parameters,
                                     const MachineShape& shape);

/// A shift that brings sums of random products into the range of the result; 0 for floats and wide results.
[[nodiscard]] std::uint32_t usual_shift(const GemmProblem& problem);

/// Throws WorkloadError.
[[nodiscard]] Operation gemm_operation(const GemmProblem& problem, const Parameters& parameters,
                                       const MachineShape& shape, const GemmWishes& wishes);

}  // namespace aie4::workload
