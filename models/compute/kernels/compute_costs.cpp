// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/compute_costs.hpp"

#include <algorithm>

namespace aie4::compute {

std::string_view to_string(Bound bound) {
  switch (bound) {
    case Bound::Mac:
      return "mac";
    case Bound::Load:
      return "load";
    case Bound::Store:
      return "store";
    case Bound::Vector:
      return "vector";
    case Bound::Scalar:
      return "scalar";
  }
  return "?";
}

ComputeCosts::ComputeCosts(const Parameters& p)
    : matrix{{{p.compute_i8_macs, p.compute_i8_r, p.compute_i8_s, p.compute_i8_t},
              {p.compute_i8_i4_macs, p.compute_i8_i4_r, p.compute_i8_i4_s, p.compute_i8_i4_t},
              {p.compute_i16_macs, p.compute_i16_r, p.compute_i16_s, p.compute_i16_t},
              {p.compute_bf16_macs, p.compute_bf16_r, p.compute_bf16_s, p.compute_bf16_t},
              {p.compute_bfp16_macs, p.compute_bfp16_r, p.compute_bfp16_s, p.compute_bfp16_t},
              {p.compute_fp32_macs, p.compute_fp32_r, p.compute_fp32_s, p.compute_fp32_t}}},
      register_block(p.compute_register_block),
      load_bytes(p.compute_load_bytes),
      load_ports(p.compute_load_ports),
      store_bytes(p.compute_store_bytes),
      vector_bytes(p.compute_vector_bytes),
      vector_macs(p.compute_vector_macs),
      accumulate{p.compute_accumulate_1, p.compute_accumulate_2, p.compute_accumulate_4},
      accumulate_float(p.compute_accumulate_bf16),
      gemm_pipe(p.compute_gemm_pipe_cycles),
      pipe(p.compute_pipe_cycles),
      call(p.compute_call_cycles),
      lookup(p.compute_lookup_cycles),
      unpipelined(p.compute_unpipelined_cycles),
      scalar(p.compute_scalar_cycles),
      reduction_step(p.compute_reduction_step_cycles),
      reciprocal(p.compute_reciprocal_cycles),
      compiler_percent(p.compute_compiler_percent) {}

std::uint64_t ComputeCosts::accumulate_cycles(std::uint64_t elements, std::uint64_t bytes, bool is_float) const {
  const std::uint64_t rate = is_float && bytes == 2 ? accumulate_float
                             : bytes <= 1           ? accumulate[0]
                             : bytes == 2           ? accumulate[1]
                                                    : accumulate[2];
  return ceil_div(elements * rate, 1'000'000);
}

void finish(KernelCost& cost) {
  std::uint64_t most = cost.mac_cycles;
  cost.bound = Bound::Mac;
  const auto consider = [&](std::uint64_t cycles, Bound bound) {
    if (cycles > most) {
      most = cycles;
      cost.bound = bound;
    }
  };
  consider(cost.load_cycles, Bound::Load);
  consider(cost.store_cycles, Bound::Store);
  consider(cost.vector_cycles, Bound::Vector);
  consider(cost.scalar_cycles, Bound::Scalar);
  cost.cycles = most + cost.gather_cycles + cost.accumulate_cycles + cost.loop_cycles + cost.call_cycles;
}

}  // namespace aie4::compute
