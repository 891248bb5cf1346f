// SPDX-License-Identifier: Apache-2.0
// Tensors in the buffers of programs: where their elements lie, into them and out of them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::workload {

/// Sizes, the outermost first. A tensor on its own is dense, the last size innermost.
using Shape = std::vector<std::uint64_t>;

[[nodiscard]] std::uint64_t elements_of(const Shape& shape);
/// "56 x 56 x 64".
[[nodiscard]] std::string to_string(const Shape& shape);

/// Where the elements of a tensor lie in a buffer of the host: rows of pixels of elements. What lies between is the
/// program's business.
struct TensorLayout {
  compute::ElementType type = compute::ElementType::i8;
  Shape shape = {};               ///< One to three sizes: {elements}, {rows, elements}, {rows, pixels, elements}.
  std::uint64_t offset = 0;       ///< Bytes, of the first element.
  std::uint64_t row_bytes = 0;    ///< From row to row.
  std::uint64_t pixel_bytes = 0;  ///< From pixel to pixel.

  [[nodiscard]] std::uint64_t dense_bytes() const;
};

/// Writes a dense tensor into a buffer. Nothing else of the buffer changes. Buffers of images may end before rows that
/// no window reaches; these are left out.
void place(const TensorLayout& layout, std::span<const std::byte> dense, std::span<std::byte> buffer);
/// The dense tensor of a buffer.
[[nodiscard]] std::vector<std::byte> take(const TensorLayout& layout, std::span<const std::byte> buffer);
/// Multiplies a tensor of floats in a buffer by a power of two.
void scale(const TensorLayout& layout, int exponent, std::span<std::byte> buffer);

}  // namespace aie4::workload
