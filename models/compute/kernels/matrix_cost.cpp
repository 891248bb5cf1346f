// SPDX-License-Identifier: Apache-2.0
// T_kernel of timing notes 3.1.
#include <algorithm>

#include "models/compute/kernels/gemm.hpp"

namespace aie4::compute {
namespace {

MacType mac_type(ElementType a, ElementType b) {
  switch (a) {
    case ElementType::i16:
      return MacType::i16;
    case ElementType::bf16:
      return MacType::bf16;
    case ElementType::fp32:
      return MacType::fp32;
    case ElementType::bfp16:
      return MacType::bfp16;
    default:
      return b == ElementType::i4 ? MacType::i8_i4 : MacType::i8;
  }
}

}  // namespace

KernelCost matrix_cost(const MatrixWork& work, const ComputeCosts& costs) {
  const ComputeCosts::Matrix& unit = costs.of(mac_type(work.type_a, work.type_b));
  const std::uint64_t m = round_up(work.m, unit.r);
  const std::uint64_t k = round_up(work.k, unit.s);
  const std::uint64_t n = round_up(work.n, unit.t);
  const std::uint64_t macs = m * k * n;
  KernelCost cost;
  cost.macs = work.m * work.k * work.n;
  cost.mac_cycles = ceil_div(macs * costs.compiler_percent, unit.macs_per_cycle * 100);
  // Each step loads its part of A and B; steps of one register block share them.
  const std::uint64_t load_bits = macs / (costs.register_block * unit.t) * bits_of(work.type_a) +
                                  macs / (costs.register_block * unit.r) * bits_of(work.type_b);
  cost.load_cycles = ceil_div(load_bits, 8 * costs.load_ports * costs.load_bytes);
  const std::uint64_t elements = work.m * work.n;
  const std::uint64_t output_bytes = bytes_of(work.type_c, elements);
  if (!work.writes_sums) cost.store_cycles = ceil_div(output_bytes, costs.store_bytes);
  if (work.reads_sums || work.writes_sums) {
    // c_out was measured for calls that do both.
    const std::uint64_t both = costs.accumulate_cycles(elements, bits_of(work.type_c) / 8, !is_integer(work.type_a));
    cost.accumulate_cycles = work.reads_sums && work.writes_sums ? both : ceil_div(both, 2);
  }
  cost.loop_cycles = costs.gemm_pipe;
  cost.call_cycles = costs.call;
  finish(cost);
  return cost;
}

}  // namespace aie4::compute
