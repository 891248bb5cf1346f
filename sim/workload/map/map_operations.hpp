// SPDX-License-Identifier: Apache-2.0
// The operations that map rows to rows, with their data and their judges.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/compute/kernels/element_type.hpp"
#include "sim/workload/machine_shape.hpp"
#include "sim/workload/operation.hpp"

namespace aie4::workload {

/// add, mul (two inputs), relu, gelu, silu, sigmoid, tanh.
struct ElementwiseProblem {
  std::string kind = "add";
  std::uint64_t elements = 0;
  compute::ElementType type = compute::ElementType::bf16;
  std::uint32_t shift = 0;  ///< Bits to shift sums and products of integers; add and mul only.
  bool relu = false;        ///< Negative results become 0; add and mul only.
};
[[nodiscard]] const std::vector<std::string>& elementwise_kinds();

struct RowProblem {
  std::uint64_t rows = 0;
  std::uint32_t columns = 0;
  compute::ElementType type = compute::ElementType::bf16;
  float scale = 1;  ///< Of x before the exponential; softmax only.
};

/// Images are height x width x channels.
struct PoolProblem {
  bool largest = true;  ///< Otherwise the mean.
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;
  std::uint32_t window = 0;
  std::uint32_t stride = 0;
  std::uint32_t padding = 0;  ///< On all sides. Not with the mean.
  compute::ElementType type = compute::ElementType::i8;
};

// All throw WorkloadError.
[[nodiscard]] Operation elementwise_operation(const ElementwiseProblem& problem, const MachineShape& shape);
[[nodiscard]] Operation softmax_operation(const RowProblem& problem, const MachineShape& shape);
/// "layer" or "rms"; factors and, for "layer", summands of each column are an argument.
[[nodiscard]] Operation norm_operation(const std::string& kind, const RowProblem& problem, const MachineShape& shape);
[[nodiscard]] Operation pool_operation(const PoolProblem& problem, const MachineShape& shape);

}  // namespace aie4::workload
