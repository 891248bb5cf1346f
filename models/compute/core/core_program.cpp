// SPDX-License-Identifier: Apache-2.0
#include "models/compute/core/core_program.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4::compute {
namespace {

constexpr unsigned kLocks = 4 * kCoreLockWindow;
constexpr int kMaxLockValue = 63;
constexpr std::uint32_t kTileWindow = 1U << 20;
constexpr unsigned kInstructionEvents = 6;
constexpr unsigned kUserEvents = 8;
constexpr unsigned kStreamInputs = 2;

using Error = std::optional<CoreProgramError>;

Error fail(std::string expected, std::string came) {
  return CoreProgramError{.expected = std::move(expected), .came = std::move(came)};
}

bool is_name(std::string_view name, std::size_t limit) {
  return !name.empty() && name.size() <= limit && std::ranges::all_of(name, [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
           letter == '_' || letter == '-' || letter == '.';
  });
}

Error check_name(std::string_view what, std::string_view name, std::size_t limit) {
  if (is_name(name, limit)) return {};
  return fail(fmt::format("{} of 1..{} letters, digits, '_', '-', '.'", what, limit), fmt::format("{:?}", name));
}

Error check_ring(const CoreRing& ring) {
  if (auto error = check_name("a ring's name", ring.name, kMaxRingName)) return error;
  if (ring.buffers.empty() || ring.buffers.size() > kMaxRingBuffers) {
    return fail(fmt::format("a ring of 1..{} buffers", kMaxRingBuffers), fmt::format("{}", ring.buffers.size()));
  }
  for (const CoreBuffer& buffer : ring.buffers) {
    const std::uint32_t offset = buffer.address % kCoreDataWindow;
    if (buffer.address < kCoreDataBase || buffer.address >= kCoreDataEnd || buffer.bytes == 0 ||
        buffer.bytes > kCoreDataWindow - offset) {
      return fail("a buffer of 1 byte or more inside one tile's data memory of 128 KiB",
                  fmt::format("{} bytes at core address {:#x}", buffer.bytes, buffer.address));
    }
  }
  return {};
}

class Checker {
 public:
  explicit Checker(const CoreProgram& program) : program_(program) {}

  Error check(const CoreInstruction& instruction) {
    switch (instruction.opcode) {
      case CoreOpcode::Acquire:
      case CoreOpcode::Release:
        return check_lock(instruction);
      case CoreOpcode::Loop:
        if (++depth_ > kMaxLoopDepth) {
          return fail(fmt::format("loops nested at most {} deep", kMaxLoopDepth), fmt::format("{} deep", depth_));
        }
        break;
      case CoreOpcode::End:
        if (depth_ == 0) return fail("a loop before its end", "an end without a loop");
        if (after_loop_) return fail("an instruction between loop and end", "none");
        --depth_;
        break;
      case CoreOpcode::Next:
        if (auto error = check_ring_number(instruction.ring)) return error;
        if (instruction.count == 0 || instruction.count >= kMaxRingBuffers) {
          return fail(fmt::format("1..{} steps", kMaxRingBuffers - 1), fmt::format("{}", instruction.count));
        }
        break;
      case CoreOpcode::Kernel:
        return check_kernel(instruction);
      case CoreOpcode::GetStream:
      case CoreOpcode::PutStream:
      case CoreOpcode::GetCascade:
      case CoreOpcode::PutCascade:
        return check_transfer(instruction);
      case CoreOpcode::Event:
        if (instruction.event >= (instruction.user ? kUserEvents : kInstructionEvents)) {
          return fail("event instr.0..5 or user.0..7",
                      fmt::format("{}.{}", instruction.user ? "user" : "instr", instruction.event));
        }
        break;
      case CoreOpcode::Write:
        if (instruction.offset % 4 != 0 || instruction.offset >= kTileWindow) {
          return fail("an offset in the tile, below 0x100000, that is a multiple of 4",
                      fmt::format("{:#x}", instruction.offset));
        }
        break;
      case CoreOpcode::Delay:
        if (instruction.count == 0) return fail("a delay of 1 cycle or more", "0");
        break;
      case CoreOpcode::Done:
        break;
    }
    return {};
  }

