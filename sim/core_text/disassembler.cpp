// SPDX-License-Identifier: Apache-2.0
#include "sim/core_text/disassembler.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/parameter_text.hpp"

namespace aie4::core_text {
namespace {

using compute::CoreBuffer;
using compute::CoreInstruction;
using compute::CoreNeighbour;
using compute::CoreOpcode;
using compute::CoreOperand;
using compute::CoreParameter;
using compute::CoreProgram;
using compute::CoreRing;

constexpr std::size_t kCommentColumn = 72;

std::string buffer_text(const CoreBuffer& buffer) {
  const auto tile = static_cast<CoreNeighbour>((buffer.address - compute::kCoreDataBase) / compute::kCoreDataWindow);
  return fmt::format("{}{}{:#07x}:{}", tile == CoreNeighbour::Own ? "" : to_string(tile),
                     tile == CoreNeighbour::Own ? "" : ".", buffer.address % compute::kCoreDataWindow, buffer.bytes);
}

std::string ring_text(const CoreRing& ring) {
  std::string text = fmt::format("ring {} = ", ring.name);
  for (std::size_t index = 0; index < ring.buffers.size();) {
    // Buffers of one size that follow each other are written once.
    std::size_t count = 1;
    const CoreBuffer& first = ring.buffers[index];
    while (index + count < ring.buffers.size() &&
           ring.buffers[index + count] ==
               CoreBuffer{first.address + static_cast<std::uint32_t>(count) * first.bytes, first.bytes}) {
      ++count;
    }
    text += fmt::format("{}{}", index == 0 ? "" : ", ", buffer_text(first));
    if (count > 1) text += fmt::format(" x {}", count);
    index += count;
  }
  return text;
}

std::string lock_text(unsigned lock) {
  return fmt::format("{}.{}", to_string(static_cast<CoreNeighbour>(lock / compute::kCoreLockWindow)),
                     lock % compute::kCoreLockWindow);
}

std::string operand_text(const CoreProgram& program, const CoreOperand& operand) {
  if (operand.left_out()) return "-";
  std::string text = program.rings[operand.ring].name;
  if (operand.offset != 0 || operand.bytes != 0) text += fmt::format("+{:#x}", operand.offset);
  if (operand.bytes != 0) text += fmt::format(":{}", operand.bytes);
  return text;
}

std::string condition_text(const CoreParameter& parameter) {
  std::string text = parameter.kind == CoreParameter::Kind::Start ? "@start" : "@end";
  if (parameter.value != 0) text += fmt::format(".{}", parameter.value);
  return text;
}

std::string kernel_text(const CoreProgram& program, const CoreInstruction& instruction) {
  const std::string& name = program.kernels[instruction.kernel];
  const compute::Kernel* kernel = compute::find_kernel(name);
  std::string text = fmt::format("kernel {}", name);
  for (const CoreOperand& operand : instruction.operands) text.append(" ").append(operand_text(program, operand));
  for (std::size_t index = 0; index < instruction.parameters.size(); ++index) {
    const CoreParameter& parameter = instruction.parameters[index];
    const bool number = parameter.kind == CoreParameter::Kind::Number;
    if (kernel == nullptr || index >= kernel->parameters.size()) {
      text += fmt::format(" {}={}", index, number ? fmt::format("{:#x}", parameter.value) : condition_text(parameter));
      continue;
    }
    const compute::KernelParameter& info = kernel->parameters[index];
    const bool last = index + 1 == instruction.parameters.size();
    if (number && parameter.value == info.default_value && !last) continue;
    text +=
        fmt::format(" {}={}", info.name, number ? format_parameter(info, parameter.value) : condition_text(parameter));
  }
  if (kernel == nullptr) text += "  # not in the catalogue";
  return text;
}

std::string instruction_text(const CoreProgram& program, const CoreInstruction& instruction) {
  const std::string_view name = to_string(instruction.opcode);
  switch (instruction.opcode) {
    case CoreOpcode::Acquire:
      return fmt::format("acquire {} {} {}", lock_text(instruction.lock), instruction.change < 0 ? ">=" : "==",
                         instruction.change < 0 ? -instruction.change : instruction.change);
    case CoreOpcode::Release:
      return fmt::format("release {} {:+}", lock_text(instruction.lock), instruction.change);
    case CoreOpcode::Loop:
      return instruction.count == 0 ? "loop forever" : fmt::format("loop {}", instruction.count);
    case CoreOpcode::Next:
      return fmt::format("next {}{}", program.rings[instruction.ring].name,
                         instruction.count == 1 ? "" : fmt::format(" {}", instruction.count));
    case CoreOpcode::Kernel:
      return kernel_text(program, instruction);
    case CoreOpcode::GetStream:
    case CoreOpcode::PutStream:
      return fmt::format("{}.{} {}{}", name, instruction.port, operand_text(program, instruction.operands.front()),
                         instruction.tlast ? " tlast" : "");
    case CoreOpcode::GetCascade:
    case CoreOpcode::PutCascade:
      return fmt::format("{} {}", name, operand_text(program, instruction.operands.front()));
    case CoreOpcode::Event:
      return fmt::format("event {}.{}", instruction.user ? "user" : "instr", instruction.event);
    case CoreOpcode::Write:
      return fmt::format("write {:#x} {:#x}", instruction.offset, instruction.value);
    case CoreOpcode::Delay:
      return fmt::format("delay {}", instruction.count);
    default:
      return std::string(name);
  }
}

}  // namespace

std::string disassemble(const compute::CoreImage& image) {
  const CoreProgram& program = image.program;
  std::string text = fmt::format("core {}\n", program.name);
  for (const CoreRing& ring : program.rings) text.append(ring_text(ring)).append("\n");
  std::size_t indent = 0;
  for (std::size_t index = 0; index < program.instructions.size(); ++index) {
    const CoreInstruction& instruction = program.instructions[index];
    if (instruction.opcode == CoreOpcode::End) indent -= 2;
    const std::string line = fmt::format("{:{}}{}", "", indent, instruction_text(program, instruction));
    text += fmt::format("{:{}} # {:#06x}\n", line, kCommentColumn, image.pcs[index]);
    if (instruction.opcode == CoreOpcode::Loop) indent += 2;
  }
  return text;
}

}  // namespace aie4::core_text
