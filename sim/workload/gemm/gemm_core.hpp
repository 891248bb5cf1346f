// SPDX-License-Identifier: Apache-2.0
// What each core does in a matrix product. Pure.
#pragma once

#include <cstdint>

#include "models/compute/core/core_program.hpp"
#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"

namespace aie4::workload::gemm {

/// Locks of a compute tile.
enum CoreLock : std::uint8_t { kAFull, kAEmpty, kBFull, kBEmpty, kCFull, kCEmpty };

/// Places in a core's data memory, in bytes.
struct CoreBuffers {
  std::uint32_t a = 0;  ///< The first of core_buffers.
  std::uint32_t b = 0;
  std::uint32_t c = 0;  ///< The first of core_outputs.
  std::uint32_t sums = 0;
  std::uint32_t a_bytes = 0;  ///< Of one buffer.
  std::uint32_t b_bytes = 0;
  std::uint32_t c_bytes = 0;
  std::uint32_t sums_bytes = 0;  ///< 0: the sums are in C.
  std::uint32_t a_step = 0;      ///< From one buffer to the next.
  std::uint32_t b_step = 0;
  std::uint32_t c_step = 0;
};
[[nodiscard]] CoreBuffers core_buffers(const GemmProblem& problem, const GemmTiling& tiling);

[[nodiscard]] compute::CoreProgram core_program(const GemmProblem& problem, const GemmTiling& tiling);

}  // namespace aie4::workload::gemm
