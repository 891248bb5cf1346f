// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/core_builder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::workload {

using compute::CoreInstruction;
using compute::CoreOpcode;
using compute::CoreParameter;

namespace {

std::uint8_t own_lock(std::uint8_t lock) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(compute::CoreNeighbour::Own) * compute::kCoreLockWindow +
                                   lock);
}

CoreParameter parameter(const CoreBuilder::Value& value) {
  if (const auto* number = std::get_if<std::uint32_t>(&value)) return {CoreParameter::Kind::Number, *number};
  const bool first = std::get<CoreBuilder::RoundOfLoop>(value) == CoreBuilder::kFirstRound;
  return {first ? CoreParameter::Kind::Start : CoreParameter::Kind::End, 0};
}

}  // namespace

CoreBuilder::CoreBuilder(std::string name) {
  program_.name = std::move(name);
}

std::uint8_t CoreBuilder::ring(std::string name, std::uint32_t offset, std::uint32_t bytes, std::uint32_t step,
                               unsigned count) {
  compute::CoreRing ring{.name = std::move(name)};
  for (unsigned i = 0; i < count; ++i) {
    ring.buffers.push_back({compute::core_address(compute::CoreNeighbour::Own, offset + i * step), bytes});
  }
  program_.rings.push_back(std::move(ring));
  return static_cast<std::uint8_t>(program_.rings.size() - 1);
}

void CoreBuilder::acquire(std::uint8_t lock) {
  program_.instructions.push_back({.opcode = CoreOpcode::Acquire, .lock = own_lock(lock), .change = -1});
}

void CoreBuilder::release(std::uint8_t lock) {
  program_.instructions.push_back({.opcode = CoreOpcode::Release, .lock = own_lock(lock), .change = 1});
}

void CoreBuilder::loop(std::uint32_t count) {
  program_.instructions.push_back({.opcode = CoreOpcode::Loop, .count = count});
}

void CoreBuilder::end() {
  program_.instructions.push_back({.opcode = CoreOpcode::End});
}

void CoreBuilder::next(std::uint8_t ring) {
  if (program_.rings.at(ring).buffers.size() == 1) return;
  program_.instructions.push_back({.opcode = CoreOpcode::Next, .count = 1, .ring = ring});
}

void CoreBuilder::kernel(std::string_view name, const std::vector<compute::CoreOperand>& operands,
                         const Parameters& parameters) {
  const compute::Kernel* kernel = compute::find_kernel(name);
  if (kernel == nullptr) throw std::logic_error(fmt::format("no kernel {}", name));
  auto number = std::ranges::find(program_.kernels, name);
  if (number == program_.kernels.end()) number = program_.kernels.insert(number, std::string(name));
  CoreInstruction call{.opcode = CoreOpcode::Kernel,
                       .kernel = static_cast<std::uint16_t>(number - program_.kernels.begin())};
  call.operands = operands;
  for (const compute::KernelParameter& info : kernel->parameters) {
    call.parameters.push_back({CoreParameter::Kind::Number, info.default_value});
  }
  for (const auto& [parameter_name, value] : parameters) {
    const auto index = compute::parameter_index(*kernel, parameter_name);
    if (!index) throw std::logic_error(fmt::format("kernel {} has no parameter {}", name, parameter_name));
    call.parameters[*index] = parameter(value);
  }
  program_.instructions.push_back(std::move(call));
}

compute::CoreProgram CoreBuilder::done() {
  program_.instructions.push_back({.opcode = CoreOpcode::Done});
  return std::move(program_);
}

}  // namespace aie4::workload
