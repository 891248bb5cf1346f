// SPDX-License-Identifier: Apache-2.0
// One operation on the array: its plan, its data, and who judges its results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/workload/plan.hpp"
#include "sim/workload/reference/numbers.hpp"
#include "sim/workload/tensor_layout.hpp"

namespace aie4::workload {

/// Contents of the arguments of a program, in order.
using Buffers = std::vector<std::vector<std::byte>>;

struct Operation {
  std::string title;  ///< "gemm 64 x 64 x 64, i8 x i8 -> i8".
  Plan plan;
  std::uint64_t operations = 0;  ///< Arithmetic ones that were asked for: a multiply-add is two.
  std::vector<std::pair<std::string, std::string>> facts;  ///< How it is cut up, for people.
  /// Seeded data for each argument; outputs are empty. Takes long where there is much of it.
  std::function<Buffers(std::uint64_t seed)> inputs;
  /// Judges the outputs, given all buffers after the run.
  std::function<reference::Verdict(const Buffers& before, const Buffers& after)> check;
  /// Where the arguments that other operations can make lie, in order of the arguments. Seeded data fits around them.
  std::vector<TensorLayout> operands;
  TensorLayout result;  ///< In the last argument.
  /// Of each sum; 0 if the operation has no weights. Weights are the second operand.
  std::uint64_t products_in_sum = 0;
};

}  // namespace aie4::workload
