// SPDX-License-Identifier: Apache-2.0
#include "sim/core_text/assembler.hpp"

#include <string>

#include "sim/core_text/disassembler.hpp"
#include "tests/support/catch.hpp"

namespace aie4::core_text {
namespace {

using compute::CoreInstruction;
using compute::CoreOpcode;
using compute::CoreProgram;

constexpr std::string_view kEverything = R"(core all-of_it.1
# A comment of its own.
ring a = 0x0:4096 x 2, north.0x1000:0x1000
ring b = 0x2000:4096   # behind a statement
ring c = 0x4000:16384
ring w = west.64:64
loop 16
  loop forever
    acquire own.15 >= 63
    acquire south.0 == 0
    kernel gemm a b c M=64 N=64 K=64 type_c=i32 first=@start.1 last=@end
    release west.3 +63
    release north.4 -64
    next a
    next a 2
    get stream.1 a
    put stream.0 a+0x40:128 tlast
    put stream.0 a
    get cascade b
    put cascade b+64
    event instr.5
    event user.7
  end
end
write 0xACE14 0x80000001
delay 4294967295
get stream.0 w
done
)";

std::string refusal(std::string_view text) {
  try {
    (void)assemble(text, "x.core");
  } catch (const AssemblyError& error) {
    return error.what();
  }
  FAIL("it assembled");
  return {};
}

compute::CoreImage image_of(const CoreProgram& program) {
  const auto bytes = compute::encode_core_image(program);
  REQUIRE(std::holds_alternative<std::vector<std::byte>>(bytes));
  auto image = compute::decode_core_image(std::get<std::vector<std::byte>>(bytes));
  REQUIRE(std::holds_alternative<compute::CoreImage>(image));
  return std::get<compute::CoreImage>(std::move(image));
}

TEST_CASE("each statement becomes its instruction") {
  const CoreProgram program = assemble(kEverything, "x.core");
  CHECK(program.name == "all-of_it.1");
  REQUIRE(program.rings.size() == 4);
  CHECK(program.rings[0].buffers ==
        std::vector<compute::CoreBuffer>{{0xE'0000, 4096}, {0xE'1000, 4096}, {0xC'1000, 4096}});
  CHECK(program.rings[3].buffers == std::vector<compute::CoreBuffer>{{0xA'0040, 64}});
  CHECK(program.kernels == std::vector<std::string>{"gemm"});
  const std::vector<CoreInstruction>& code = program.instructions;
  REQUIRE(code.size() == 22);
  CHECK(code[0] == CoreInstruction{.opcode = CoreOpcode::Loop, .count = 16});
  CHECK(code[1] == CoreInstruction{.opcode = CoreOpcode::Loop, .count = 0});
  CHECK(code[2] == CoreInstruction{.opcode = CoreOpcode::Acquire, .lock = 63, .change = -63});
  CHECK(code[3] == CoreInstruction{.opcode = CoreOpcode::Acquire, .lock = 0, .change = 0});
  CHECK(code[5] == CoreInstruction{.opcode = CoreOpcode::Release, .lock = 19, .change = 63});
  CHECK(code[6] == CoreInstruction{.opcode = CoreOpcode::Release, .lock = 36, .change = -64});
  CHECK(code[8] == CoreInstruction{.opcode = CoreOpcode::Next, .count = 2, .ring = 0});
  CHECK(code[9] == CoreInstruction{.opcode = CoreOpcode::GetStream, .port = 1, .operands = {{.ring = 0}}});
  CHECK(code[10] == CoreInstruction{.opcode = CoreOpcode::PutStream,
                                    .tlast = true,
                                    .operands = {{.ring = 0, .offset = 64, .bytes = 128}}});
  CHECK(code[13] == CoreInstruction{.opcode = CoreOpcode::PutCascade, .operands = {{.ring = 1, .offset = 64}}});
  CHECK(code[15] == CoreInstruction{.opcode = CoreOpcode::Event, .event = 7, .user = true});
  CHECK(code[18] == CoreInstruction{.opcode = CoreOpcode::Write, .offset = 0xA'CE14, .value = 0x8000'0001});
  CHECK(code[19] == CoreInstruction{.opcode = CoreOpcode::Delay, .count = 0xFFFF'FFFF});
  CHECK(code[4].operands.size() == 3);
  CHECK(std::ranges::count(code[4].parameters, compute::CoreParameter{compute::CoreParameter::Kind::Start, 1}) == 1);
  CHECK(std::ranges::count(code[4].parameters, compute::CoreParameter{compute::CoreParameter::Kind::End, 0}) == 1);
}

TEST_CASE("what is disassembled assembles to the same image") {
  const CoreProgram program = assemble(kEverything, "x.core");
  const std::string text = disassemble(image_of(program));
  CHECK(assemble(text, "again.core") == program);
  CHECK(text.find("    acquire own.15 >= 63") != std::string::npos);
  CHECK(text.find("ring a = 0x00000:4096 x 2, north.0x01000:4096\n") != std::string::npos);
}

TEST_CASE("each instruction is printed with its PC") {
  const compute::CoreImage image = image_of(assemble("core t\ndelay 1\nloop 2\n delay 3\nend\ndone\n", "t"));
  const std::string text = disassemble(image);
  for (const std::uint32_t pc : image.pcs) CHECK(text.find(fmt::format("# {:#06x}\n", pc)) != std::string::npos);
  CHECK(image.pcs.front() == 64);
}

TEST_CASE("errors name the line, what was expected and what came") {
  const auto [text, error] = GENERATE(table<std::string_view, std::string_view>({
      {"", "x.core:1: expected core NAME, came the end of the file"},
      {"loop 3\n", "x.core:1: expected core NAME before anything else, came loop"},
      {"core a\ncore b\n", "x.core:2: expected one core statement, came core"},
      {"core a b\ndone\n", "x.core:1: expected the end of the line, came b"},
      {"core a\n\nakquire own.0 >= 1\n", "x.core:3: expected a statement, came akquire (nearest: acquire)"},
      {"core a\nacquire own.16 >= 1\n", "x.core:2: expected a lock, 0..15, came 16"},
      {"core a\nacquire east.1 >= 1\n", "x.core:2: expected own., south., west. or north. and a number, came east.1"},
      {"core a\nacquire own.1 >= 64\n", "x.core:2: expected a lock value, 1..63, came 64"},
      {"core a\nacquire own.1 > 4\n", "x.core:2: expected >= or ==, came >"},
      {"core a\nacquire own.1\n", "x.core:2: expected >= or ==, came the end of the line"},
      {"core a\nrelease own.1 1\n", "x.core:2: expected +V or -V, came 1"},
      {"core a\nloop 0\n", "x.core:2: expected rounds, or forever, 1..4294967295, came 0"},
      {"core a\nnext q\n", "x.core:2: expected a ring, came q"},
      {"core a\nring ab = 0:4\nnext ba\n", "x.core:3: expected a ring, came ba (nearest: ab)"},
      {"core a\nring a = 0:4\nring a = 4:4\n", "x.core:3: expected rings of different names, came a"},
      {"core a\ndone\nring a = 0:4\n", "x.core:3: expected rings before the first instruction, came ring a"},
      {"core a\nring a = 0x1FFFC:8\n", "x.core:2: expected bytes of a buffer, 1..4, came 8"},
      {"core a\nring a = 0x1FF00:0x80 x 3\n",
       "x.core:2: expected buffers inside 131072 bytes of memory, came 3 of 128 bytes from 0x1ff00 on"},
      {"core a\nring a = 0x100\n", "x.core:2: expected a buffer, [TILE.]OFFSET:BYTES, came 0x100"},
      {"core a\nring a 0:4\n", "x.core:2: expected =, came 0:4"},
      {"core a\nring a = 0:64,\n", "x.core:2: expected a buffer, [TILE.]OFFSET:BYTES, came the end of the line"},
      {"core a\nring a = 0:64\nget stream.2 a\n", "x.core:3: expected a stream port, 0..1, came 2"},
      {"core a\nring a = 0:64\nput stream.1 a\n", "x.core:3: expected a stream port, 0..0, came 1"},
      {"core a\nring a = 0:64\nput a\n", "x.core:3: expected stream.0 or cascade, came a"},
      {"core a\nring a = 0:62\nput stream.0 a\ndone\n",
       "x.core:3: expected a multiple of 4 bytes at a multiple of 4, came 62 bytes at core address 0xe0000"},
      {"core a\nevent 3\n", "x.core:2: expected instr.N or user.N, came 3"},
      {"core a\nevent instr.6\n", "x.core:2: expected an event, 0..5, came 6"},
      {"core a\nwrite 0xA3002 1\ndone\n",
       "x.core:2: expected an offset in the tile, below 0x100000, that is a multiple of 4, came 0xa3002"},
      {"core a\nloop 2\ndone\n", "x.core:3: expected an end of each loop, came 1 open loops"},
      {"core a\nend\ndone\n", "x.core:2: expected a loop before its end, came an end without a loop"},
      {"core a\nloop 2\nend\ndone\n", "x.core:3: expected an instruction between loop and end, came none"},
      {"core a\ndelay 5\n", "x.core:2: expected done as the last instruction, came delay"},
      {"core a\nkernel gem\n", "x.core:2: expected a kernel, came gem (nearest: gemm)"},
      {"core a\nkernel gemm\ndone\n", "x.core:2: expected operand a of gemm, came nothing"},
      {"core a\nring a = 0:4\nkernel gemm a a a L=3\n", "x.core:3: expected a parameter of gemm, came L"},
      {"core a\nring a = 0:4\nkernel gemm a a a M=3 M=3\n", "x.core:3: expected M once, came it twice"},
      {"core a\nring a = 0:4\nkernel gemm a M=3 a\n", "x.core:3: expected operands before parameters, came a"},
      {"core a\nring a = 0:4\nkernel gemm a a a first=@middle\n",
       "x.core:3: expected @start, @end, @start.N or @end.N, came @middle"},
      {"core a\nring a = 0:4\nkernel gemm a a a first=@start\ndone\n",
       "x.core:3: expected 1 loops around the instruction, came 0"},
      {"core a\nring a = 0:255\nring b = 256:256\nring c = 512:256\nkernel gemm a b c M=16 N=16 K=16\ndone\n",
       "x.core:5: expected 256 bytes for operand a of gemm, came 255"},
  }));
  CAPTURE(text);
  CHECK(refusal(text).starts_with(error));
}

TEST_CASE("a program that is larger than program memory is refused") {
  std::string text = "core big\n";
  for (int line = 0; line < 4096; ++line) text += "delay 1\n";
  CHECK(refusal(text + "done\n") ==
        "x.core:4098: expected an image of at most 32768 bytes of program memory, came 32836 bytes");
}

TEST_CASE("line ends of any system, tabs and a missing last line end do no harm") {
  CHECK(assemble("core a\r\n\tdelay\t5\r\ndone", "x") == assemble("core a\ndelay 5\ndone\n", "x"));
}

}  // namespace
}  // namespace aie4::core_text
