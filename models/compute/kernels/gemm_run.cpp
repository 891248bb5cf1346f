// SPDX-License-Identifier: Apache-2.0
// Products of integers: exact, modulo 2^32.
#include <cstring>
#include <limits>

#include "models/compute/kernels/gemm.hpp"
#include "models/compute/kernels/gemm_call.hpp"

namespace aie4::compute {
namespace {

namespace operand = gemm_operand;

template <class T>
T load(std::span<const std::byte> memory, std::uint64_t index) {
  T value;
  std::memcpy(&value, memory.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <class T>
void store(std::span<std::byte> memory, std::uint64_t index, T value) {
  std::memcpy(memory.data() + index * sizeof(T), &value, sizeof(T));
}

void store_element(const GemmCall& gemm, std::span<std::byte> c, std::uint64_t index, std::int64_t sum) {
  const std::int64_t value = shift_round(sum, gemm.shift, gemm.rounding);
  switch (gemm.type_c) {
    case ElementType::i8:
      return store(c, index, saturate<std::int8_t>(value));
    case ElementType::i16:
      return store(c, index, saturate<std::int16_t>(value));
    default:
      return store(c, index, saturate<std::int32_t>(value));
  }
}

}  // namespace

void run_gemm(const KernelCall& call, OperandSpans operands, Workspace&) {
  const GemmCall gemm(call);
  const std::span<const std::byte> a = operands[operand::a];
  const std::span<const std::byte> b = operands[operand::b];
  const std::span<std::byte> c = operands[operand::c];
  const std::span<std::byte> sums = call.has(operand::acc) ? operands[operand::acc] : c;
  for (std::uint32_t i = 0; i < gemm.m; ++i) {
    for (std::uint32_t j = 0; j < gemm.n; ++j) {
      const std::uint64_t at = gemm.c().index(i, j);
      std::uint32_t sum = gemm.first ? 0 : load<std::uint32_t>(sums, at);
      for (std::uint32_t k = 0; k < gemm.k; ++k) {
        const std::uint64_t b_at = gemm.transpose_b ? gemm.b().index(j, k) : gemm.b().index(k, j);
        sum += static_cast<std::uint32_t>(load<std::int8_t>(a, gemm.a().index(i, k)) * load<std::int8_t>(b, b_at));
      }
      if (!gemm.last) {
        store(sums, at, sum);
        continue;
      }
      std::int64_t total = static_cast<std::int32_t>(sum);
      if (call.has(operand::bias)) total += load<std::int32_t>(operands[operand::bias], j);
      store_element(gemm, c, at, gemm.relu && total < 0 ? 0 : total);
    }
  }
}

}  // namespace aie4::compute
