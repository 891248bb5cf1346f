// SPDX-License-Identifier: Apache-2.0
// The ELF container as bytes: sections, symbols, relocations, notes, groups, every one checked against the file. Pure.
// Source: System V ABI, ELF32 little endian; what AIE4 programs use of it: AIE4 control-code notes 3.1 to 3.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aie4::host::elf {

/// The file is not what it has to be. One line: what was expected, what came, where in the file.
class ElfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Section {
  std::string_view name;
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint32_t file_offset = 0;
  std::span<const std::byte> bytes;  ///< Empty for SHT_NOBITS.
};

struct Symbol {
  std::string_view name;
  std::uint32_t value = 0;
  std::uint32_t size = 0;
  std::uint8_t type = 0;      ///< STT_*.
  std::uint16_t section = 0;  ///< st_shndx; an index of something else in some of AMD's tables.
};

struct Relocation {
  std::uint32_t offset = 0;
  std::uint32_t symbol = 0;  ///< Index into the symbol table that the relocation section links to.
  std::uint8_t type = 0;
  std::int32_t addend = 0;
};

/// A parsed file. Names and bytes point into the file's bytes, which outlive the image.
class ElfImage {
 public:
  /// Throws ElfError: not ELF32 little endian, truncated, a table outside the file, sections that overlap, a name
  /// without an end.
  explicit ElfImage(std::span<const std::byte> file);

  /// e_ident[EI_OSABI] and e_ident[EI_ABIVERSION].
  [[nodiscard]] std::uint8_t os_abi() const { return os_abi_; }
  [[nodiscard]] std::uint8_t abi_version() const { return abi_version_; }
  [[nodiscard]] std::span<const Section> sections() const { return sections_; }
  /// The first section of that name; nullptr if there is none.
  [[nodiscard]] const Section* find(std::string_view name) const;

  /// Entries of a section of type SHT_SYMTAB or SHT_DYNSYM. Throws ElfError.
  [[nodiscard]] std::vector<Symbol> symbols(const Section& table) const;
  /// Entries of a section of type SHT_RELA. Throws ElfError.
  [[nodiscard]] std::vector<Relocation> relocations(const Section& table) const;
  /// Description of the note of `owner` and `type` in a section of type SHT_NOTE; empty if it is not there.
  [[nodiscard]] std::span<const std::byte> note(const Section& section, std::string_view owner,
                                                std::uint32_t type) const;
  /// The words of a section. Throws ElfError if its size is no multiple of 4.
  [[nodiscard]] std::vector<std::uint32_t> words(const Section& section) const;
  /// Section by index. Throws ElfError naming `user`.
  [[nodiscard]] const Section& section(std::uint32_t index, std::string_view user) const;

 private:
  void check_overlap() const;
  [[nodiscard]] std::string_view name_at(const Section& strings, std::uint32_t offset, std::string_view user) const;

  std::span<const std::byte> file_;
  std::uint8_t os_abi_ = 0;
  std::uint8_t abi_version_ = 0;
  std::vector<Section> sections_;
};

}  // namespace aie4::host::elf
