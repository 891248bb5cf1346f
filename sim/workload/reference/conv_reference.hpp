// SPDX-License-Identifier: Apache-2.0
// Convolutions as the textbook has them, to judge what came out of the array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/workload/reference/numbers.hpp"

namespace aie4::workload::reference {

struct ConvShape {
  std::uint32_t window = 1;
  std::uint32_t stride = 1;
  std::uint32_t channels = 1;
  std::uint32_t pixel_elements = 1;  ///< Of the image, from one pixel to the next.
  std::uint32_t piece_elements = 1;  ///< Of the weights, from one row of the window to the next.
  std::uint32_t out_width = 1;
  std::uint64_t pixels = 1;
  std::uint32_t out_channels = 1;
  std::uint32_t shift = 0;
  bool relu = false;
};

/// The image has its padding around it; weights are out_channels rows. Evenly spread pixels if there are too many.
[[nodiscard]] Verdict check_conv(const ConvShape& shape, const Matrix& image, const Matrix& weights,
                                 const Matrix& result, std::span<const std::byte> image_bytes,
                                 std::span<const std::byte> weight_bytes, std::span<const std::byte> result_bytes,
                                 std::uint64_t max_macs);

}  // namespace aie4::workload::reference