  void passed(const CoreInstruction& instruction) { after_loop_ = instruction.opcode == CoreOpcode::Loop; }
  [[nodiscard]] std::size_t depth() const { return depth_; }

 private:
  [[nodiscard]] static Error check_lock(const CoreInstruction& instruction) {
    if (instruction.lock >= kLocks) return fail("a lock of 0..63", fmt::format("{}", instruction.lock));
    const int change = instruction.change;
    if (instruction.opcode == CoreOpcode::Acquire && change < -kMaxLockValue) {
      return fail("a lock value of 0..63", fmt::format("{}", -change));
    }
    if (change < -kMaxLockValue - 1 || change > kMaxLockValue) {
      return fail("a change of -64..63", fmt::format("{}", change));
    }
    return {};
  }

  [[nodiscard]] Error check_ring_number(unsigned ring) const {
    if (ring < program_.rings.size()) return {};
    return fail(fmt::format("one of {} rings", program_.rings.size()), fmt::format("ring {}", ring));
  }

  /// The bytes must lie in each of the buffers that they may be taken from.
  [[nodiscard]] Error check_operand(const CoreOperand& operand) const {
    if (auto error = check_ring_number(operand.ring)) return error;
    const CoreRing& ring = program_.rings[operand.ring];
    for (const CoreBuffer& buffer : ring.buffers) {
      if (operand.offset < buffer.bytes && operand.bytes <= buffer.bytes - operand.offset) continue;
      return fail(fmt::format("bytes inside each buffer of ring {}, one of which has {}", ring.name, buffer.bytes),
                  fmt::format("{} bytes from {:#x} on", operand.bytes, operand.offset));
    }
    return {};
  }

  [[nodiscard]] Error check_kernel(const CoreInstruction& instruction) const {
    if (instruction.kernel >= program_.kernels.size()) {
      return fail(fmt::format("one of {} kernel names", program_.kernels.size()),
                  fmt::format("index {}", instruction.kernel));
    }
    if (instruction.operands.size() > kMaxCallOperands || instruction.parameters.size() > kMaxCallParameters) {
      return fail(fmt::format("at most {} operands and {} parameters", kMaxCallOperands, kMaxCallParameters),
                  fmt::format("{} and {}", instruction.operands.size(), instruction.parameters.size()));
    }
    for (const CoreOperand& operand : instruction.operands) {
      if (operand.left_out() && operand.offset == 0 && operand.bytes == 0) continue;
      if (auto error = check_operand(operand)) return error;
    }
    for (const CoreParameter& parameter : instruction.parameters) {
      if (parameter.kind == CoreParameter::Kind::Number || parameter.value < depth_) continue;
      return fail(fmt::format("{} loops around the instruction", parameter.value + 1), fmt::format("{}", depth_));
    }
    return {};
  }

  [[nodiscard]] Error check_transfer(const CoreInstruction& instruction) const {
    const bool put_stream = instruction.opcode == CoreOpcode::PutStream;
    if (instruction.port >= (put_stream ? 1 : kStreamInputs)) {
      return fail(put_stream ? "stream port 0" : "stream port 0 or 1", fmt::format("{}", instruction.port));
    }
    if (instruction.operands.size() != 1) return fail("one operand", fmt::format("{}", instruction.operands.size()));
    const CoreOperand& operand = instruction.operands.front();
    if (auto error = check_operand(operand)) return error;
    const bool cascade = instruction.opcode == CoreOpcode::GetCascade || instruction.opcode == CoreOpcode::PutCascade;
    const std::uint32_t unit = cascade ? kCascadeBeatBytes : 4;
    for (const CoreBuffer& buffer : program_.rings[operand.ring].buffers) {
      const std::uint32_t bytes = operand.bytes == 0 ? buffer.bytes - operand.offset : operand.bytes;
      if (bytes % unit == 0 && (buffer.address + operand.offset) % 4 == 0) continue;
      return fail(fmt::format("a multiple of {} bytes at a multiple of 4", unit),
                  fmt::format("{} bytes at core address {:#x}", bytes, buffer.address + operand.offset));
    }
    return {};
  }

