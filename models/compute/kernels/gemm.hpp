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

/// What the kernel calls the types of its factors and of its result.
struct TypeNames {
  std::string_view a;
  std::string_view b;
  std::string_view c;
};
[[nodiscard]] std::string check_product_types(ElementType a, ElementType b, ElementType c, const TypeNames& names);

/// What the catalogue knows of `gemm`, for kernels that are products in disguise.
[[nodiscard]] std::string check_gemm(const KernelCall& call);
[[nodiscard]] Footprint gemm_footprint(const KernelCall& call);
/// Takes the scratch memory of all slots but the last.
void run_gemm(const KernelCall& call, OperandSpans operands, Workspace& workspace);

}  // namespace aie4::compute
