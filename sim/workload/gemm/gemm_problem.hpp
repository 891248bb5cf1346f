// SPDX-License-Identifier: Apache-2.0
// A matrix product and how its operands lie in host memory. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::workload {

/// Rows of A that are windows of an image in host memory: row i is the window of pixel i of the result, row by row. A
/// window is `segments` pieces of rows of the image; each piece counts `segment_k` elements of K, which may be more
/// than the window has: weights are 0 there.
struct ImageWindows {
  std::uint32_t out_width = 0;
  std::uint32_t out_height = 0;
  std::uint64_t image_row_words = 0;
  std::uint32_t pixel_words = 0;  ///< From one window to the next in a row.
  std::uint32_t stride_rows = 1;  ///< Rows of the image from one row of windows to the next.
  std::uint32_t segments = 1;
  std::uint32_t segment_k = 0;
};

/// C (M x N) = A (M x K) * B (K x N), then shifted, rounded and saturated to the type of C.
struct GemmProblem {
  std::uint64_t m = 0;
  std::uint64_t k = 0;
  std::uint64_t n = 0;
  compute::ElementType a = compute::ElementType::i8;
  compute::ElementType b = compute::ElementType::i8;
  compute::ElementType c = compute::ElementType::i8;
  bool b_rows = false;      ///< B lies as K x N; otherwise as N x K, as weights of linear layers do.
  std::uint32_t shift = 0;  ///< Bits, integers only.
  bool relu = false;
  std::optional<ImageWindows> windows = {};  ///< A is an image; k = segments * segment_k, m = out_width * out_height.
};

/// Elements that fill a whole number of 32-bit words.
[[nodiscard]] std::uint64_t word_elements(compute::ElementType type);
/// 32-bit words of `count` elements, rounded up.
[[nodiscard]] std::uint64_t words_of(compute::ElementType type, std::uint64_t count);

}  // namespace aie4::workload
