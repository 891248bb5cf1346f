// SPDX-License-Identifier: Apache-2.0
#include "sim/core_text/assembler.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <vector>

#include "models/compute/core/core_image.hpp"
#include "sim/core_text/kernel_statement.hpp"
#include "sim/core_text/statement.hpp"

namespace aie4::core_text {
namespace {

using compute::CoreBuffer;
using compute::CoreInstruction;
using compute::CoreOpcode;
using compute::CoreOperand;
using compute::CoreProgram;
using compute::CoreRing;

constexpr std::uint32_t kAnyNumber = std::numeric_limits<std::uint32_t>::max();
constexpr std::array<std::string_view, 13> kStatements{"core",   "ring", "acquire", "release", "loop",  "end",  "next",
                                                       "kernel", "get",  "put",     "event",   "write", "delay"};

class Assembler {
 public:
  explicit Assembler(std::string_view file) : file_(file) {}

  void line(std::size_t number, std::string_view text) {
    Statement statement({file_, number}, split_words(text));
    last_line_ = number;
    if (statement.at_end()) return;
    const std::string_view name = statement.take("a statement");
    if (program_.name.empty() != (name == "core")) {
      statement.place().fail(program_.name.empty() ? "core NAME before anything else" : "one core statement", name);
    }
    if (name == "core") {
      program_.name = statement.take("a name");
    } else if (name == "ring") {
      ring(statement);
    } else {
      instruction(name, statement);
    }
    statement.expect_end();
  }

  [[nodiscard]] CoreProgram finish() {
    const Place end{file_, last_line_};
    if (program_.name.empty()) end.fail("core NAME", "the end of the file");
    // Names only now: a name that is too long is no reason to stop at its line.
    if (auto error = compute::check(program_)) {
      Place place = end;
      if (error->instruction) place.line = instruction_lines_[*error->instruction];
      if (error->ring) place.line = ring_lines_[*error->ring];
      place.fail(error->expected, error->came);
    }
    for (std::size_t index = 0; index < program_.instructions.size(); ++index) {
      if (program_.instructions[index].opcode != CoreOpcode::Kernel) continue;
      check_kernel_call({file_, instruction_lines_[index]}, program_, program_.instructions[index]);
    }
    const auto image = compute::encode_core_image(program_);
    if (const auto* error = std::get_if<compute::CoreProgramError>(&image)) end.fail(error->expected, error->came);
    return std::move(program_);
  }

 private:
  void ring(Statement& statement) {
    CoreRing ring{.name = std::string(statement.take("the name of the ring"))};
    if (!program_.instructions.empty())
      statement.place().fail("rings before the first instruction", "ring " + ring.name);
    if (std::ranges::find(program_.rings, ring.name, &CoreRing::name) != program_.rings.end()) {
      statement.place().fail("rings of different names", ring.name);
    }
    statement.expect("=");
    do {
      buffers(statement, ring);
    } while (statement.take_if(","));
    program_.rings.push_back(std::move(ring));
    ring_lines_.push_back(statement.place().line);
  }

  static void buffers(Statement& statement, CoreRing& ring) {
    const std::string_view word = statement.take("a buffer, [TILE.]OFFSET:BYTES");
    const Place& place = statement.place();
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) place.fail("a buffer, [TILE.]OFFSET:BYTES", word);
    const Located located = parse_tile(place, word.substr(0, colon), true);
    const std::uint32_t offset =
        parse_number(place, located.rest, "an offset in the tile's memory", 0, compute::kCoreDataWindow - 1);
    const std::uint32_t bytes =
        parse_number(place, word.substr(colon + 1), "bytes of a buffer", 1, compute::kCoreDataWindow - offset);
    std::uint32_t count = 1;
    if (statement.take_if("x")) count = statement.number("buffers", 1, compute::kMaxRingBuffers);
    if (std::uint64_t{bytes} * count > compute::kCoreDataWindow - offset) {
      place.fail(fmt::format("buffers inside {} bytes of memory", compute::kCoreDataWindow),
                 fmt::format("{} of {} bytes from {:#x} on", count, bytes, offset));
    }
    for (std::uint32_t index = 0; index < count; ++index) {
      ring.buffers.push_back({compute::core_address(located.tile, offset + index * bytes), bytes});
    }
  }

