// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/program.hpp"

#include <elf.h>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/elf/files.hpp"

namespace aie4::host::elf {
namespace {

std::string error_of(std::span<const std::byte> file) {
  try {
    (void)read_program(file);
    return {};
  } catch (const ElfError& error) {
    return error.what();
  }
}

/// Offset in the file of the `index`th relocation.
std::size_t relocation(std::span<const std::byte> file, std::size_t index) {
  return ElfImage(file).find(".rela.dyn")->file_offset + index * sizeof(Elf32_Rela);
}

TEST_CASE("a configuration ELF has kernel, arguments and instance as the assembler was told") {
  const Program program = read_program(assembled("copy"));
  CHECK(program.platform == Platform::Aie4);
  CHECK(program.columns == 1);
  REQUIRE(program.instances.size() == 1);
  const Instance& instance = program.instances.front();
  CHECK(instance.full_name() == "DPU:copy");
  CHECK(instance.arguments == std::vector<std::string>{"char *", "char *"});
  CHECK(instance.argument_count() == 2);
  CHECK(&program.find("") == &instance);
  CHECK(&program.find("copy") == &instance);
  CHECK_THROWS_AS((void)program.find("paste"), ElfError);
}

TEST_CASE("plain, per-page and merged forms of one program give the same pages and the same patches") {
  const Instance merged = read_program(assembled("copy")).instances.front();
  REQUIRE(merged.code.size() == 1);
  CHECK(merged.code.front().pages == 1);
  for (const char* other : {"copy-plain", "copy-pages"}) {
    const Instance instance = read_program(assembled(other)).instances.front();
    REQUIRE(instance.code.size() == 1);
    CHECK(instance.code.front().bytes == merged.code.front().bytes);
    REQUIRE(instance.patches.size() == merged.patches.size());
    for (std::size_t i = 0; i < merged.patches.size(); ++i) {
      CHECK(instance.patches[i].offset == merged.patches[i].offset);
      CHECK(instance.patches[i].symbol == merged.patches[i].symbol);
    }
  }
}

TEST_CASE("a patch of a BD lies 16 bytes behind its relocation, where the BD's length word says so") {
  const Instance instance = read_program(assembled("copy")).instances.front();
  REQUIRE(instance.patches.size() == 2);
  for (const Patch& patch : instance.patches) {
    CHECK(patch.schema == PatchSchema::shim_dma_57_aie4);
    // Word 2 of a shim BD is its length: 0x400 words in this program.
    CHECK(peek<std::uint32_t>(instance.code.front().bytes, patch.offset + 8) == 0x400);
  }
}

TEST_CASE("three uCs have code of their own") {
  const Program program = read_program(assembled("three-uc"));
  CHECK(program.columns == 3);
  const Instance& instance = program.instances.front();
  REQUIRE(instance.code.size() == 3);
  CHECK(instance.code[0].uc == 0);
  CHECK(instance.code[1].uc == 2);
  CHECK(instance.code[2].uc == 4);
}

TEST_CASE("built-in save and restore programs want the scratch pad six times") {
  const Instance instance = read_program(assembled("preempt")).instances.front();
  CHECK(instance.code.front().pages == 5);
  CHECK(instance.patches.size() == 6);
  for (const Patch& patch : instance.patches) CHECK(patch.symbol == "scratch-pad-mem");
  CHECK(instance.argument_count() == 0);
}

TEST_CASE("a program for another generation is refused by name") {
  auto file = assembled("copy");
  poke<std::uint8_t>(file, EI_OSABI, 0x40);
  CHECK(error_of(file).find("aie2ps") != std::string::npos);
}

TEST_CASE("relocations beyond their section, misaligned, of no symbol or of another generation are refused") {
  const auto good = assembled("copy");
  const std::size_t place = relocation(good, 0);
  SECTION("beyond") {
    auto file = good;
    poke<std::uint32_t>(file, place, 0x1FF0 - 4);
    CHECK(error_of(file).find("outside") != std::string::npos);
  }
  SECTION("far beyond") {
    auto file = good;
    poke<std::uint32_t>(file, place, 0xFFFF'FFFC);
    CHECK(error_of(file).find("outside") != std::string::npos);
  }
  SECTION("misaligned") {
    auto file = good;
    poke<std::uint32_t>(file, place, 0x171);
    CHECK(error_of(file).find("aligned") != std::string::npos);
  }
  SECTION("symbol") {
    auto file = good;
    poke<std::uint32_t>(file, place + 4, 77U << 8 | 6U);
    CHECK(error_of(file).find("symbol 77") != std::string::npos);
  }
  SECTION("schema") {
    auto file = good;
    poke<std::uint32_t>(file, place + 4, 1U << 8 | 2U);
    CHECK(error_of(file).find("shim_dma_57") != std::string::npos);
  }
}

TEST_CASE("every single byte of the tables may be wrong without harm") {
  const auto good = assembled("copy");
  const ElfImage image(good);
  const Section* last = image.find(".dump.0");
  for (std::size_t i = last->file_offset + last->bytes.size(); i < good.size(); ++i) {
    auto file = good;
    file[i] ^= std::byte{0xFF};
    (void)error_of(file);
  }
  SUCCEED();
}

}  // namespace
}  // namespace aie4::host::elf
