// SPDX-License-Identifier: Apache-2.0
// A matrix product on the whole array, planned, assembled and timed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/npu/configuration.hpp"
#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"

namespace aie4::validate {

struct ArrayRun {
  workload::GemmProblem problem;
  workload::GemmWishes wishes = {};
  bool double_buffer = true;
  bool overlap = true;
  bool one_controller = true;
};

/// Picoseconds from the first descriptor of a shim DMA to the end of the last one, on all columns: setting up the array
/// is not part of it. Kernels are timed and not computed. Throws ExperimentError.
[[nodiscard]] std::uint64_t time_of(const Configuration& configuration, const ArrayRun& run,
                                    const std::vector<std::string>& assembler);

}  // namespace aie4::validate
