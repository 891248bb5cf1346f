// SPDX-License-Identifier: Apache-2.0
// Tensors into buffers and out of them: the right bytes, and no other.
#include "sim/workload/tensor_layout.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using namespace aie4::workload;
using aie4::compute::ElementType;

std::vector<std::byte> counted(std::size_t bytes) {
  std::vector<std::byte> result(bytes);
  for (std::size_t i = 0; i < bytes; ++i) result[i] = static_cast<std::byte>(i + 1);
  return result;
}

TEST_CASE("A padded image gets its pixels and keeps its padding") {
  // 2 x 3 pixels of 3 channels in words, one pixel of padding around them.
  const TensorLayout layout{
      .type = ElementType::i8, .shape = {2, 3, 3}, .offset = 24, .row_bytes = 20, .pixel_bytes = 4};
  const std::vector<std::byte> dense = counted(layout.dense_bytes());
  REQUIRE(dense.size() == 18);
  std::vector<std::byte> buffer(80, std::byte{0xEE});
  place(layout, dense, buffer);
  std::vector<std::byte> expected(80, std::byte{0xEE});
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t pixel = 0; pixel < 3; ++pixel) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        expected[(row + 1) * 20 + (pixel + 1) * 4 + channel] = dense[(row * 3 + pixel) * 3 + channel];
      }
    }
  }
  CHECK(buffer == expected);
  CHECK(take(layout, buffer) == dense);
  // A window of one pixel that goes two at a time never comes to the last row.
  std::vector<std::byte> shorter(50, std::byte{0xEE});
  place(layout, dense, shorter);
  expected.resize(40);
  CHECK(std::ranges::equal(std::span(shorter).first(40), expected));
  CHECK(std::ranges::all_of(std::span(shorter).subspan(47), [](std::byte byte) { return byte == std::byte{0xEE}; }));
}

TEST_CASE("Rows of words and plain lists come out as they went in") {
  for (const TensorLayout& layout : {TensorLayout{.type = ElementType::bf16, .shape = {3, 5}, .row_bytes = 12},
                                     TensorLayout{.type = ElementType::i32, .shape = {7}}}) {
    const std::vector<std::byte> dense = counted(layout.dense_bytes());
    std::vector<std::byte> buffer(64);
    place(layout, dense, buffer);
    CHECK(take(layout, buffer) == dense);
  }
}

TEST_CASE("Scaling by a power of two changes exponents only, and only of the tensor") {
  std::vector<float> values = {1.5F, -3, 0, 7};
  const TensorLayout layout{.type = ElementType::fp32, .shape = {3}};
  scale(layout, -2, std::as_writable_bytes(std::span(values)));
  CHECK(values == std::vector<float>{0.375F, -0.75F, 0, 7});
  std::vector<std::uint16_t> halves = {0x3FC0, 0xC040, 0};  // bf16: 1.5, -3, 0.
  scale({.type = ElementType::bf16, .shape = {3}}, 1, std::as_writable_bytes(std::span(halves)));
  CHECK(halves == std::vector<std::uint16_t>{0x4040, 0xC0C0, 0});
}

}  // namespace
