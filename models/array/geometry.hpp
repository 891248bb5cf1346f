// SPDX-License-Identifier: Apache-2.0
// Which tiles there are and where their windows lie in the array's address space. Pure.
// Source: aie-codegen XAie_GetTileAddr and public AIE4 control code (AIE4 tile-array notes 1.1, 1.2).
#pragma once

#include <cstdint>
#include <optional>

namespace aie4::array {

enum class TileKind : std::uint8_t { Shim, Memory, Compute };

/// A tile by column and *logical* row: 0 shim, then memory rows, then compute rows.
struct TileId {
  std::uint8_t column = 0;
  std::uint8_t row = 0;

  friend constexpr bool operator==(const TileId&, const TileId&) = default;
};

/// A byte in the window of one tile.
struct TileAddress {
  TileId tile;
  std::uint32_t offset = 0;
};

struct Geometry {
  static constexpr unsigned kRowShift = 20;
  static constexpr unsigned kColumnShift = 25;
  /// A memory tile takes five rows of addresses: its registers, then a 4 MiB window for its data.
  static constexpr unsigned kMemoryTileRows = 5;

  std::uint8_t columns = 3;      ///< 1..60.
  std::uint8_t memory_rows = 1;  ///< 1 or 2.
  std::uint8_t compute_rows = 4;

  [[nodiscard]] constexpr unsigned rows() const { return 1U + memory_rows + compute_rows; }
  [[nodiscard]] constexpr bool contains(TileId tile) const { return tile.column < columns && tile.row < rows(); }
  [[nodiscard]] constexpr TileKind kind(TileId tile) const {
    if (tile.row == 0) return TileKind::Shim;
    return tile.row <= memory_rows ? TileKind::Memory : TileKind::Compute;
  }
  /// Start of the tile's window, relative to the array.
  [[nodiscard]] constexpr std::uint64_t base(TileId tile) const {
    return std::uint64_t{tile.column} << kColumnShift | std::uint64_t{address_row(tile.row)} << kRowShift;
  }
  /// The tile whose window holds the array-relative `address`; none: a hole of the map or beyond the array.
  [[nodiscard]] constexpr std::optional<TileAddress> locate(std::uint64_t address) const {
    const std::uint64_t column = address >> kColumnShift;
    if (column >= columns) return std::nullopt;
    const auto in_column = static_cast<std::uint32_t>(address & ((1U << kColumnShift) - 1));
    const unsigned address_row_number = in_column >> kRowShift;
    unsigned row = 0;
    if (address_row_number != 0) {
      const unsigned memory = (address_row_number - 1) / kMemoryTileRows;
      row = memory < memory_rows ? 1 + memory : address_row_number - (kMemoryTileRows - 1U) * memory_rows;
    }
    if (row >= rows()) return std::nullopt;
    const TileId tile{static_cast<std::uint8_t>(column), static_cast<std::uint8_t>(row)};
    return TileAddress{tile, in_column - (address_row(row) << kRowShift)};
  }

 private:
  [[nodiscard]] constexpr unsigned address_row(unsigned row) const {
    if (row <= 1) return row;
    return row <= memory_rows ? kMemoryTileRows * row - (kMemoryTileRows - 1)
                              : row + (kMemoryTileRows - 1) * memory_rows;
  }
};

}  // namespace aie4::array
