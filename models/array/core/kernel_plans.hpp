// SPDX-License-Identifier: Apache-2.0
// What is known of the kernel calls of a program before they happen: cost and footprint for each set of parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/array/core/loop_stack.hpp"
#include "models/compute/core/core_program.hpp"
#include "models/compute/kernels/catalogue.hpp"

namespace aie4::array {

/// One instruction with one set of values for the parameters that depend on loops.
struct KernelPlan {
  const compute::Kernel* kernel = nullptr;
  std::uint32_t conditions = 0;   ///< Which parameters that depend on loops are 1.
  compute::KernelCall call = {};  ///< Of the operands only which there are: those have a byte each.
  compute::KernelCost cost = {};
  compute::Footprint footprint{};
  std::string error = {};  ///< What is wrong with it; the rest is not filled in then.
};

class KernelPlans {
 public:
  explicit KernelPlans(const Parameters& parameters) : costs_(parameters) {}

  /// What in the program no kernel of the catalogue does; afterwards plans can be asked for.
  [[nodiscard]] std::optional<compute::CoreProgramError> load(const compute::CoreProgram& program);
  /// For a kernel instruction. Valid until the next call for it.
  [[nodiscard]] const KernelPlan& find(const compute::CoreProgram& program, std::size_t index, const LoopStack& loops);

 private:
  [[nodiscard]] KernelPlan make(const compute::CoreInstruction& instruction, std::uint32_t kernel,
                                const LoopStack& loops) const;

  compute::ComputeCosts costs_;
  std::vector<std::uint32_t> kernels_;          // In the catalogue, by the program's numbers.
  std::vector<std::vector<KernelPlan>> plans_;  // By instruction.
};

}  // namespace aie4::array
