// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/program.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <utility>

namespace aie4::host::elf {
namespace {

constexpr std::uint8_t kPlainAbi = 0x02;
constexpr std::uint8_t kFirstGroupAbi = 0x03;
constexpr std::uint8_t kMergedAbi = 0x21;
constexpr std::uint32_t kConfigurationNote = 6;

/// ".ctrltext.<uc>[.<page>][.<group>]", ".ctrldata..." and ".pad.<uc>" taken apart.
struct SectionName {
  std::string_view stem;
  std::vector<std::uint32_t> numbers;
};

SectionName split(std::string_view name) {
  SectionName result;
  const std::size_t dot = name.find('.', 1);
  result.stem = name.substr(0, dot);
  std::string_view rest = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
  while (!rest.empty()) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{}) throw ElfError(fmt::format("section {}: expected numbers after {}", name, result.stem));
    result.numbers.push_back(number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty()) break;
    if (rest.front() != '.') throw ElfError(fmt::format("section {}: expected '.' after a number", name));
    rest.remove_prefix(1);
  }
  return result;
}

/// The part of a kernel's symbol that says how it is called: "_Z3DPUPcPc" is DPU(char *, char *).
void demangle(std::string_view symbol, Instance& instance) {
  std::string_view rest = symbol;
  std::size_t length = 0;
  if (rest.starts_with("_Z")) rest.remove_prefix(2);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
  if (!symbol.starts_with("_Z") || error != std::errc{} ||
      length > static_cast<std::size_t>(rest.data() + rest.size() - end)) {
    throw ElfError(fmt::format("kernel symbol {}: expected _Z<length><name><arguments>", symbol));
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  instance.kernel = rest.substr(0, length);
  rest.remove_prefix(length);
  std::string suffix;
  for (const char letter : rest) {
    const std::string_view base = letter == 'c' ? "char" : letter == 'i' ? "int" : letter == 'v' ? "void" : "";
    if (letter == 'P') {
      suffix = suffix.empty() ? " *" : suffix + "*";
    } else if (!base.empty()) {
      if (base != "void" || !suffix.empty()) instance.arguments.push_back(std::string(base) + suffix);
      suffix.clear();
    } else {
      throw ElfError(fmt::format("kernel symbol {}: argument type '{}' is not known", symbol, letter));
    }
  }
}

/// Builds one instance from its sections.
class InstanceBuilder {
 public:
  InstanceBuilder(const ElfImage& image, std::uint8_t abi_version) : image_(image), abi_(abi_version) {}

  void add_section(std::uint32_t index) {
    const Section& section = image_.section(index, "group");
    if (section.name.starts_with(".ctrlpkt")) {
      add_control_packets(index, section);
      return;
    }
    if (section.name.starts_with(".ctrltext") || section.name.starts_with(".ctrldata")) {
      add_code(index, section);
    } else if (section.name.starts_with(".pad")) {
      pads_[number(split(section.name), 0, section.name)] = {index, &section};
    }
  }

  Instance finish() {
    for (auto& [uc, pages] : pages_) finish_uc(uc, pages);
    for (const auto& [uc, pad] : pads_) {
      const auto code = std::ranges::find(instance_.code, uc, &UcCode::uc);
      if (code == instance_.code.end()) throw ElfError(fmt::format("{}: uC {} has no code", pad.second->name, uc));
      const auto place = static_cast<std::size_t>(code - instance_.code.begin());
      places_[pad.first] = {Patch::Where::Code, place, code->bytes.size(), pad.second->bytes.size()};
      code->bytes.insert(code->bytes.end(), pad.second->bytes.begin(), pad.second->bytes.end());
    }
    return std::move(instance_);
  }

  /// Where bytes of a section ended up.
  struct Place {
    Patch::Where where = Patch::Where::Code;
    std::size_t index = 0;
    std::uint64_t base = 0;   ///< Of relocation offset 0.
    std::uint64_t limit = 0;  ///< Relocation offsets stay below.
  };
  [[nodiscard]] std::optional<Place> place_of(std::uint32_t section) const {
    const auto found = places_.find(section);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  struct Page {
    std::optional<std::uint32_t> text;
    std::optional<std::uint32_t> data;
  };

  static std::uint32_t number(const SectionName& name, std::size_t index, std::string_view section) {
    if (index >= name.numbers.size()) {
      throw ElfError(fmt::format("section {}: expected at least {} numbers in its name", section, index + 1));
    }
    return name.numbers[index];
  }

  void add_control_packets(std::uint32_t index, const Section& section) {
    const std::size_t dot = section.name.find('.', 1);
    places_[index] = {Patch::Where::ControlPackets, instance_.control_packets.size(), 0, section.bytes.size()};
    instance_.control_packets.push_back(
        {std::string(section.name.substr(0, dot)), {section.bytes.begin(), section.bytes.end()}});
  }

  void add_code(std::uint32_t index, const Section& section) {
    const SectionName name = split(section.name);
    const std::uint32_t uc = number(name, 0, section.name);
    if (uc >= Program::kMaxUcs) throw ElfError(fmt::format("section {}: there is no uC {}", section.name, uc));
    const bool merged = abi_ == kMergedAbi;
    const std::uint32_t page_number = merged ? 0 : number(name, 1, section.name);
    if (page_number >= Program::kMaxPages) {
      throw ElfError(fmt::format("section {}: page numbers end at {}", section.name, Program::kMaxPages - 1));
    }
    Page& page = pages_[uc][page_number];
    std::optional<std::uint32_t>& slot = name.stem == ".ctrltext" ? page.text : page.data;
    if (slot) throw ElfError(fmt::format("section {} is there twice", section.name));
    slot = index;
  }

  void finish_uc(std::uint32_t uc, const std::map<std::uint32_t, Page>& pages) {
    UcCode code{.uc = uc, .bytes = {}, .pages = 0};
    const std::size_t place = instance_.code.size();
    for (const auto& [page_number, page] : pages) {
      if (page_number * std::uint64_t{Program::kPageSize} != code.bytes.size()) {
        throw ElfError(fmt::format("uC {}: page {} follows page {}", uc, page_number,
                                   static_cast<std::int64_t>(code.bytes.size() / Program::kPageSize) - 1));
      }
      if (!page.text) throw ElfError(fmt::format("uC {}: page {} has data but no text", uc, page_number));
      const std::uint64_t start = code.bytes.size();
      for (const auto& index : {page.text, page.data}) {
        if (!index) continue;
        const Section& section = image_.section(*index, "page");
        code.bytes.insert(code.bytes.end(), section.bytes.begin(), section.bytes.end());
      }
      const std::uint64_t length = code.bytes.size() - start;
      const bool fits =
          abi_ == kMergedAbi ? length > 0 && length % Program::kPageSize == 0 : length <= Program::kPageSize;
      if (!fits || code.bytes.size() > std::uint64_t{Program::kMaxPages} * Program::kPageSize) {
        throw ElfError(
            fmt::format("uC {}: page {} is {} bytes long, pages have {}", uc, page_number, length, Program::kPageSize));
      }
      if (abi_ != kMergedAbi) code.bytes.resize(start + Program::kPageSize);
      // Relocations count from the first body byte, of the page or, when merged, of page 0.
      const std::uint64_t limit = (abi_ == kMergedAbi ? length : Program::kPageSize) - Program::kPageHeader;
      for (const auto& index : {page.text, page.data}) {
        if (index) places_[*index] = {Patch::Where::Code, place, start + Program::kPageHeader, limit};
      }
    }
    code.pages = static_cast<std::uint32_t>(code.bytes.size() / Program::kPageSize);
    instance_.code.push_back(std::move(code));
  }

  const ElfImage& image_;
  std::uint8_t abi_;
  Instance instance_;
  std::map<std::uint32_t, std::map<std::uint32_t, Page>> pages_;  // uC, page.
  std::map<std::uint32_t, std::pair<std::uint32_t, const Section*>> pads_;
  std::map<std::uint32_t, Place> places_;
};

class ProgramReader {
 public:
  explicit ProgramReader(const ElfImage& image) : image_(image) {}

  Program read() {
    read_identity();
    if (program_.is_plain()) {
      read_plain();
    } else {
      read_groups();
    }
    read_relocations();
    for (std::size_t i = 0; i < program_.instances.size(); ++i) {
      if (program_.instances[i].code.empty()) {
        throw ElfError(fmt::format("instance {}: there is no control code", program_.instances[i].full_name()));
      }
    }
    return std::move(program_);
  }

 private:
  void read_identity() {
    const auto platform = static_cast<Platform>(image_.os_abi());
    if (platform != Platform::LegacyGroup && platform != Platform::Aie4 && platform != Platform::Aie4a &&
        platform != Platform::Aie4z) {
      throw ElfError(fmt::format(
          "expected a program for aie4 (OSABI 0x46, 0x4b, 0x56 or 0x69), came OSABI {:#x}{}: assemble with -t aie4",
          image_.os_abi(),
          image_.os_abi() == 0x40   ? " (aie2ps)"
          : image_.os_abi() == 0x45 ? " (aie2p)"
                                    : ""));
    }
    program_.platform = platform;
    program_.abi_version = image_.abi_version();
    if (image_.abi_version() < kPlainAbi) {
      throw ElfError(
          fmt::format("ABI version {:#x} is older than any that is known for AIE4 (0x02)", image_.abi_version()));
    }
    if (const Section* section = image_.find(".note.xrt.configuration"); section != nullptr) {
      const auto description = image_.note(*section, "XRT", kConfigurationNote);
      if (description.size() >= 4) {
        std::uint32_t columns = 0;
        std::memcpy(&columns, description.data(), 4);
        if (columns == 0 || columns > Program::kMaxUcs / 2) {
          throw ElfError(fmt::format(".note.xrt.configuration: {} columns", columns));
        }
        program_.columns = columns;
      }
    }
  }

  void read_plain() {
    InstanceBuilder builder(image_, program_.abi_version);
    for (std::uint32_t i = 0; i < image_.sections().size(); ++i) builder.add_section(i);
    program_.instances.push_back(builder.finish());
    builders_.push_back(std::move(builder));
  }

  void read_groups() {
    if (program_.abi_version < kFirstGroupAbi) throw ElfError("expected a group ELF");
    const Section* table = image_.find(".symtab");
    if (table == nullptr) throw ElfError("expected .symtab with kernels and instances, there is none");
    const std::vector<Symbol> symbols = image_.symbols(*table);
    std::map<std::uint32_t, std::string_view> owner;
    for (const Section& group : image_.sections()) {
      if (group.type != SHT_GROUP) continue;
      if (group.info >= symbols.size()) {
        throw ElfError(fmt::format("{}: names symbol {}, there are {}", group.name, group.info, symbols.size()));
      }
      const Symbol& instance = symbols[group.info];
      if (instance.section >= symbols.size()) {
        throw ElfError(fmt::format("instance {}: its kernel is symbol {}, there are {}", instance.name,
                                   instance.section, symbols.size()));
      }
      const std::vector<std::uint32_t> words = image_.words(group);
      InstanceBuilder builder(image_, program_.abi_version);
      for (std::size_t i = 1; i < words.size(); ++i) {
        if (!owner.emplace(words[i], group.name).second) {
          throw ElfError(fmt::format("section {} belongs to {} and to {}", words[i], owner[words[i]], group.name));
        }
        builder.add_section(words[i]);
      }
      Instance built = builder.finish();
      built.name = instance.name;
      demangle(symbols[instance.section].name, built);
      program_.instances.push_back(std::move(built));
      builders_.push_back(std::move(builder));
    }
    if (program_.instances.empty()) throw ElfError("expected at least one .group section, there is none");
  }

  void read_relocations() {
    const Section* table = image_.find(".rela.dyn");
    if (table == nullptr) return;
    const std::vector<Symbol> symbols = image_.symbols(image_.section(table->link, table->name));
    const std::vector<Relocation> relocations = image_.relocations(*table);
    for (std::size_t i = 0; i < relocations.size(); ++i) add_patch(i, relocations[i], symbols);
  }

  void add_patch(std::size_t number, const Relocation& relocation, const std::vector<Symbol>& symbols) {
    if (relocation.symbol >= symbols.size()) {
      throw ElfError(
          fmt::format(".rela.dyn entry {}: names symbol {}, there are {}", number, relocation.symbol, symbols.size()));
    }
    const Symbol& symbol = symbols[relocation.symbol];
    const auto rule = find_rule(relocation.type);
    if (!rule || rule->words == 0) {
      throw ElfError(fmt::format(".rela.dyn entry {}: type {}{} does not apply to AIE4", number, relocation.type,
                                 rule ? fmt::format(" ({})", rule->name) : std::string()));
    }
    for (std::size_t i = 0; i < builders_.size(); ++i) {
      const auto place = builders_[i].place_of(symbol.section);
      if (!place) continue;
      const std::uint64_t bytes = std::uint64_t{rule->words} * 4;
      if (relocation.offset % 4 != 0 || relocation.offset > place->limit || place->limit - relocation.offset < bytes) {
        throw ElfError(fmt::format(".rela.dyn entry {}: {} bytes at {:#x} of {} lie outside of it or are not aligned",
                                   number, bytes, relocation.offset, image_.section(symbol.section, ".rela.dyn").name));
      }
      program_.instances[i].patches.push_back({.where = place->where,
                                               .index = place->index,
                                               .offset = place->base + relocation.offset,
                                               .schema = rule->schema,
                                               .symbol = std::string(symbol.name),
                                               .addend = relocation.addend,
                                               .mask = symbol.size});
      return;
    }
    throw ElfError(fmt::format(".rela.dyn entry {}: section {} of symbol {} is part of no instance", number,
                               symbol.section, symbol.name));
  }

  const ElfImage& image_;
  Program program_;
  std::vector<InstanceBuilder> builders_;
};

}  // namespace

std::size_t Instance::argument_count() const {
  std::size_t count = arguments.size();
  for (const Patch& patch : patches) {
    std::uint32_t number = 0;
    const char* end = patch.symbol.data() + patch.symbol.size();
    if (patch.is_argument() && std::from_chars(patch.symbol.data(), end, number).ec == std::errc{}) {
      count = std::max(count, std::size_t{number} + 1);
    }
  }
  return count;
}

const Instance& Program::find(std::string_view name) const {
  const auto matches = [name](const Instance& instance) {
    return instance.full_name() == name || instance.name == name;
  };
  if (name.empty() && instances.size() == 1) return instances.front();
  const auto found = std::ranges::find_if(instances, matches);
  if (!name.empty() && found != instances.end()) return *found;
  std::string names;
  for (const Instance& instance : instances) names += (names.empty() ? "" : ", ") + instance.full_name();
  throw ElfError(fmt::format("expected one of {}, came {}", names, name.empty() ? "no name" : name));
}

Program read_program(std::span<const std::byte> file) {
  const ElfImage image(file);
  return ProgramReader(image).read();
}

}  // namespace aie4::host::elf
