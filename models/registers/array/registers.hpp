// SPDX-License-Identifier: Apache-2.0
// The registers of shim, memory and compute tiles: from offset to family, indices and name, and back. No SystemC.
//
// A family is an enumerator (ShimRegister, MemoryRegister, ComputeRegister: models/registers/generated/families.hpp),
// its fields are constants in a namespace of the same name (models/registers/generated/shim_fields.hpp and so on):
//
//   const auto ref = lookup(TileKind::Memory, offset);
//   switch (ref->id<MemoryRegister>()) {
//     case MemoryRegister::dma_s2mm_start_queue:  // channel ref->indices[0] of half ref->half
//       start(get(memory::dma_s2mm_start_queue::Start_BD_ID, value));
//
// Source: AIE4 tile-array notes, section 0 and the register lists named in the data files.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/array/geometry.hpp"
#include "models/registers/array/types.hpp"
#include "models/registers/generated/families.hpp"

namespace aie4::registers {

using array::TileKind;

/// One register, or one byte of a memory or window.
struct RegisterRef {
  const Family* family = nullptr;
  TileKind kind = TileKind::Shim;
  Half half = Half::A;
  std::array<std::uint16_t, 4>
      indices{};             ///< From 0 in each half, whatever the numbers in the name; unused ones are 0.
  std::uint32_t byte = 0;    ///< Offset in the element: 0 for an aligned register.
  std::uint16_t number = 0;  ///< Of the family in its tile kind.

  /// The family as enumerator of its tile kind.
  template <class Register>
  [[nodiscard]] constexpr Register id() const {
    return static_cast<Register>(number);
  }
  /// Offset in the window of the tile, `byte` included.
  [[nodiscard]] std::uint32_t offset() const;
  /// As the hardware spells it: "dma_s2mm_4_bd0_7", "event_broadcast_b_15", "datamemory+0x40".
  [[nodiscard]] std::string name() const;
  /// Whether `field` of the family is in this register, and not in another word of the descriptor.
  [[nodiscard]] bool holds(const Field& field) const;
};

/// The families of a kind of tile in the order of its enum.
[[nodiscard]] std::span<const Family> families(TileKind kind);

/// What lies at `offset` in the window of a tile; none: nothing that we know of. Takes O(log n), allocates nothing.
[[nodiscard]] std::optional<RegisterRef> lookup(TileKind kind, std::uint32_t offset);

/// Offset in the window of the tile. Indices that are left out are 0; they are not checked.
template <class Register, class... Indices>
[[nodiscard]] constexpr std::uint32_t offset_of(Register family, Half half = Half::A, Indices... indices) {
  static_assert(sizeof...(indices) <= 4);
  const FamilyLayout& layout = layout_of(family);
  std::uint32_t offset = layout.offset + (half == Half::B ? kHalfB : 0U);
  [[maybe_unused]] std::size_t dimension = 0;
  ((offset += static_cast<std::uint32_t>(indices) * layout.strides[dimension++]), ...);
  return offset;
}

/// Bytes of one element of the family.
template <class Register>
[[nodiscard]] constexpr std::uint32_t size_of(Register family) {
  return layout_of(family).size;
}

/// The name of what lies at `offset`, or the offset in hexadecimal.
[[nodiscard]] std::string name_of(TileKind kind, std::uint32_t offset);

/// The offset of the register of this name; for command lines and tests: takes O(n).
[[nodiscard]] std::optional<std::uint32_t> offset_by_name(TileKind kind, std::string_view name);

/// "shim", "memory tile" or "compute tile".
[[nodiscard]] std::string_view to_string(TileKind kind);

/// "memory tile dma_s2mm_status_0": the same for all tiles of a kind, for lists of what was touched.
[[nodiscard]] std::string kind_and_name(TileKind kind, std::uint32_t offset);

/// "column 0 shim", "column 0 memory tile 1": rows are logical.
[[nodiscard]] std::string place_of(array::TileId tile, const array::Geometry& geometry);

/// "column 0 memory tile 1 dma_s2mm_status_0": the array-relative `address` for people.
[[nodiscard]] std::string describe(std::uint64_t address, const array::Geometry& geometry);

}  // namespace aie4::registers
