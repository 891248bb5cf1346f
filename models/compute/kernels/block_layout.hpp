// SPDX-License-Identifier: Apache-2.0
// Matrices as the matrix unit likes them: blocks in row-major order, each in row-major order itself.
#pragma once

#include <cstdint>

namespace aie4::compute {

/// `rows` and `columns` are multiples of the block's. A block as wide as the matrix makes it row-major.
struct BlockLayout {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t block_rows = 0;
  std::uint32_t block_columns = 0;

  [[nodiscard]] std::uint64_t size() const { return std::uint64_t{rows} * columns; }
  [[nodiscard]] bool row_major() const { return block_columns == columns; }
  /// Where an element lies, in elements from the start of the matrix.
  [[nodiscard]] std::uint64_t index(std::uint32_t row, std::uint32_t column) const {
    const std::uint64_t block_row = row / block_rows;
    const std::uint64_t block_column = column / block_columns;
    return (block_row * columns + block_column * block_columns) * block_rows +
           std::uint64_t{row % block_rows} * block_columns + column % block_columns;
  }
  /// Calls `visit(row, column, index)` for each run of `block_columns` elements, in the order of their rows.
  template <class Visit>
  void for_each_run(const Visit& visit) const {
    for (std::uint32_t row = 0; row < rows; ++row) {
      std::uint64_t at = index(row, 0);
      for (std::uint32_t column = 0; column < columns; column += block_columns) {
        visit(row, column, at);
        at += std::uint64_t{block_rows} * block_columns;
      }
    }
  }
};

}  // namespace aie4::compute
