// SPDX-License-Identifier: Apache-2.0
// Blocks of eight elements with one exponent. No NaN and no infinity; an exponent of 255 is a number like any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::compute {

/// An element is mantissa * 2^(exponent - kBfpBias).
inline constexpr int kBfpBias = 133;

struct BfpBlock {
  std::uint8_t exponent = 0;
  std::int8_t mantissas[kBfpBlock] = {};  // NOLINT(cppcoreguidelines-avoid-c-arrays): the layout in memory
};
static_assert(sizeof(BfpBlock) == kBfpBlockBytes);

/// The smallest exponent at which no mantissa, rounded to nearest even, exceeds 127 in magnitude; 0 for zeros. Infinite
/// values count as the largest finite fp32 of their sign, NaN as 0.
[[nodiscard]] BfpBlock to_bfp16(std::span<const float, kBfpBlock> values);
/// Exact, but for what exceeds fp32 and becomes infinite.
void from_bfp16(const BfpBlock& block, std::span<float, kBfpBlock> values);

}  // namespace aie4::compute
