// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/compute/kernels/compute_costs.hpp"
#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"
#include "sim/workload/machine_shape.hpp"
#include "sim/workload/operation.hpp"

namespace aie4::workload {

[[nodiscard]] GemmTarget gemm_target(const GemmProblem& problem, const Parameters& parameters,
                                     const MachineShape& shape);

/// A shift that brings sums of random products into the range of the result; 0 for floats and wide results.
[[nodiscard]] std::uint32_t usual_shift(const GemmProblem& problem);

/// A tiled product as an operation without data and judge.
[[nodiscard]] Operation product_operation(const GemmProblem& problem, const GemmTiling& tiling,
                                          const Parameters& parameters, const MachineShape& shape);

/// Throws WorkloadError.
[[nodiscard]] Operation gemm_operation(const GemmProblem& problem, const Parameters& parameters,
                                       const MachineShape& shape, const GemmWishes& wishes);

}  // namespace aie4::workload
