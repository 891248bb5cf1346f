// SPDX-License-Identifier: Apache-2.0
// Windows that move over an image: what pooling and convolution share.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "models/compute/kernels/kernel_call.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"

namespace aie4::compute {

/// Images are height x width x channels, channels next to each other. Parameters of a window kernel begin with these.
namespace window_parameter {
enum : std::size_t {
  height,
  width,
  channels,
  kernel_h,
  kernel_w,
  stride_h,
  stride_w,
  pad_top,
  pad_bottom,
  pad_left,
  pad_right,
  count
};
}

inline constexpr std::array<KernelParameter, window_parameter::count> kWindowParameters = {
    count_parameter("height", 16, 1, 65536, "rows of pixels of x"),
    count_parameter("width", 16, 1, 65536, "pixels of a row of x"),
    count_parameter("channels", 16, 1, 65536, "channels of x"),
    count_parameter("kernel_h", 1, 1, 255, "rows of the window"),
    count_parameter("kernel_w", 1, 1, 255, "pixels of a row of the window"),
    count_parameter("stride_h", 1, 1, 255, "rows from window to window"),
    count_parameter("stride_w", 1, 1, 255, "pixels from window to window"),
    count_parameter("pad_top", 0, 0, 254, "rows of padding above x, fewer than the window has"),
    count_parameter("pad_bottom", 0, 0, 254, "rows of padding below x"),
    count_parameter("pad_left", 0, 0, 254, "pixels of padding left of x"),
    count_parameter("pad_right", 0, 0, 254, "pixels of padding right of x"),
};

/// The tables of a window kernel: those above and its own.
template <std::size_t own>
consteval auto window_parameters(const std::array<KernelParameter, own>& more) {
  std::array<KernelParameter, window_parameter::count + own> result = {};
  std::copy(kWindowParameters.begin(), kWindowParameters.end(), result.begin());
  std::copy(more.begin(), more.end(), result.begin() + window_parameter::count);
  return result;
}

struct Window {
  explicit Window(const KernelCall& call);

  std::uint32_t height;
  std::uint32_t width;
  std::uint32_t channels;
  std::uint32_t kernel_h;
  std::uint32_t kernel_w;
  std::uint32_t stride_h;
  std::uint32_t stride_w;
  std::uint32_t pad_top;
  std::uint32_t pad_bottom;
  std::uint32_t pad_left;
  std::uint32_t pad_right;

  /// What is wrong; empty if nothing is. Everything below needs a window without errors.
  [[nodiscard]] std::string check() const;
  [[nodiscard]] std::uint32_t out_height() const { return (height + pad_top + pad_bottom - kernel_h) / stride_h + 1; }
  [[nodiscard]] std::uint32_t out_width() const { return (width + pad_left + pad_right - kernel_w) / stride_w + 1; }
  [[nodiscard]] std::uint64_t in_elements() const { return std::uint64_t{height} * width * channels; }
  [[nodiscard]] std::uint64_t out_pixels() const { return std::uint64_t{out_height()} * out_width(); }
  [[nodiscard]] bool padded() const { return pad_top + pad_bottom + pad_left + pad_right != 0; }

  /// Calls `visit(kernel row, kernel column, index of the pixel in x)` for each pixel of x in the window of an output
  /// pixel, row by row.
  template <class Visit>
  void for_each_pixel(std::uint32_t out_row, std::uint32_t out_column, const Visit& visit) const {
    for (std::uint32_t i = 0; i < kernel_h; ++i) {
      const std::uint32_t row = out_row * stride_h + i - pad_top;  // wraps above the image
      if (row >= height) continue;
      for (std::uint32_t j = 0; j < kernel_w; ++j) {
        const std::uint32_t column = out_column * stride_w + j - pad_left;
        if (column < width) visit(i, j, std::size_t{row} * width + column);
      }
    }
  }
};

}  // namespace aie4::compute
