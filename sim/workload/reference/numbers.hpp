// SPDX-License-Identifier: Apache-2.0
// Elements in memory as numbers, seeded data, and comparisons. Written apart from the kernels, which it judges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::workload::reference {

/// A matrix in host memory: rows begin `row_bytes` apart.
struct Matrix {
  compute::ElementType type = compute::ElementType::i8;
  std::uint64_t row_bytes = 0;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;

  [[nodiscard]] std::uint64_t bytes() const { return rows * row_bytes; }
};

/// The first `count` elements of a row; integers and floats are exact in a double.
void read_row(const Matrix& matrix, std::span<const std::byte> bytes, std::uint64_t row, std::uint64_t count,
              std::vector<double>& values);
[[nodiscard]] double read_element(const Matrix& matrix, std::span<const std::byte> bytes, std::uint64_t row,
                                  std::uint64_t column);
/// The nearest bf16, ties to even, as a double.
[[nodiscard]] double nearest_bf16(double value);

/// Integers: the whole range of the type. Floats: -1 to 1. Zeros behind the last column. The same for the same seed.
[[nodiscard]] std::vector<std::byte> random_matrix(const Matrix& matrix, std::uint64_t seed);

/// What a check found.
struct Verdict {
  std::uint64_t compared = 0;  ///< Elements.
  std::uint64_t different = 0;
  std::uint64_t total = 0;  ///< Elements there are.
  double worst = 0;         ///< Error as a part of what is allowed; floats only.
  std::string first = {};   ///< Of the differences: where, expected, came.
  std::string rule = {};    ///< "exact", or what was allowed.

  [[nodiscard]] bool ok() const { return different == 0 && compared > 0; }
  /// Counts one element; `allowed` is the largest error.
  void compare(double came, double expected, double allowed, std::uint64_t row, std::uint64_t column);
  /// Counts what another check by the same rule found.
  void add(const Verdict& other);
};

}  // namespace aie4::workload::reference
