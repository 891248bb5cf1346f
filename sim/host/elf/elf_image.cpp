// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/elf_image.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <span>

namespace aie4::host::elf {
namespace {

/// A structure at `offset` of `bytes`. Throws ElfError if it is not all there.
template <typename T>
T load(std::span<const std::byte> bytes, std::uint64_t offset, std::string_view what) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
    throw ElfError(
        fmt::format("{}: expected {} bytes at {:#x}, only {:#x} are there", what, sizeof(T), offset, bytes.size()));
  }
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::uint32_t align4(std::uint32_t size) {
  return (size + 3U) & ~3U;
}

}  // namespace

ElfImage::ElfImage(std::span<const std::byte> file) : file_(file) {
  const auto header = load<Elf32_Ehdr>(file, 0, "ELF header");
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) throw ElfError("expected an ELF file, came another magic");
  if (header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    throw ElfError(fmt::format("expected a 32-bit little-endian ELF, came class {} data {}", header.e_ident[EI_CLASS],
                               header.e_ident[EI_DATA]));
  }
  os_abi_ = header.e_ident[EI_OSABI];
  abi_version_ = header.e_ident[EI_ABIVERSION];
  if (header.e_shentsize != sizeof(Elf32_Shdr)) {
    throw ElfError(
        fmt::format("section headers: expected {} bytes each, came {}", sizeof(Elf32_Shdr), header.e_shentsize));
  }
  std::vector<std::uint32_t> names;
  for (std::uint32_t i = 0; i < header.e_shnum; ++i) {
    const auto entry = load<Elf32_Shdr>(file, std::uint64_t{header.e_shoff} + std::uint64_t{i} * sizeof(Elf32_Shdr),
                                        fmt::format("section header {}", i));
    Section section;
    section.type = entry.sh_type;
    section.flags = entry.sh_flags;
    section.link = entry.sh_link;
    section.info = entry.sh_info;
    section.file_offset = entry.sh_offset;
    if (entry.sh_type != SHT_NULL && entry.sh_type != SHT_NOBITS) {
      if (entry.sh_offset > file.size() || file.size() - entry.sh_offset < entry.sh_size) {
        throw ElfError(fmt::format("section {}: {:#x} bytes at {:#x} lie beyond the file of {:#x}", i, entry.sh_size,
                                   entry.sh_offset, file.size()));
      }
      section.bytes = file.subspan(entry.sh_offset, entry.sh_size);
    }
    if ((entry.sh_flags & SHF_COMPRESSED) != 0) {
      throw ElfError(fmt::format("section {}: compressed sections are not supported", i));
    }
    names.push_back(entry.sh_name);
    sections_.push_back(section);
  }
  if (sections_.empty()) throw ElfError("expected sections, came none");
  const Section& strings = section(header.e_shstrndx, "e_shstrndx");
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    sections_[i].name = name_at(strings, names[i], fmt::format("name of section {}", i));
  }
  check_overlap();
}

void ElfImage::check_overlap() const {
  std::vector<const Section*> in_order;
  for (const Section& section : sections_) {
    if (!section.bytes.empty()) in_order.push_back(&section);
  }
  std::ranges::stable_sort(in_order, {}, &Section::file_offset);
  for (std::size_t i = 1; i < in_order.size(); ++i) {
    const Section& before = *in_order[i - 1];
    if (before.file_offset + before.bytes.size() > in_order[i]->file_offset) {
      throw ElfError(
          fmt::format("sections {} and {} overlap at {:#x}", before.name, in_order[i]->name, in_order[i]->file_offset));
    }
  }
}

const Section* ElfImage::find(std::string_view name) const {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  return found == sections_.end() ? nullptr : &*found;
}

const Section& ElfImage::section(std::uint32_t index, std::string_view user) const {
  if (index >= sections_.size()) {
    throw ElfError(fmt::format("{}: section {} is named, there are {}", user, index, sections_.size()));
  }
  return sections_[index];
}

std::string_view ElfImage::name_at(const Section& strings, std::uint32_t offset, std::string_view user) const {
  if (offset == 0 && strings.bytes.empty()) return {};
  const auto* begin = reinterpret_cast<const char*>(strings.bytes.data());
  const std::size_t size = strings.bytes.size();
  const void* end = offset < size ? std::memchr(begin + offset, 0, size - offset) : nullptr;
  if (end == nullptr) throw ElfError(fmt::format("{}: no string ends in its table from {:#x} on", user, offset));
  return {begin + offset, static_cast<std::size_t>(static_cast<const char*>(end) - (begin + offset))};
}

std::vector<Symbol> ElfImage::symbols(const Section& table) const {
  const Section& strings = section(table.link, table.name);
  if (table.bytes.size() % sizeof(Elf32_Sym) != 0) {
    throw ElfError(fmt::format("{}: {:#x} bytes are no whole number of symbols", table.name, table.bytes.size()));
  }
  std::vector<Symbol> symbols;
  for (std::size_t offset = 0; offset < table.bytes.size(); offset += sizeof(Elf32_Sym)) {
    const auto entry = load<Elf32_Sym>(table.bytes, offset, table.name);
    symbols.push_back({name_at(strings, entry.st_name, table.name), entry.st_value, entry.st_size,
                       static_cast<std::uint8_t>(ELF32_ST_TYPE(entry.st_info)), entry.st_shndx});
  }
  return symbols;
}

std::vector<Relocation> ElfImage::relocations(const Section& table) const {
  if (table.bytes.size() % sizeof(Elf32_Rela) != 0) {
    throw ElfError(fmt::format("{}: {:#x} bytes are no whole number of relocations", table.name, table.bytes.size()));
  }
  std::vector<Relocation> relocations;
  for (std::size_t offset = 0; offset < table.bytes.size(); offset += sizeof(Elf32_Rela)) {
    const auto entry = load<Elf32_Rela>(table.bytes, offset, table.name);
    relocations.push_back({entry.r_offset, ELF32_R_SYM(entry.r_info),
                           static_cast<std::uint8_t>(ELF32_R_TYPE(entry.r_info)), entry.r_addend});
  }
  return relocations;
}

std::span<const std::byte> ElfImage::note(const Section& section, std::string_view owner, std::uint32_t type) const {
  std::uint64_t offset = 0;
  while (offset < section.bytes.size()) {
    const auto header = load<Elf32_Nhdr>(section.bytes, offset, section.name);
    const std::uint64_t name = offset + sizeof(Elf32_Nhdr);
    const std::uint64_t description = name + align4(header.n_namesz);
    if (header.n_namesz > section.bytes.size() || header.n_descsz > section.bytes.size() ||
        description + header.n_descsz > section.bytes.size()) {
      throw ElfError(fmt::format("{}: the note at {:#x} lies beyond the section", section.name, offset));
    }
    const std::string_view came(reinterpret_cast<const char*>(section.bytes.data()) + name, header.n_namesz);
    if (header.n_type == type && came.substr(0, came.find('\0')) == owner) {
      return section.bytes.subspan(description, header.n_descsz);
    }
    offset = description + align4(header.n_descsz);
  }
  return {};
}

std::vector<std::uint32_t> ElfImage::words(const Section& section) const {
  if (section.bytes.size() % 4 != 0) {
    throw ElfError(fmt::format("{}: {:#x} bytes are no whole number of words", section.name, section.bytes.size()));
  }
  std::vector<std::uint32_t> words(section.bytes.size() / 4);
  std::ranges::copy(section.bytes, std::as_writable_bytes(std::span(words)).begin());
  return words;
}

}  // namespace aie4::host::elf
