// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/reference/conv_reference.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/workload/reference/sums.hpp"

namespace aie4::workload::reference {

Verdict check_conv(const ConvShape& s, const Matrix& image, const Matrix& weights, const Matrix& result,
                   std::span<const std::byte> image_bytes, std::span<const std::byte> weight_bytes,
                   std::span<const std::byte> result_bytes, std::uint64_t max_macs) {
  Verdict verdict;
  verdict.total = s.pixels * s.out_channels;
  verdict.rule = rule_of(image.type);
  const std::uint64_t macs = std::uint64_t{s.window} * s.window * s.channels * s.out_channels;
  const std::uint64_t pixels = std::clamp<std::uint64_t>(max_macs / macs, 1, s.pixels);
  std::vector<std::vector<double>> filters(s.out_channels);
  for (std::uint32_t out = 0; out < s.out_channels; ++out) {
    read_row(weights, weight_bytes, out, weights.columns, filters[out]);
  }
  std::vector<double> row;
  std::vector<double> window;
  for (std::uint64_t i = 0; i < pixels; ++i) {
    const std::uint64_t pixel = pixels == 1 ? 0 : i * (s.pixels - 1) / (pixels - 1);
    window.clear();
    for (std::uint32_t y = 0; y < s.window; ++y) {
      read_row(image, image_bytes, pixel / s.out_width * s.stride + y, image.columns, row);
      for (std::uint32_t x = 0; x < s.window; ++x) {
        const std::uint64_t first = (pixel % s.out_width * s.stride + x) * s.pixel_elements;
        for (std::uint32_t channel = 0; channel < s.channels; ++channel) window.push_back(row[first + channel]);
      }
    }
    for (std::uint32_t out = 0; out < s.out_channels; ++out) {
      Sum sum(image.type);
      std::size_t at = 0;
      for (std::uint32_t y = 0; y < s.window; ++y) {
        for (std::uint32_t x = 0; x < s.window; ++x) {
          const double* filter = filters[out].data() + std::size_t{y} * s.piece_elements + x * s.pixel_elements;
          for (std::uint32_t channel = 0; channel < s.channels; ++channel) sum.add(window[at++], filter[channel]);
        }
      }
      sum.compare(verdict, read_element(result, result_bytes, pixel, out),
                  {.type = result.type, .shift = s.shift, .relu = s.relu}, pixel, out);
    }
  }
  return verdict;
}

}  // namespace aie4::workload::reference
