// SPDX-License-Identifier: Apache-2.0
// What the arithmetic of a core costs: the parameters named compute.*, gathered for the cost models of the kernels.
// Source of the equations: timing notes 3.1-3.4.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "models/common/parameters.hpp"

namespace aie4::compute {

/// Types that have a rate of their own in the matrix unit.
enum class MacType : std::uint8_t { i8, i8_i4, i16, bf16, bfp16, fp32 };
inline constexpr std::size_t kMacTypes = 6;

/// What bounds the body of a kernel.
enum class Bound : std::uint8_t { Mac, Load, Store, Vector, Scalar };
[[nodiscard]] std::string_view to_string(Bound bound);

/// All in cycles of the AIE clock, rounded up.
struct KernelCost {
  std::uint64_t cycles = 0;  ///< The body's bound + gather + accumulate + loop + call.
  Bound bound = Bound::Mac;
  std::uint64_t macs = 0;  ///< Without padding.
  std::uint64_t mac_cycles = 0;
  std::uint64_t load_cycles = 0;
  std::uint64_t store_cycles = 0;
  std::uint64_t vector_cycles = 0;      ///< Issue of vector instructions.
  std::uint64_t scalar_cycles = 0;      ///< Code without vectors.
  std::uint64_t gather_cycles = 0;      ///< Reading again what a convolution's windows share.
  std::uint64_t accumulate_cycles = 0;  ///< Reloading and storing running sums.
  std::uint64_t loop_cycles = 0;        ///< Filling and draining pipelines, reduction tails.
  std::uint64_t call_cycles = 0;
};

/// Rates and latencies of one core, from the parameters compute.*.
struct ComputeCosts {
  explicit ComputeCosts(const Parameters& parameters);

  struct Matrix {
    std::uint64_t macs_per_cycle = 0;
    std::uint64_t r = 0;  ///< Shape of one step of the matrix unit: r x s by s x t. Calls are padded to it.
    std::uint64_t s = 0;
    std::uint64_t t = 0;
  };
  std::array<Matrix, kMacTypes> matrix = {};
  [[nodiscard]] const Matrix& of(MacType type) const { return matrix[static_cast<std::size_t>(type)]; }

  std::uint64_t register_block = 0;  ///< Steps that share an operand, in each direction.
  std::uint64_t load_bytes = 0;      ///< Of one of `load_ports`, per cycle.
  std::uint64_t load_ports = 0;
  std::uint64_t store_bytes = 0;
  std::uint64_t vector_bytes = 0;
  std::uint64_t vector_macs = 0;                 ///< Lanes of an elementwise multiply-add of bytes.
  std::array<std::uint64_t, 3> accumulate = {};  ///< c_out for outputs of 1, 2, 4 bytes, in cycles per 1e6 elements.
  std::uint64_t accumulate_float = 0;            ///< The same for bf16 outputs.
  std::uint64_t gemm_pipe = 0;
  std::uint64_t pipe = 0;
  std::uint64_t call = 0;
  std::uint64_t lookup = 0;       ///< Cycles per vector of a transcendental function.
  std::uint64_t unpipelined = 0;  ///< Cycles per vector of a loop that is not software-pipelined.
  std::uint64_t scalar = 0;       ///< Cycles per element of scalar code.
  std::uint64_t reduction_step = 0;
  std::uint64_t reciprocal = 0;
  std::uint64_t compiler_percent = 0;  ///< What matrix code of the compiler takes of the ideal, in percent (>= 100).

  /// c_out of `elements` sums whose outputs have `bytes` bytes, rounded up.
  [[nodiscard]] std::uint64_t accumulate_cycles(std::uint64_t elements, std::uint64_t bytes, bool is_float) const;
};

[[nodiscard]] constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}
[[nodiscard]] constexpr std::uint64_t round_up(std::uint64_t a, std::uint64_t b) {
  return ceil_div(a, b) * b;
}

/// Adds up the parts and says which one bounds.
void finish(KernelCost& cost);

}  // namespace aie4::compute
