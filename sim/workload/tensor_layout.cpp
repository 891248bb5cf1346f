// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/tensor_layout.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <numeric>

namespace aie4::workload {
namespace {

/// Calls `run(place in the buffer, place in the dense tensor, bytes)` for each run of consecutive elements.
template <class Run>
void for_each_run(const TensorLayout& layout, const Run& run) {
  const Shape& shape = layout.shape;
  const std::uint64_t rows = shape.size() > 1 ? shape.front() : 1;
  const std::uint64_t pixels = shape.size() > 2 ? shape[1] : 1;
  const std::uint64_t bytes = compute::bytes_of(layout.type, shape.back());
  std::uint64_t dense = 0;
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::uint64_t pixel = 0; pixel < pixels; ++pixel) {
      run(layout.offset + row * layout.row_bytes + pixel * layout.pixel_bytes, dense, bytes);
      dense += bytes;
    }
  }
}

}  // namespace

std::uint64_t elements_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

std::string to_string(const Shape& shape) {
  return fmt::format("{}", fmt::join(shape, " x "));
}

std::uint64_t TensorLayout::dense_bytes() const {
  return elements_of(shape) / shape.back() * compute::bytes_of(type, shape.back());
}

void place(const TensorLayout& layout, std::span<const std::byte> dense, std::span<std::byte> buffer) {
  for_each_run(layout, [&](std::uint64_t to, std::uint64_t from, std::uint64_t bytes) {
    if (to + bytes > buffer.size()) return;
    std::ranges::copy(dense.subspan(from, bytes), buffer.subspan(to, bytes).begin());
  });
}

std::vector<std::byte> take(const TensorLayout& layout, std::span<const std::byte> buffer) {
  std::vector<std::byte> dense(layout.dense_bytes());
  for_each_run(layout, [&](std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
    std::ranges::copy(buffer.subspan(from, bytes), std::span(dense).subspan(to, bytes).begin());
  });
  return dense;
}

void scale(const TensorLayout& layout, int exponent, std::span<std::byte> buffer) {
  const float factor = std::ldexp(1.0F, exponent);
  for_each_run(layout, [&](std::uint64_t at, std::uint64_t, std::uint64_t bytes) {
    const std::span<std::byte> run = buffer.subspan(at, bytes);
    if (layout.type == compute::ElementType::fp32) {
      for (std::size_t i = 0; i < bytes; i += sizeof(float)) {
        float value = 0;
        std::memcpy(&value, &run[i], sizeof value);
        value *= factor;
        std::memcpy(&run[i], &value, sizeof value);
      }
    }
    if (layout.type == compute::ElementType::bf16) {
      for (std::size_t i = 0; i < bytes; i += sizeof(std::uint16_t)) {
        std::uint16_t half = 0;
        std::memcpy(&half, &run[i], sizeof half);
        const float value = std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16) * factor;
        half = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
        std::memcpy(&run[i], &half, sizeof half);
      }
    }
  });
}

}  // namespace aie4::workload
