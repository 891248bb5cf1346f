// SPDX-License-Identifier: Apache-2.0
// Matrix products: what several kernels need of them.
#pragma once

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::compute {

/// A product as the cost model sees it (timing notes 3.1).
struct MatrixWork {
  std::uint64_t m = 0;
  std::uint64_t k = 0;
  std::uint64_t n = 0;
  ElementType type_a = ElementType::i8;
  ElementType type_b = ElementType::i8;
  ElementType type_c = ElementType::i32;
  bool reads_sums = false;
  bool writes_sums = false;
};
[[nodiscard]] KernelCost matrix_cost(const MatrixWork& work, const ComputeCosts& costs);

void run_gemm(const KernelCall& call, OperandSpans operands, Workspace& workspace);

}  // namespace aie4::compute
