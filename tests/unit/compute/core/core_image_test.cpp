// SPDX-License-Identifier: Apache-2.0
// Core program images against the words of docs/core-programs.md, written down by hand.
#include "models/compute/core/core_image.hpp"

#include <cstring>
#include <random>

#include "tests/support/catch.hpp"

namespace {

using namespace aie4::compute;
using Kind = CoreParameter::Kind;

CoreInstruction lock_instruction(CoreOpcode opcode, unsigned lock, int change) {
  return {.opcode = opcode, .lock = static_cast<std::uint8_t>(lock), .change = static_cast<std::int8_t>(change)};
}

/// One of each opcode.
CoreProgram everything() {
  CoreProgram program{.name = "all", .kernels = {"gemm"}};
  program.rings = {{"a", {{0xE'0000, 256}, {0xE'0100, 256}}}, {"far", {{0x8'0040, 128}}}};
  program.instructions = {
      {.opcode = CoreOpcode::Loop, .count = 3},
      {.opcode = CoreOpcode::Loop, .count = 0},
      lock_instruction(CoreOpcode::Acquire, 50, -2),
      {.opcode = CoreOpcode::Kernel,
       .kernel = 0,
       .operands = {{.ring = 0}, {.ring = 1, .offset = 64, .bytes = 32}},
       .parameters = {{.value = 7}, {.kind = Kind::Start, .value = 1}, {.kind = Kind::End}}},
      lock_instruction(CoreOpcode::Release, 3, 1),
      {.opcode = CoreOpcode::Next, .count = 1, .ring = 0},
      {.opcode = CoreOpcode::End},
      {.opcode = CoreOpcode::GetStream, .port = 1, .operands = {{.ring = 0}}},
      {.opcode = CoreOpcode::PutStream, .tlast = true, .operands = {{.ring = 0, .offset = 4, .bytes = 8}}},
      {.opcode = CoreOpcode::GetCascade, .operands = {{.ring = 1}}},
      {.opcode = CoreOpcode::PutCascade, .operands = {{.ring = 1, .bytes = 64}}},
      {.opcode = CoreOpcode::Event, .event = 5},
      {.opcode = CoreOpcode::Event, .event = 7, .user = true},
      {.opcode = CoreOpcode::End},
      {.opcode = CoreOpcode::Write, .offset = 0xA'CE14, .value = 0x12345678},
      {.opcode = CoreOpcode::Delay, .count = 100},
      {.opcode = CoreOpcode::Done},
  };
  return program;
}

std::vector<std::byte> encoded(const CoreProgram& program) {
  auto image = encode_core_image(program);
  REQUIRE(std::holds_alternative<std::vector<std::byte>>(image));
  return std::get<std::vector<std::byte>>(image);
}

std::uint32_t word(std::span<const std::byte> image, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, image.data() + offset, 4);
  return value;
}

/// CRC-32 bit by bit, most significant first: another way than the encoder's.
std::uint32_t crc32(std::span<const std::byte> data) {
  std::uint64_t remainder = 0;
  const auto shift = [&](unsigned bit) {
    remainder = remainder << 1U | bit;
    if ((remainder >> 32U & 1U) != 0) remainder ^= 0x1'04C1'1DB7;
  };
  for (std::size_t index = 0; index < data.size() + 4; ++index) {
    const unsigned byte = index < data.size() ? std::to_integer<unsigned>(data[index]) : 0;
    for (unsigned bit = 0; bit < 8; ++bit) shift((byte >> bit & 1U) ^ (index < 4 ? 1U : 0U));
  }
  std::uint32_t reflected = 0;
  for (unsigned bit = 0; bit < 32; ++bit) reflected |= static_cast<std::uint32_t>(remainder >> bit & 1U) << (31 - bit);
  return ~reflected;
}

void seal(std::vector<std::byte>& image) {
  std::memset(image.data() + 0x10, 0, 4);
  const std::uint32_t checksum = crc32(image);
  std::memcpy(image.data() + 0x10, &checksum, 4);
}

void set(std::vector<std::byte>& image, std::size_t offset, std::uint32_t value) {
  std::memcpy(image.data() + offset, &value, 4);
  seal(image);
}

CoreProgramError refusal(std::span<const std::byte> memory) {
  auto result = decode_core_image(memory);
  REQUIRE(std::holds_alternative<CoreProgramError>(result));
  return std::get<CoreProgramError>(result);
}

CoreProgramError complaint(const CoreProgram& program) {
  const auto error = check(program);
  REQUIRE(error);
  return *error;
}

}  // namespace

TEST_CASE("an image has the words that the format says") {
  CoreProgram program{.name = "tiny", .kernels = {"gemm"}};
  program.rings = {{"a", {{0xE'0000, 256}}}};
  program.instructions = {
      {.opcode = CoreOpcode::Loop, .count = 5},
      lock_instruction(CoreOpcode::Acquire, 49, -2),
      {.opcode = CoreOpcode::Kernel,
       .kernel = 0,
       .operands = {{.ring = 0, .offset = 16, .bytes = 32}},
       .parameters = {{.value = 7}, {.kind = Kind::End}}},
      lock_instruction(CoreOpcode::Release, 3, 1),
      {.opcode = CoreOpcode::Next, .count = 2, .ring = 0},
      {.opcode = CoreOpcode::End},
      {.opcode = CoreOpcode::Done},
  };
  const std::vector<std::byte> image = encoded(program);
  CHECK(std::memcmp(image.data(), "AIE4CORE", 8) == 0);
  CHECK(word(image, 0x08) == 0x0040'0001);
  CHECK(word(image, 0x0C) == image.size());
  CHECK(word(image, 0x14) == 0x0001'0001);
  const std::uint32_t code = 0x40 + 24 + 16 + 4 + 8;
  CHECK(word(image, 0x18) == code);
  CHECK(std::memcmp(image.data() + 0x20, "tiny\0\0\0\0", 8) == 0);
  CHECK(std::memcmp(image.data() + 0x40, "gemm\0", 5) == 0);
  CHECK(word(image, 0x40 + 24 + 16) == 1);
  CHECK(word(image, 0x40 + 24 + 20) == 0xE'0000);
  CHECK(word(image, 0x40 + 24 + 24) == 256);
  const std::vector<std::uint32_t> expected{0x0000'0203, 5,  // loop 5
                                            0x7E31'0101,     // acquire own.1 >= 2
                                            0x0000'0706, 0x0000'0201, 0x2, 0x0000'0010, 32, 7, 0x01,  // kernel
                                            0x0103'0102,  // release south.3 +1
                                            0x0080'0105,  // next a 2
                                            0x0000'0104, 0x0000'010E};
  REQUIRE(image.size() == code + 4 * expected.size());
  for (std::size_t index = 0; index < expected.size(); ++index) CHECK(word(image, code + 4 * index) == expected[index]);
  std::vector<std::byte> sealed = image;
  seal(sealed);
  CHECK(sealed == image);
}

TEST_CASE("every instruction comes back from its image, with its PC") {
  const CoreProgram program = everything();
  const std::vector<std::byte> image = encoded(program);
  std::vector<std::byte> memory(kMaxCoreImage, std::byte{0xA5});
  std::ranges::copy(image, memory.begin());
  auto decoded = decode_core_image(memory);
  REQUIRE(std::holds_alternative<CoreImage>(decoded));
  const CoreImage& result = std::get<CoreImage>(decoded);
  CHECK(result.program == program);
  CHECK(result.bytes == image.size());
  REQUIRE(result.pcs.size() == program.instructions.size());
  std::uint32_t pc = word(image, 0x18);
  for (std::size_t index = 0; index < result.pcs.size(); ++index) {
    CHECK(result.pcs[index] == pc);
    pc += encoded_bytes(program.instructions[index]);
  }
  CHECK(pc == image.size());
}

TEST_CASE("loops know their ends") {
  const std::vector<std::uint32_t> partners = match_loops(everything());
  CHECK(partners[0] == 13);
  CHECK(partners[13] == 0);
  CHECK(partners[1] == 6);
  CHECK(partners[6] == 1);
}

TEST_CASE("memory that is no core program is told from a broken one") {
  const std::vector<std::byte> zeros(kMaxCoreImage);
  CHECK(!is_core_image(zeros));
  CHECK(refusal(zeros).expected == "the magic AIE4CORE");
  std::vector<std::byte> image = encoded(everything());
  CHECK(is_core_image(image));
  image[0x60] ^= std::byte{1};
  CHECK(refusal(image).expected.starts_with("checksum 0x"));
}

TEST_CASE("an image that was cut short anywhere is refused") {
  const std::vector<std::byte> image = encoded(everything());
  for (std::size_t bytes = 0; bytes < image.size(); ++bytes) {
    CHECK(std::holds_alternative<CoreProgramError>(decode_core_image(std::span(image).first(bytes))));
  }
  // And if its header agrees with the cut, in whole words: no instruction is missing only at the end.
  for (std::size_t bytes = kCoreHeaderBytes; bytes < image.size(); bytes += 4) {
    std::vector<std::byte> cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(bytes));
    set(cut, 0x0C, static_cast<std::uint32_t>(bytes));
    CHECK(std::holds_alternative<CoreProgramError>(decode_core_image(cut)));
  }
}

TEST_CASE("header fields with other values are refused") {
  const std::vector<std::byte> image = encoded(everything());
  const auto [offset, value] = GENERATE(table<std::size_t, std::uint32_t>({{0x08, 0x0040'0002},
                                                                           {0x08, 0x0044'0001},
                                                                           {0x0C, 0xFFFF'FFFC},
                                                                           {0x0C, 66},
                                                                           {0x14, 0x0002'FFFF},
                                                                           {0x14, 0x0041'0001},
                                                                           {0x18, 0x40},
                                                                           {0x1C, 1},
                                                                           {0x20, 0},
                                                                           {0x3C, 0x41}}));
  CAPTURE(offset, value);
  std::vector<std::byte> broken = image;
  set(broken, offset, value);
  if (word(broken, 0x0C) <= broken.size()) {
    CHECK(std::holds_alternative<CoreProgramError>(decode_core_image(broken)));
  }
  CHECK(std::holds_alternative<CoreImage>(decode_core_image(image)));
}

TEST_CASE("instructions with bits that nobody defined are refused, and named by their PC") {
  const std::vector<std::byte> image = encoded(everything());
  const std::uint32_t code = word(image, 0x18);
  const auto [offset, flip] =
      GENERATE(table<std::uint32_t, std::uint32_t>({{0, 0x0001'0000}, {0, 0x100}, {0, 0xF0}, {16, 0x8000'0000}}));
  std::vector<std::byte> broken = image;
  set(broken, code + offset, word(image, code + offset) ^ flip);
  const CoreProgramError error = refusal(broken);
  REQUIRE(error.instruction);
  CHECK(error.came.find(fmt::format("(PC {:#x})", code + offset)) != std::string::npos);
}

TEST_CASE("programs beyond the limits are refused with the instruction or ring at fault") {
  CoreProgram program = everything();
  REQUIRE(!check(program));
  SECTION("a value no lock reaches") {
    program.instructions[2].change = -64;
    CHECK(complaint(program).instruction == 2);
  }
  SECTION("a lock beyond the neighbours") {
    program.instructions[2].lock = 64;
    CHECK(complaint(program).came == "64");
  }
  SECTION("an operand beyond one of the ring's buffers") {
    program.rings[0].buffers[1].bytes = 8;
    program.instructions[8].operands[0] = {.ring = 0, .offset = 4, .bytes = 8};
    CHECK(complaint(program).instruction == 8);
  }
  SECTION("a condition on more loops than there are") {
    program.instructions[3].parameters[1].value = 2;
    CHECK(complaint(program).expected == "3 loops around the instruction");
  }
  SECTION("words that are cut") {
    program.instructions[8].operands[0].bytes = 6;
    CHECK(complaint(program).instruction == 8);
  }
  SECTION("half a cascade beat") {
    program.instructions[10].operands[0].bytes = 32;
    CHECK(complaint(program).instruction == 10);
  }
  SECTION("a buffer over the edge of its tile") {
    program.rings[1].buffers[0] = {0x9'FFFC, 8};
    CHECK(complaint(program).ring == 1);
  }
  SECTION("an empty loop") {
    program.instructions = {{.opcode = CoreOpcode::Loop, .count = 1}, {.opcode = CoreOpcode::End}, {}};
    CHECK(complaint(program).instruction == 1);
  }
  SECTION("an end too many") {
    program.instructions[15] = {.opcode = CoreOpcode::End};
    CHECK(complaint(program).came == "an end without a loop");
  }
  SECTION("an end too few") {
    program.instructions[13] = {.opcode = CoreOpcode::Delay, .count = 1};
    CHECK(complaint(program).came == "1 open loops");
  }
  SECTION("nothing that ends it") {
    program.instructions.pop_back();
    CHECK(complaint(program).came == "delay");
  }
  SECTION("nine loops in each other") {
    program.instructions.assign(9, {.opcode = CoreOpcode::Loop, .count = 1});
    program.instructions.resize(10);
    program.instructions.resize(19, {.opcode = CoreOpcode::End});
    program.instructions.resize(20);
    CHECK(complaint(program).instruction == 8);
  }
  SECTION("more than program memory") {
    program.instructions.insert(program.instructions.begin(), 8192, lock_instruction(CoreOpcode::Release, 0, 1));
    const auto image = encode_core_image(program);
    REQUIRE(std::holds_alternative<CoreProgramError>(image));
    CHECK(std::get<CoreProgramError>(image).expected == "an image of at most 32768 bytes of program memory");
  }
}