  void instruction(std::string_view name, Statement& statement) {
    CoreInstruction result;
    if (name == "acquire") {
      acquire(statement, result);
    } else if (name == "release") {
      release(statement, result);
    } else if (name == "loop") {
      result.opcode = CoreOpcode::Loop;
      if (!statement.take_if("forever")) result.count = statement.number("rounds, or forever", 1, kAnyNumber);
    } else if (name == "end") {
      result.opcode = CoreOpcode::End;
    } else if (name == "next") {
      result.opcode = CoreOpcode::Next;
      result.ring = ring_named(statement.place(), statement.take("a ring"));
      result.count = statement.at_end() ? 1 : statement.number("steps", 1, compute::kMaxRingBuffers - 1);
    } else if (name == "kernel") {
      kernel(statement, result);
    } else if (name == "get" || name == "put") {
      transfer(statement, name == "get", result);
    } else if (name == "event") {
      event(statement, result);
    } else if (name == "write") {
      result.opcode = CoreOpcode::Write;
      result.offset = statement.number("an offset in the tile", 0, 0xF'FFFC);
      result.value = statement.number("a value", 0, kAnyNumber);
    } else if (name == "delay") {
      result.opcode = CoreOpcode::Delay;
      result.count = statement.number("cycles", 1, kAnyNumber);
    } else if (name != "done") {
      statement.place().fail("a statement", name, kStatements);
    }
    program_.instructions.push_back(std::move(result));
    instruction_lines_.push_back(statement.place().line);
  }

  static void lock(Statement& statement, CoreInstruction& result) {
    const Located located = parse_tile(statement.place(), statement.take("a lock, TILE.NUMBER"), false);
    const std::uint32_t number =
        parse_number(statement.place(), located.rest, "a lock", 0, compute::kCoreLockWindow - 1);
    result.lock = static_cast<std::uint8_t>(static_cast<unsigned>(located.tile) * compute::kCoreLockWindow + number);
  }

  static void acquire(Statement& statement, CoreInstruction& result) {
    result.opcode = CoreOpcode::Acquire;
    lock(statement, result);
    const std::string_view comparison = statement.take(">= or ==");
    if (comparison != ">=" && comparison != "==") statement.place().fail(">= or ==", comparison);
    const bool at_least = comparison == ">=";
    const auto value = static_cast<int>(statement.number("a lock value", at_least ? 1 : 0, 63));
    result.change = static_cast<std::int8_t>(at_least ? -value : value);
  }

  static void release(Statement& statement, CoreInstruction& result) {
    result.opcode = CoreOpcode::Release;
    lock(statement, result);
    const std::string_view change = statement.take("+V or -V");
    const bool minus = change.starts_with('-');
    if (!minus && !change.starts_with('+')) statement.place().fail("+V or -V", change);
    const auto value = static_cast<int>(
        parse_number(statement.place(), change.substr(1), "what is added to a lock", 0, minus ? 64 : 63));
    result.change = static_cast<std::int8_t>(minus ? -value : value);
  }

  void kernel(Statement& statement, CoreInstruction& result) {
    result.opcode = CoreOpcode::Kernel;
    const std::string_view name = statement.take("a kernel");
    parse_kernel_call(
        statement, name, [&](std::string_view text) { return operand(statement.place(), text, true); }, result);
    const auto found = std::ranges::find(program_.kernels, name);
    result.kernel = static_cast<std::uint16_t>(found - program_.kernels.begin());
    if (found == program_.kernels.end()) program_.kernels.emplace_back(name);
  }

  void transfer(Statement& statement, bool get, CoreInstruction& result) {
    const std::string_view other = statement.take("stream.0, stream.1 or cascade");
    if (other == "cascade") {
      result.opcode = get ? CoreOpcode::GetCascade : CoreOpcode::PutCascade;
    } else if (other.starts_with("stream.")) {
      result.opcode = get ? CoreOpcode::GetStream : CoreOpcode::PutStream;
      result.port =
          static_cast<std::uint8_t>(parse_number(statement.place(), other.substr(7), "a stream port", 0, get ? 1 : 0));
    } else {
      statement.place().fail(get ? "stream.0, stream.1 or cascade" : "stream.0 or cascade", other);
    }
    result.operands.push_back(operand(statement.place(), statement.take("an operand"), false));
    if (result.opcode == CoreOpcode::PutStream) result.tlast = statement.take_if("tlast");
  }

  static void event(Statement& statement, CoreInstruction& result) {
    result.opcode = CoreOpcode::Event;
    const std::string_view word = statement.take("instr.N or user.N");
    result.user = word.starts_with("user.");
    if (!result.user && !word.starts_with("instr.")) statement.place().fail("instr.N or user.N", word);
    result.event = static_cast<std::uint8_t>(
        parse_number(statement.place(), word.substr(word.find('.') + 1), "an event", 0, result.user ? 7 : 5));
  }

  std::uint8_t ring_named(const Place& place, std::string_view name) const {
    const auto found = std::ranges::find(program_.rings, name, &CoreRing::name);
    if (found != program_.rings.end()) return static_cast<std::uint8_t>(found - program_.rings.begin());
    std::vector<std::string_view> names;
    for (const CoreRing& ring : program_.rings) names.push_back(ring.name);
    place.fail("a ring", name, names);
  }

  /// "a", "a+0x40", "a+0x40:64", "-".
  CoreOperand operand(const Place& place, std::string_view text, bool may_be_left_out) const {
    if (may_be_left_out && text == "-") return {.ring = CoreOperand::kNone};
    const std::size_t plus = text.find('+');
    CoreOperand result{.ring = ring_named(place, text.substr(0, plus))};
    if (plus == std::string_view::npos) return result;
    const std::string_view rest = text.substr(plus + 1);
    const std::size_t colon = rest.find(':');
    result.offset =
        parse_number(place, rest.substr(0, colon), "an offset in the buffer", 0, compute::kCoreDataWindow - 1);
    if (colon == std::string_view::npos) return result;
    result.bytes = parse_number(place, rest.substr(colon + 1), "bytes of the operand", 1, compute::kCoreDataWindow);
    return result;
  }

  std::string_view file_;
  CoreProgram program_;
  std::size_t last_line_ = 1;
  std::vector<std::size_t> instruction_lines_;
  std::vector<std::size_t> ring_lines_;
};

}  // namespace

CoreProgram assemble(std::string_view text, std::string_view file) {
  Assembler assembler(file);
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    assembler.line(++number, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return assembler.finish();
}

}  // namespace aie4::core_text
