// SPDX-License-Identifier: Apache-2.0
// Operands and parameters of the kernel `gemm`, decoded.
#pragma once

#include "models/compute/kernels/block_layout.hpp"
#include "models/compute/kernels/kernel_call.hpp"
#include "models/compute/kernels/rounding.hpp"

namespace aie4::compute {

namespace gemm_operand {
enum : std::size_t { a, b, c, acc, bias, count };
}
namespace gemm_parameter {
enum : std::size_t { M, K, N, type_a, type_b, type_c, r, s, t, transpose_b, first, last, shift, rounding, relu, count };
}

/// Plain values of a call whose parameters are in range; blocks of 0 are replaced by the whole matrix.
struct GemmCall {
  explicit GemmCall(const KernelCall& call);

  std::uint32_t m;
  std::uint32_t k;
  std::uint32_t n;
  ElementType type_a;
  ElementType type_b;
  ElementType type_c;
  std::uint32_t r;
  std::uint32_t s;
  std::uint32_t t;
  bool transpose_b;
  bool first;
  bool last;
  unsigned shift;
  Rounding rounding;
  bool relu;

  [[nodiscard]] BlockLayout a() const { return {m, k, r, s}; }
  /// As it lies in memory: N x K if transposed.
  [[nodiscard]] BlockLayout b() const { return transpose_b ? BlockLayout{n, k, t, s} : BlockLayout{k, n, s, t}; }
  [[nodiscard]] BlockLayout c() const { return {m, n, r, t}; }
  /// Bytes of one running sum: i32 for products of bytes, i64 for those of i16, fp32 for floats.
  [[nodiscard]] std::uint32_t sum_bytes() const { return type_a == ElementType::i16 ? 8 : 4; }
  /// Running sums are read or written.
  [[nodiscard]] bool has_sums() const { return !first || !last; }
};

}  // namespace aie4::compute
