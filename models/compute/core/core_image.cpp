// SPDX-License-Identifier: Apache-2.0
#include "models/compute/core/core_image.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "models/compute/core/core_image_layout.hpp"

namespace aie4::compute {
namespace {

using namespace core_image;

/// `first` and `count` from bit `lsb` on.
constexpr std::uint32_t bits(std::uint32_t word, unsigned lsb, unsigned count) {
  return word >> lsb & ((1U << count) - 1);
}

// --- reading --------------------------------------------------------------------------------------------------------

/// Thrown inside this file only: every read can fail.
struct Refused {
  CoreProgramError error;
};

[[noreturn]] void refuse(std::string expected, std::string came) {
  throw Refused{{.expected = std::move(expected), .came = std::move(came)}};
}

class Reader {
 public:
  Reader(std::span<const std::byte> image, std::uint32_t position) : image_(image), position_(position) {}

  [[nodiscard]] std::uint32_t position() const { return position_; }
  [[nodiscard]] std::size_t left() const { return image_.size() - position_; }
  std::uint32_t word() {
    if (left() < 4) refuse("a word", fmt::format("the end of the image at {:#x}", position_));
    std::uint32_t value = 0;
    for (unsigned byte = 0; byte < 4; ++byte) {
      value |= std::to_integer<std::uint32_t>(image_[position_ + byte]) << 8 * byte;
    }
    position_ += 4;
    return value;
  }
  std::string name(std::uint32_t size) {
    if (left() < size) refuse("a name", fmt::format("the end of the image at {:#x}", position_));
    std::string text(size, '\0');
    std::memcpy(text.data(), image_.data() + position_, size);
    const std::size_t end = std::min<std::size_t>(text.find('\0'), size);
    if (std::any_of(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), [](char c) { return c != 0; })) {
      refuse("zeros behind a name", fmt::format("something else at {:#x}", position_));
    }
    text.resize(end);
    position_ += size;
    return text;
  }

