// SPDX-License-Identifier: Apache-2.0
#include "models/registers/array/registers.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/registers/array/tables.hpp"

namespace aie4::registers {

namespace {

constexpr std::uint16_t kHalfBit = 1U << 15U;

std::span<const tables::Element> elements(TileKind kind) {
  return tables::kElements[static_cast<std::size_t>(kind)];
}

RegisterRef reference(TileKind kind, const tables::Element& element, std::uint32_t byte) {
  RegisterRef ref{.family = &families(kind)[element.family],
                  .kind = kind,
                  .half = (element.index & kHalfBit) != 0 ? Half::B : Half::A,
                  .byte = byte,
                  .number = element.family};
  unsigned rest = element.index & (kHalfBit - 1U);
  for (std::size_t i = ref.family->dimensions.size(); i-- > 0;) {
    const unsigned count = ref.family->dimensions[i].count;
    ref.indices[i] = static_cast<std::uint16_t>(rest % count);
    rest /= count;
  }
  return ref;
}

std::string index_text(const RegisterRef& ref, std::string_view placeholder) {
  const bool b = ref.half == Half::B;
  if (placeholder == "h") return b ? "b" : "a";
  for (std::size_t i = 0; i < ref.family->dimensions.size(); ++i) {
    const Dimension& dimension = ref.family->dimensions[i];
    if (dimension.index != placeholder) continue;
    const auto labels = b ? dimension.labels_b : dimension.labels_a;
    if (!labels.empty()) return std::string(labels[ref.indices[i]]);
    return fmt::format("{}", dimension.first + ref.indices[i] + (b ? dimension.b_delta : 0));
  }
  return std::string(placeholder);
}

}  // namespace

std::uint32_t RegisterRef::offset() const {
  std::uint32_t offset = family->offset + (half == Half::B ? kHalfB : 0U) + byte;
  for (std::size_t i = 0; i < family->dimensions.size(); ++i) offset += indices[i] * family->dimensions[i].stride;
  return offset;
}

std::string RegisterRef::name() const {
  std::string text;
  std::string_view rest = family->name;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    text += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    text += index_text(*this, rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  if (byte != 0) text += fmt::format("+0x{:X}", byte);
  return text;
}

bool RegisterRef::holds(const Field& field) const {
  return family->field_dimension < 0 || indices[static_cast<std::size_t>(family->field_dimension)] == field.index;
}

std::span<const Family> families(TileKind kind) {
  return tables::kFamilies[static_cast<std::size_t>(kind)];
}

std::optional<RegisterRef> lookup(TileKind kind, std::uint32_t offset) {
  const std::span<const tables::Element> all = elements(kind);
  const auto after = std::ranges::upper_bound(all, offset, {}, &tables::Element::offset);
  if (after == all.begin()) return std::nullopt;
  const tables::Element& element = *std::prev(after);
  const std::uint32_t byte = offset - element.offset;
  if (byte >= families(kind)[element.family].size) return std::nullopt;
  return reference(kind, element, byte);
}

std::string name_of(TileKind kind, std::uint32_t offset) {
  const auto ref = lookup(kind, offset);
  return ref ? ref->name() : fmt::format("0x{:05X}", offset);
}

std::optional<std::uint32_t> offset_by_name(TileKind kind, std::string_view name) {
  for (const tables::Element& element : elements(kind)) {
    const Family& family = families(kind)[element.family];
    const std::string_view start = family.name.substr(0, family.name.find('{'));
    if (name.starts_with(start) && reference(kind, element, 0).name() == name) return element.offset;
  }
  return std::nullopt;
}

std::string_view to_string(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return "shim";
    case TileKind::Memory:
      return "memory tile";
    case TileKind::Compute:
      return "compute tile";
  }
  return "tile";
}

std::string kind_and_name(TileKind kind, std::uint32_t offset) {
  return fmt::format("{} {}", to_string(kind), name_of(kind, offset));
}

std::string place_of(array::TileId tile, const array::Geometry& geometry) {
  const TileKind kind = geometry.kind(tile);
  const std::string row = kind == TileKind::Shim ? "" : fmt::format(" {}", tile.row);
  return fmt::format("column {} {}{}", tile.column, to_string(kind), row);
}

std::string describe(std::uint64_t address, const array::Geometry& geometry) {
  const auto place = geometry.locate(address);
  if (!place) return fmt::format("array 0x{:X} (no tile)", address);
  return fmt::format("{} {}", place_of(place->tile, geometry), name_of(geometry.kind(place->tile), place->offset));
}

}  // namespace aie4::registers
