// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_problem.hpp"

#include <numeric>

namespace aie4::workload {

std::uint64_t word_elements(compute::ElementType type) {
  // A block of bfp16 has nine bytes; four of them are whole words.
  if (type == compute::ElementType::bfp16) return std::uint64_t{4} * compute::kBfpBlock;
  return 32U / std::gcd(32U, compute::bits_of(type));
}

std::uint64_t words_of(compute::ElementType type, std::uint64_t count) {
  return (compute::bytes_of(type, count) + 3) / 4;
}

}  // namespace aie4::workload
