// SPDX-License-Identifier: Apache-2.0
// Writing of core images.
#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>

#include "models/compute/core/core_image.hpp"
#include "models/compute/core/core_image_layout.hpp"

namespace aie4::compute {
namespace {

using namespace core_image;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  constexpr std::uint32_t kReversedPolynomial = 0xEDB8'8320;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? kReversedPolynomial : 0);
    table[byte] = value;
  }
  return table;
}();

class Writer {
 public:
  void word(std::uint32_t value) {
    for (unsigned byte = 0; byte < 4; ++byte) image_.push_back(static_cast<std::byte>(value >> 8 * byte));
  }
  void name(std::string_view text, std::size_t size) {
    const std::size_t at = image_.size();
    image_.resize(at + size);
    std::memcpy(image_.data() + at, text.data(), std::min(text.size(), size));
  }
  void set(std::uint32_t offset, std::uint32_t value) {
    for (unsigned byte = 0; byte < 4; ++byte) image_[offset + byte] = static_cast<std::byte>(value >> 8 * byte);
  }
  [[nodiscard]] std::vector<std::byte>& image() { return image_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(image_.size()); }

 private:
  std::vector<std::byte> image_;
};

void write_operand(Writer& writer, const CoreOperand& operand) {
  writer.word(std::uint32_t{operand.ring} << 24U | operand.offset);
  writer.word(operand.bytes);
}

std::uint32_t field_of(const CoreInstruction& instruction) {
  switch (instruction.opcode) {
    case CoreOpcode::Acquire:
    case CoreOpcode::Release:
      return instruction.lock | (static_cast<std::uint32_t>(instruction.change) & 0x7FU) << 8U;
    case CoreOpcode::Next:
      return instruction.ring | instruction.count << 6U;
    case CoreOpcode::Kernel:
      return instruction.kernel;
    case CoreOpcode::GetStream:
    case CoreOpcode::PutStream:
      return instruction.port | (instruction.tlast ? 0x100U : 0U);
    case CoreOpcode::Event:
      return instruction.event | (instruction.user ? 0x100U : 0U);
    default:
      return 0;
  }
}

void write_kernel(Writer& writer, const CoreInstruction& instruction) {
  std::uint32_t conditions = 0;
  for (std::size_t index = 0; index < instruction.parameters.size(); ++index) {
    if (instruction.parameters[index].kind != CoreParameter::Kind::Number) conditions |= 1U << index;
  }
  writer.word(static_cast<std::uint32_t>(instruction.operands.size() | instruction.parameters.size() << 8U));
  writer.word(conditions);
  for (const CoreOperand& operand : instruction.operands) write_operand(writer, operand);
  for (const CoreParameter& parameter : instruction.parameters) {
    const bool number = parameter.kind == CoreParameter::Kind::Number;
    writer.word(number ? parameter.value
                       : static_cast<std::uint32_t>(parameter.kind) | parameter.value << kConditionDepthShift);
  }
}

void write_instruction(Writer& writer, const CoreInstruction& instruction) {
  writer.word(static_cast<std::uint32_t>(instruction.opcode) | encoded_bytes(instruction) / 4 << 8U |
              field_of(instruction) << 16U);
  switch (instruction.opcode) {
    case CoreOpcode::Loop:
    case CoreOpcode::Delay:
      writer.word(instruction.count);
      break;
    case CoreOpcode::Kernel:
      write_kernel(writer, instruction);
      break;
    case CoreOpcode::GetStream:
    case CoreOpcode::PutStream:
    case CoreOpcode::GetCascade:
    case CoreOpcode::PutCascade:
      write_operand(writer, instruction.operands.front());
      break;
    case CoreOpcode::Write:
      writer.word(instruction.offset);
      writer.word(instruction.value);
      break;
    default:
      break;
  }
}

}  // namespace

std::uint32_t core_image::checksum_of(std::span<const std::byte> image) {
  std::uint32_t crc = ~0U;
  for (std::size_t offset = 0; offset < image.size(); ++offset) {
    const bool left_out = offset >= kChecksumWord && offset < kChecksumWord + 4;
    const auto byte = left_out ? 0U : std::to_integer<std::uint32_t>(image[offset]);
    crc = crc >> 8U ^ kCrcTable[(crc ^ byte) & 0xFFU];
  }
  return ~crc;
}

std::uint32_t encoded_bytes(const CoreInstruction& instruction) {
  switch (instruction.opcode) {
    case CoreOpcode::Loop:
    case CoreOpcode::Delay:
      return 8;
    case CoreOpcode::Kernel:
      return static_cast<std::uint32_t>(4 * (3 + 2 * instruction.operands.size() + instruction.parameters.size()));
    case CoreOpcode::GetStream:
    case CoreOpcode::PutStream:
    case CoreOpcode::GetCascade:
    case CoreOpcode::PutCascade:
    case CoreOpcode::Write:
      return 12;
    default:
      return 4;
  }
}

std::variant<std::vector<std::byte>, CoreProgramError> encode_core_image(const CoreProgram& program) {
  if (auto error = check(program)) return *error;
  Writer writer;
  writer.name(kCoreMagic, kCoreMagic.size());
  writer.word(kCoreHeaderBytes << 16U | kCoreFormatVersion);
  writer.word(0);  // Length, checksum: at the end.
  writer.word(0);
  writer.word(static_cast<std::uint32_t>(program.kernels.size() | program.rings.size() << 16U));
  writer.word(0);  // Code.
  writer.word(0);
  writer.name(program.name, kMaxProgramName);
  for (const std::string& kernel : program.kernels) writer.name(kernel, kMaxKernelName);
  for (const CoreRing& ring : program.rings) {
    writer.name(ring.name, kMaxRingName);
    writer.word(static_cast<std::uint32_t>(ring.buffers.size()));
    for (const CoreBuffer& buffer : ring.buffers) {
      writer.word(buffer.address);
      writer.word(buffer.bytes);
    }
  }
  writer.set(kCodeWord, writer.size());
  for (const CoreInstruction& instruction : program.instructions) write_instruction(writer, instruction);
  if (writer.size() > kMaxCoreImage) {
    return CoreProgramError{.expected = fmt::format("an image of at most {} bytes of program memory", kMaxCoreImage),
                            .came = fmt::format("{} bytes", writer.size())};
  }
  writer.set(kLengthWord, writer.size());
  writer.set(kChecksumWord, checksum_of(writer.image()));
  return std::move(writer.image());
}

}  // namespace aie4::compute
