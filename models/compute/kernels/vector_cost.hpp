// SPDX-License-Identifier: Apache-2.0
// Costs of code that works on vectors of elements (timing notes 3.3).
#pragma once

#include <array>

#include "models/compute/kernels/compute_costs.hpp"
#include "models/compute/kernels/element_type.hpp"

namespace aie4::compute {

/// How the inner loop of an elementwise kernel is written.
enum class Schedule : std::uint32_t { pipelined, sequential, scalar };
inline constexpr std::array<std::string_view, 3> kScheduleNames = {"pipelined", "sequential", "scalar"};

/// One pass over `elements`.
struct VectorWork {
  std::uint64_t elements = 0;
  std::uint32_t widest_bits = 8;  ///< Of the types that take part: says how many elements a vector has.
  std::uint32_t load_bits = 0;    ///< For each element.
  std::uint32_t store_bits = 0;
  std::uint64_t operations = 1;  ///< Instructions for each vector.
  Schedule schedule = Schedule::pipelined;
};

[[nodiscard]] std::uint64_t lanes_of(std::uint32_t bits, const ComputeCosts& costs);
/// Adds a pass and the filling of its pipeline; `times` such passes.
void add_pass(KernelCost& cost, const VectorWork& work, const ComputeCosts& costs, std::uint64_t times = 1);
/// One pass and the call.
[[nodiscard]] KernelCost vector_cost(const VectorWork& work, const ComputeCosts& costs);
/// Adds the halvings of a vector that is reduced to one element.
void add_reduction_tail(KernelCost& cost, std::uint32_t bits, const ComputeCosts& costs, std::uint64_t times = 1);

}  // namespace aie4::compute
