// SPDX-License-Identifier: Apache-2.0
#include "models/array/core/kernel_plans.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4::array {
namespace {

using compute::CoreInstruction;
using compute::CoreOpcode;
using compute::CoreParameter;
using compute::CoreProgram;
using compute::CoreProgramError;

std::optional<CoreProgramError> check_call(const CoreInstruction& instruction, const compute::Kernel& kernel) {
  const auto required = static_cast<std::size_t>(
      std::ranges::count_if(kernel.operands, [](const compute::OperandInfo& operand) { return !operand.optional; }));
  if (instruction.operands.size() < required || instruction.operands.size() > kernel.operands.size()) {
    return CoreProgramError{
        .expected = fmt::format("{}..{} operands of {}", required, kernel.operands.size(), kernel.name),
        .came = fmt::format("{}", instruction.operands.size())};
  }
  if (instruction.parameters.size() > kernel.parameters.size()) {
    return CoreProgramError{
        .expected = fmt::format("at most {} parameters of {}", kernel.parameters.size(), kernel.name),
        .came = fmt::format("{}", instruction.parameters.size())};
  }
  return {};
}

}  // namespace

std::optional<CoreProgramError> KernelPlans::load(const CoreProgram& program) {
  kernels_.clear();
  plans_.assign(program.instructions.size(), {});
  for (const std::string& name : program.kernels) {
    const auto number = compute::kernel_index(name);
    if (!number) return CoreProgramError{.expected = "a kernel of the catalogue", .came = fmt::format("{:?}", name)};
    kernels_.push_back(*number);
  }
  for (std::size_t index = 0; index < program.instructions.size(); ++index) {
    const CoreInstruction& instruction = program.instructions[index];
    if (instruction.opcode != CoreOpcode::Kernel) continue;
    if (auto error = check_call(instruction, compute::kernels()[kernels_[instruction.kernel]])) {
      error->instruction = index;
      return error;
    }
  }
  return {};
}

const KernelPlan& KernelPlans::find(const CoreProgram& program, std::size_t index, const LoopStack& loops) {
  const CoreInstruction& instruction = program.instructions[index];
  std::uint32_t conditions = 0;
  for (std::size_t parameter = 0; parameter < instruction.parameters.size(); ++parameter) {
    if (instruction.parameters[parameter].kind == CoreParameter::Kind::Number) continue;
    conditions |= loops.value(instruction.parameters[parameter]) << parameter;
  }
  std::vector<KernelPlan>& plans = plans_[index];
  const auto found = std::ranges::find(plans, conditions, &KernelPlan::conditions);
  if (found != plans.end()) return *found;
  plans.push_back(make(instruction, kernels_[instruction.kernel], loops));
  plans.back().conditions = conditions;
  return plans.back();
}

KernelPlan KernelPlans::make(const CoreInstruction& instruction, std::uint32_t kernel, const LoopStack& loops) const {
  KernelPlan plan{.kernel = &compute::kernels()[kernel], .call = compute::default_call(kernel)};
  for (std::size_t operand = 0; operand < instruction.operands.size(); ++operand) {
    plan.call.operands[operand].bytes = instruction.operands[operand].left_out() ? 0 : 1;
  }
  for (std::size_t parameter = 0; parameter < instruction.parameters.size(); ++parameter) {
    plan.call.parameters[parameter] = loops.value(instruction.parameters[parameter]);
  }
  plan.error = compute::check_parameters(plan.call);
  if (!plan.error.empty()) return plan;
  plan.cost = compute::cost(plan.call, costs_);
  plan.footprint = plan.kernel->footprint(plan.call);
  return plan;
}

}  // namespace aie4::array
