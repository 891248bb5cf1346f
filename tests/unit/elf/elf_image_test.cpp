// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/elf_image.hpp"

#include <elf.h>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/elf/files.hpp"

namespace aie4::host::elf {
namespace {

std::string error_of(std::span<const std::byte> file) {
  try {
    const ElfImage image(file);
    return {};
  } catch (const ElfError& error) {
    return error.what();
  }
}

TEST_CASE("sections, symbols, relocations and notes are those that readelf shows") {
  const auto file = assembled("copy");
  const ElfImage image(file);
  CHECK(image.os_abi() == 0x4B);
  CHECK(image.abi_version() == 0x21);
  REQUIRE(image.sections().size() == 13);
  const Section* code = image.find(".ctrltext.0.0");
  REQUIRE(code != nullptr);
  CHECK(code->bytes.size() == 0x2000);
  CHECK(code->file_offset == 0xA0);
  const auto symbols = image.symbols(*image.find(".dynsym"));
  REQUIRE(symbols.size() == 3);
  CHECK(symbols[2].name == "1");
  CHECK(symbols[2].section == 4);
  const auto relocations = image.relocations(*image.find(".rela.dyn"));
  REQUIRE(relocations.size() == 2);
  CHECK(relocations[0].offset == 0x170);
  CHECK(relocations[1].offset == 0x194);
  CHECK(relocations[1].symbol == 2);
  CHECK(relocations[1].type == 6);
  const auto columns = image.note(*image.find(".note.xrt.configuration"), "XRT", 6);
  REQUIRE(columns.size() == 4);
  CHECK(peek<std::uint32_t>(columns, 0) == 1);
  CHECK(image.note(*image.find(".note.xrt.configuration"), "GNU", 6).empty());
}

TEST_CASE("a section without contents has no words") {
  const auto file = assembled("copy");
  CHECK(ElfImage(file).words({}).empty());
}

TEST_CASE("a file that ends early is refused wherever it ends") {
  const auto file = assembled("copy");
  for (std::size_t size = 0; size < file.size(); size += 61) {
    CHECK(!error_of(std::span(file).first(size)).empty());
  }
}

TEST_CASE("another class, byte order or magic is refused by name") {
  auto file = assembled("copy");
  poke<std::uint8_t>(file, EI_CLASS, ELFCLASS64);
  CHECK(error_of(file).find("32-bit little-endian") != std::string::npos);
  poke<std::uint8_t>(file, 0, 0);
  CHECK(error_of(file).find("magic") != std::string::npos);
}

TEST_CASE("sections that overlap are refused") {
  auto file = assembled("copy");
  const auto table = peek<std::uint32_t>(file, offsetof(Elf32_Ehdr, e_shoff));
  poke<std::uint32_t>(file, table + 5 * sizeof(Elf32_Shdr) + offsetof(Elf32_Shdr, sh_offset), 0xB0);
  CHECK(error_of(file).find("overlap") != std::string::npos);
}

TEST_CASE("a section header table beyond the file is refused") {
  auto file = assembled("copy");
  poke<std::uint32_t>(file, offsetof(Elf32_Ehdr, e_shoff), 0xFFFF'FFF0);
  CHECK(error_of(file).find("section header 0") != std::string::npos);
}

TEST_CASE("a note that claims more than its section is refused") {
  auto file = assembled("copy");
  {
    const ElfImage image(file);
    const auto offset = image.find(".note.xrt.configuration")->file_offset;
    poke<std::uint32_t>(file, offset + 4, 0xFFFF'FFFF);
  }
  const ElfImage image(file);
  CHECK_THROWS_AS(image.note(*image.find(".note.xrt.configuration"), "XRT", 6), ElfError);
}

}  // namespace
}  // namespace aie4::host::elf
