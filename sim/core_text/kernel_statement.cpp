// SPDX-License-Identifier: Apache-2.0
#include "sim/core_text/kernel_statement.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/parameter_text.hpp"

namespace aie4::core_text {
namespace {

using compute::CoreInstruction;
using compute::CoreOperand;
using compute::CoreParameter;
using compute::Kernel;
using compute::KernelParameter;

/// "@start", "@end.2".
CoreParameter parse_condition(const Place& place, std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view name = text.substr(0, dot);
  CoreParameter result{.kind = name == "@start" ? CoreParameter::Kind::Start : CoreParameter::Kind::End};
  if (name != "@start" && name != "@end") place.fail("@start, @end, @start.N or @end.N", text);
  if (dot != std::string_view::npos) {
    result.value =
        parse_number(place, text.substr(dot + 1), "loops beside the innermost", 0, compute::kMaxLoopDepth - 1);
  }
  return result;
}

CoreParameter parse_value(const Place& place, const Kernel& kernel, const KernelParameter& parameter,
                          std::string_view text) {
  if (text.starts_with('@')) return parse_condition(place, text);
  if (const auto word = parse_parameter(parameter, text)) return {.value = *word};
  place.fail(fmt::format("{} of {}: {}", parameter.name, kernel.name, describe_range(parameter)), text);
}

std::size_t find_parameter(const Place& place, const Kernel& kernel, std::string_view name) {
  if (const auto index = compute::parameter_index(kernel, name)) return *index;
  std::vector<std::string_view> names;
  for (const KernelParameter& parameter : kernel.parameters) names.push_back(parameter.name);
  place.fail(fmt::format("a parameter of {}", kernel.name), name, names);
}

/// Bytes that every buffer has which the operand may stand for.
std::uint32_t bytes_of(const compute::CoreProgram& program, const CoreOperand& operand) {
  if (operand.left_out()) return 0;
  if (operand.bytes != 0) return operand.bytes;
  const std::vector<compute::CoreBuffer>& buffers = program.rings[operand.ring].buffers;
  return std::ranges::min_element(buffers, {}, &compute::CoreBuffer::bytes)->bytes - operand.offset;
}

}  // namespace

void parse_kernel_call(Statement& statement, std::string_view name, const OperandParser& operand,
                       CoreInstruction& instruction) {
  const Place& place = statement.place();
  const Kernel* kernel = compute::find_kernel(name);
  if (kernel == nullptr) {
    std::vector<std::string_view> names;
    for (const Kernel& entry : compute::kernels()) names.push_back(entry.name);
    place.fail("a kernel", name, names);
  }
  std::vector<CoreParameter> parameters;
  for (const KernelParameter& parameter : kernel->parameters) parameters.push_back({.value = parameter.default_value});
  std::vector<bool> given(parameters.size());
  std::size_t stored = 0;
  while (!statement.at_end()) {
    const std::string_view word = statement.take("an operand or a parameter");
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      if (stored != 0) place.fail("operands before parameters", word);
      if (instruction.operands.size() == kernel->operands.size()) {
        place.fail(fmt::format("at most {} operands of {}", kernel->operands.size(), kernel->name), word);
      }
      instruction.operands.push_back(operand(word));
      continue;
    }
    const std::size_t index = find_parameter(place, *kernel, word.substr(0, equals));
    if (given[index]) place.fail(fmt::format("{} once", kernel->parameters[index].name), "it twice");
    given[index] = true;
    parameters[index] = parse_value(place, *kernel, kernel->parameters[index], word.substr(equals + 1));
    stored = std::max(stored, index + 1);
  }
  parameters.resize(stored);
  instruction.parameters = std::move(parameters);
}

void check_kernel_call(const Place& place, const compute::CoreProgram& program, const CoreInstruction& instruction) {
  const std::string& name = program.kernels[instruction.kernel];
  const std::uint32_t number = *compute::kernel_index(name);
  const Kernel& kernel = compute::kernels()[number];
  for (std::size_t index = 0; index < kernel.operands.size(); ++index) {
    const bool missing = index >= instruction.operands.size() || instruction.operands[index].left_out();
    if (missing && !kernel.operands[index].optional) {
      place.fail(fmt::format("operand {} of {}", kernel.operands[index].name, name), "nothing");
    }
  }
  compute::KernelCall call = compute::default_call(number);
  for (std::size_t index = 0; index < instruction.operands.size(); ++index) {
    call.operands[index].bytes = bytes_of(program, instruction.operands[index]);
  }
  for (const std::uint32_t condition : {0U, 1U}) {
    for (std::size_t index = 0; index < instruction.parameters.size(); ++index) {
      const CoreParameter& parameter = instruction.parameters[index];
      call.parameters[index] = parameter.kind == CoreParameter::Kind::Number ? parameter.value : condition;
    }
    if (const std::string error = compute::check_parameters(call); !error.empty()) {
      place.fail("a call that its kernel allows", error);
    }
    const compute::Footprint footprint = kernel.footprint(call);
    for (std::size_t index = 0; index < instruction.operands.size(); ++index) {
      const std::uint32_t bytes = bytes_of(program, instruction.operands[index]);
      if (instruction.operands[index].left_out() || bytes >= footprint[index]) continue;
      place.fail(fmt::format("{} bytes for operand {} of {}", footprint[index], kernel.operands[index].name, name),
                 fmt::format("{}", bytes));
    }
  }
}

}  // namespace aie4::core_text
