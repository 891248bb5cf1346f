// SPDX-License-Identifier: Apache-2.0
// Random buffer descriptors, the same on every machine.
#pragma once

#include <cstdint>
#include <random>

#include "models/array/dma/buffer_descriptor.hpp"

namespace aie4::array {

class RandomBds {
 public:
  explicit RandomBds(std::uint32_t seed) : engine_(seed) {}

  /// 0..limit, without the distributions of the library, which differ between implementations.
  std::uint32_t up_to(std::uint32_t limit) {
    return static_cast<std::uint32_t>(engine_() % (std::uint64_t{limit} + 1));
  }

  /// Any words at all.
  BdWords words() {
    BdWords words{};
    for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(engine_());
    return words;
  }

  /// Addresses of all kinds in few words: small wraps, steps that go back, ends of the address space, padding if
  /// `padding`.
  BufferDescriptor addresses(BdKind kind, bool padding) {
    const BdLayout& layout = bd_layout(kind);
    const std::uint64_t units = (std::uint64_t{1} << layout.address_bits) - 1;
    BufferDescriptor bd;
    bd.base_address = up_to(3) == 0 ? units - up_to(300) : up_to(0x7FFF);
    if (layout.byte_address) bd.base_address &= ~std::uint64_t{3};
    bd.buffer_length = up_to(9) == 0 ? 0 : up_to(1500);
    const auto step = [&](std::uint32_t field_bits) {
      const std::uint32_t mask = (1U << field_bits) - 1;
      switch (up_to(3)) {
        case 0:
          return up_to(2);
        case 1:
          return (0U - up_to(64)) & mask;
        default:
          return up_to(200);
      }
    };
    const bool compute = kind == BdKind::Compute;
    const std::uint32_t step_bits = compute ? 15 : kind == BdKind::Memory ? 23 : 22;
    bd.d1_stepsize = step(step_bits);
    bd.d2_stepsize = step(step_bits);
    if (!compute) bd.d3_stepsize = step(step_bits);
    bd.iteration_stepsize = step(step_bits);
    const auto wrap = [&] { return up_to(4) == 0 ? 0 : 1 + up_to(up_to(1) == 0 ? 3 : 30); };
    bd.d0_wrap = wrap();
    bd.d1_wrap = wrap();
    if (!compute) bd.d2_wrap = wrap();
    if (up_to(4) == 0 && bd.d0_wrap != 0) bd.d1_stepsize = bd.d0_wrap;  // Rows that follow each other.
    bd.iteration_wrap = up_to(20);
    bd.iteration_current = up_to(bd.iteration_wrap);
    if (padding) {
      const auto pad = [&] { return up_to(2) == 0 ? 0 : up_to(5); };
      bd.d0_pad_before = pad();
      if (bd.d0_wrap != 0) {
        bd.d0_pad_after = pad();
        bd.d1_pad_before = pad();
        if (bd.d1_wrap != 0) {
          bd.d1_pad_after = pad();
          bd.d2_pad_before = pad();
          if (bd.d2_wrap != 0) bd.d2_pad_after = pad();
        }
      }
    }
    return bd;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace aie4::array
