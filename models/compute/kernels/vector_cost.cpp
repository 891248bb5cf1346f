// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/vector_cost.hpp"

#include <algorithm>
#include <bit>

namespace aie4::compute {

std::uint64_t lanes_of(std::uint32_t bits, const ComputeCosts& costs) {
  return std::max<std::uint64_t>(costs.vector_bytes * 8 / std::max(bits, 8U), 1);
}

void add_pass(KernelCost& cost, const VectorWork& work, const ComputeCosts& costs, std::uint64_t times) {
  if (work.schedule == Schedule::scalar) {
    cost.scalar_cycles += times * work.elements * costs.scalar;
    return;
  }
  const std::uint64_t lanes = lanes_of(work.widest_bits, costs);
  const std::uint64_t vectors = times * ceil_div(work.elements, lanes);
  cost.load_cycles += vectors * ceil_div(lanes * work.load_bits, 8 * costs.load_ports * costs.load_bytes);
  cost.store_cycles += vectors * ceil_div(lanes * work.store_bits, 8 * costs.store_bytes);
  if (work.schedule == Schedule::sequential) {
    cost.vector_cycles += vectors * costs.unpipelined;
    cost.loop_cycles += times * costs.unpipelined;
  } else {
    cost.vector_cycles += vectors * work.operations;
    cost.loop_cycles += times * costs.pipe;
  }
}

KernelCost vector_cost(const VectorWork& work, const ComputeCosts& costs) {
  KernelCost cost;
  add_pass(cost, work, costs);
  cost.call_cycles = costs.call;
  finish(cost);
  return cost;
}

void add_reduction_tail(KernelCost& cost, std::uint32_t bits, const ComputeCosts& costs, std::uint64_t times) {
  const std::uint64_t lanes = lanes_of(bits, costs);
  cost.loop_cycles += times * static_cast<std::uint64_t>(std::bit_width(lanes) - 1) * costs.reduction_step;
}

}  // namespace aie4::compute