 private:
  std::span<const std::byte> image_;
  std::uint32_t position_;
};

void require_zero(std::uint32_t value, std::string_view what) {
  if (value != 0) refuse(fmt::format("0 in {}", what), fmt::format("{:#x}", value));
}

CoreOperand read_operand(Reader& reader) {
  const std::uint32_t place = reader.word();
  return {.ring = static_cast<std::uint8_t>(place >> 24U), .offset = bits(place, 0, 24), .bytes = reader.word()};
}

CoreParameter read_condition(std::uint32_t word) {
  if (bits(word, 0, 8) > 1 || word >> 16U != 0) refuse("a condition of kind 0 or 1", fmt::format("{:#x}", word));
  return {.kind = bits(word, 0, 8) == 0 ? CoreParameter::Kind::Start : CoreParameter::Kind::End,
          .value = word >> kConditionDepthShift};
}

void read_kernel(Reader& reader, CoreInstruction& instruction) {
  const std::uint32_t counts = reader.word();
  require_zero(counts >> 16U, "the upper half of a kernel's counts");
  const std::uint32_t conditions = reader.word();
  const std::uint32_t operands = bits(counts, 0, 8);
  const std::uint32_t parameters = bits(counts, 8, 8);
  if (operands > kMaxCallOperands || parameters > kMaxCallParameters) {
    refuse(fmt::format("at most {} operands and {} parameters", kMaxCallOperands, kMaxCallParameters),
           fmt::format("{} and {}", operands, parameters));
  }
  require_zero(parameters == 32 ? 0 : conditions >> parameters, "the conditions behind the last parameter");
  for (std::uint32_t operand = 0; operand < operands; ++operand) instruction.operands.push_back(read_operand(reader));
  for (std::uint32_t parameter = 0; parameter < parameters; ++parameter) {
    const std::uint32_t value = reader.word();
    instruction.parameters.push_back((conditions >> parameter & 1U) != 0 ? read_condition(value)
                                                                         : CoreParameter{.value = value});
  }
}

CoreInstruction read_instruction(Reader& reader) {
  const std::uint32_t start = reader.position();
  const std::uint32_t first = reader.word();
  const std::uint32_t field = first >> 16U;
  CoreInstruction instruction{.opcode = static_cast<CoreOpcode>(first & 0xFFU)};
  std::uint32_t unused = field;
  switch (instruction.opcode) {
    case CoreOpcode::Acquire:
    case CoreOpcode::Release: {
      const auto change = static_cast<int>(bits(field, 8, 7));
      instruction.lock = static_cast<std::uint8_t>(bits(field, 0, 6));
      instruction.change = static_cast<std::int8_t>(change < 64 ? change : change - 128);
      unused = field & ~0x7F3FU;
      break;
    }
    case CoreOpcode::Loop:
    case CoreOpcode::Delay:
      instruction.count = reader.word();
      break;
    case CoreOpcode::Next:
      instruction.ring = static_cast<std::uint8_t>(bits(field, 0, 6));
      instruction.count = field >> 6U;
      unused = 0;
      break;
    case CoreOpcode::Kernel:
      instruction.kernel = static_cast<std::uint16_t>(field);
      unused = 0;
      read_kernel(reader, instruction);
      break;
    case CoreOpcode::GetStream:
    case CoreOpcode::PutStream:
      instruction.port = static_cast<std::uint8_t>(bits(field, 0, 1));
      instruction.tlast = instruction.opcode == CoreOpcode::PutStream && bits(field, 8, 1) != 0;
      unused = field & (instruction.opcode == CoreOpcode::PutStream ? ~0x101U : ~0x1U);
      instruction.operands.push_back(read_operand(reader));
      break;
    case CoreOpcode::GetCascade:
    case CoreOpcode::PutCascade:
      instruction.operands.push_back(read_operand(reader));
      break;
    case CoreOpcode::Event:
      instruction.event = static_cast<std::uint8_t>(bits(field, 0, 3));
      instruction.user = bits(field, 8, 1) != 0;
      unused = field & ~0x107U;
      break;
    case CoreOpcode::Write:
      instruction.offset = reader.word();
      instruction.value = reader.word();
      break;
    case CoreOpcode::End:
    case CoreOpcode::Done:
      break;
    default:
      refuse("an opcode of 1..14", fmt::format("{}", first & 0xFFU));
  }
  require_zero(unused, "the unused bits of an instruction");
  const std::uint32_t words = (reader.position() - start) / 4;
  if (bits(first, 8, 8) != words)
    refuse(fmt::format("a length of {} words", words), fmt::format("{}", bits(first, 8, 8)));
  return instruction;
}

/// The part of the memory that is the image, its header checked.
std::span<const std::byte> image_in(std::span<const std::byte> memory) {
  if (!is_core_image(memory)) refuse(fmt::format("the magic {}", kCoreMagic), "something else");
  Reader header(memory, kVersionWord);
  const std::uint32_t version = header.word();
  if (version != (kCoreHeaderBytes << 16U | kCoreFormatVersion)) {
    refuse(fmt::format("format version {} and header size {}", kCoreFormatVersion, kCoreHeaderBytes),
           fmt::format("{} and {}", bits(version, 0, 16), version >> 16U));
  }
  const std::uint32_t length = header.word();
  const std::size_t limit = std::min(memory.size(), kMaxCoreImage);
  if (length % 4 != 0 || length < kCoreHeaderBytes || length > limit) {
    refuse(fmt::format("a length of {}..{} bytes, a multiple of 4", kCoreHeaderBytes, limit),
           fmt::format("{}", length));
  }
  const std::span<const std::byte> image = memory.first(length);
  const std::uint32_t checksum = header.word();
  if (checksum != checksum_of(image)) {
    refuse(fmt::format("checksum {:#010x}", checksum_of(image)), fmt::format("{:#010x}", checksum));
  }
  return image;
}

CoreImage read_image(std::span<const std::byte> memory) {
  const std::span<const std::byte> image = image_in(memory);
  CoreImage result{.bytes = static_cast<std::uint32_t>(image.size())};
  CoreProgram& program = result.program;
  Reader reader(image, kCountsWord);
  const std::uint32_t counts = reader.word();
  const std::uint32_t code = reader.word();
  require_zero(reader.word(), "the reserved word");
  program.name = reader.name(kMaxProgramName);
  const std::uint32_t kernels = bits(counts, 0, 16);
  const std::uint32_t rings = counts >> 16U;
  if (kernels > kMaxKernelNames || rings > kMaxRings) {
    refuse(fmt::format("at most {} kernel names and {} rings", kMaxKernelNames, kMaxRings),
           fmt::format("{} and {}", kernels, rings));
  }
  for (std::uint32_t kernel = 0; kernel < kernels; ++kernel) program.kernels.push_back(reader.name(kMaxKernelName));
  for (std::uint32_t index = 0; index < rings; ++index) {
    CoreRing& ring = program.rings.emplace_back();
    ring.name = reader.name(kMaxRingName);
    const std::uint32_t buffers = reader.word();
    if (buffers > kMaxRingBuffers) {
      refuse(fmt::format("a ring of 1..{} buffers", kMaxRingBuffers), fmt::format("{}", buffers));
    }
    for (std::uint32_t buffer = 0; buffer < buffers; ++buffer) {
      const std::uint32_t address = reader.word();
      ring.buffers.push_back({.address = address, .bytes = reader.word()});
    }
  }
  if (reader.position() != code) {
    refuse(fmt::format("code at {:#x}, behind the tables", reader.position()), fmt::format("{:#x}", code));
  }
  while (reader.left() != 0) {
    result.pcs.push_back(reader.position());
    try {
      program.instructions.push_back(read_instruction(reader));
    } catch (Refused& refused) {
      refused.error.instruction = program.instructions.size();
      refused.error.came += fmt::format(" (PC {:#x})", result.pcs.back());
      throw;
    }
  }
  return result;
}

}  // namespace

bool is_core_image(std::span<const std::byte> memory) {
  return memory.size() >= kCoreHeaderBytes && std::memcmp(memory.data(), kCoreMagic.data(), kCoreMagic.size()) == 0;
}

std::variant<CoreImage, CoreProgramError> decode_core_image(std::span<const std::byte> memory) {
  try {
    CoreImage image = read_image(memory);
    if (auto error = check(image.program)) return *error;
    return image;
  } catch (const Refused& refused) {
    return refused.error;
  }
}

}  // namespace aie4::compute
