// SPDX-License-Identifier: Apache-2.0
// A matrix product and how its operands lie in host memory. Pure.
#pragma once

#include <cstdint>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::workload {

/// C (M x N) = A (M x K) * B (K x N), then shifted, rounded and saturated to the type of C.
struct GemmProblem {
  std::uint64_t m = 0;
  std::uint64_t k = 0;
  std::uint64_t n = 0;
  compute::ElementType a = compute::ElementType::i8;
  compute::ElementType b = compute::ElementType::i8;
  compute::ElementType c = compute::ElementType::i8;
  bool b_rows = false;      ///< B lies as K x N; otherwise as N x K, as weights of linear layers do.
  std::uint32_t shift = 0;  ///< Bits, integers only.
  bool relu = false;
};

/// Elements that fill a whole number of 32-bit words.
[[nodiscard]] std::uint64_t word_elements(compute::ElementType type);
/// 32-bit words of `count` elements, rounded up.
[[nodiscard]] std::uint64_t words_of(compute::ElementType type, std::uint64_t count);

}  // namespace aie4::workload