  const CoreProgram& program_;
  std::size_t depth_ = 0;
  bool after_loop_ = false;
};

}  // namespace

std::string_view to_string(CoreOpcode opcode) {
  switch (opcode) {
    case CoreOpcode::Acquire:
      return "acquire";
    case CoreOpcode::Release:
      return "release";
    case CoreOpcode::Loop:
      return "loop";
    case CoreOpcode::End:
      return "end";
    case CoreOpcode::Next:
      return "next";
    case CoreOpcode::Kernel:
      return "kernel";
    case CoreOpcode::GetStream:
      return "get stream";
    case CoreOpcode::PutStream:
      return "put stream";
    case CoreOpcode::GetCascade:
      return "get cascade";
    case CoreOpcode::PutCascade:
      return "put cascade";
    case CoreOpcode::Event:
      return "event";
    case CoreOpcode::Write:
      return "write";
    case CoreOpcode::Delay:
      return "delay";
    case CoreOpcode::Done:
      return "done";
  }
  return "unknown";
}

std::string_view to_string(CoreNeighbour tile) {
  switch (tile) {
    case CoreNeighbour::South:
      return "south";
    case CoreNeighbour::West:
      return "west";
    case CoreNeighbour::North:
      return "north";
    case CoreNeighbour::Own:
      return "own";
  }
  return "unknown";
}

std::optional<CoreProgramError> check(const CoreProgram& program) {
  if (auto error = check_name("a program's name", program.name, kMaxProgramName)) return error;
  if (program.kernels.size() > kMaxKernelNames) {
    return fail(fmt::format("at most {} kernel names", kMaxKernelNames), fmt::format("{}", program.kernels.size()));
  }
  for (const std::string& kernel : program.kernels) {
    if (auto error = check_name("a kernel's name", kernel, kMaxKernelName)) return error;
  }
  if (program.rings.size() > kMaxRings) {
    return fail(fmt::format("at most {} rings", kMaxRings), fmt::format("{}", program.rings.size()));
  }
  for (std::size_t ring = 0; ring < program.rings.size(); ++ring) {
    if (auto error = check_ring(program.rings[ring])) {
      error->ring = ring;
      return error;
    }
  }
  Checker checker(program);
  for (std::size_t index = 0; index < program.instructions.size(); ++index) {
    if (auto error = checker.check(program.instructions[index])) {
      error->instruction = index;
      return error;
    }
    checker.passed(program.instructions[index]);
  }
  if (checker.depth() != 0) return fail("an end of each loop", fmt::format("{} open loops", checker.depth()));
  if (program.instructions.empty()) return fail("instructions, of which the last is done", "none");
  if (program.instructions.back().opcode != CoreOpcode::Done) {
    return fail("done as the last instruction", std::string(to_string(program.instructions.back().opcode)));
  }
  return {};
}

std::vector<std::uint32_t> match_loops(const CoreProgram& program) {
  std::vector<std::uint32_t> partners(program.instructions.size());
  std::vector<std::uint32_t> open;
  for (std::uint32_t index = 0; index < partners.size(); ++index) {
    const CoreOpcode opcode = program.instructions[index].opcode;
    if (opcode == CoreOpcode::Loop) open.push_back(index);
    if (opcode != CoreOpcode::End) continue;
    partners[index] = open.back();
    partners[open.back()] = index;
    open.pop_back();
  }
  return partners;
}

}  // namespace aie4::compute
