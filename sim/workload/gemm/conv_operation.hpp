// SPDX-License-Identifier: Apache-2.0
// Convolutions as products of a matrix of windows and one of weights: shim DMAs gather the windows.
#pragma once

#include <cstdint>

#include "models/common/parameters.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"
#include "sim/workload/machine_shape.hpp"
#include "sim/workload/operation.hpp"

namespace aie4::workload {

/// Images are height x width x channels, in host memory with their padding around them.
struct ConvProblem {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;
  std::uint32_t out_channels = 0;
  std::uint32_t window = 1;
  std::uint32_t stride = 1;
  std::uint32_t padding = 0;  ///< On all sides.
  compute::ElementType type = compute::ElementType::i8;
  compute::ElementType out_type = compute::ElementType::i8;
  std::int32_t shift = -1;  ///< -1: what suits random data.
  bool relu = false;

  [[nodiscard]] std::uint32_t out_height() const { return (height + 2 * padding - window) / stride + 1; }
  [[nodiscard]] std::uint32_t out_width() const { return (width + 2 * padding - window) / stride + 1; }
};

/// Throws WorkloadError.
[[nodiscard]] Operation conv_operation(const ConvProblem& problem, const Parameters& parameters,
                                       const MachineShape& shape, const GemmWishes& wishes);

}  // namespace aie4::workload
