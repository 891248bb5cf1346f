// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/bfp16.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "models/compute/kernels/power_of_two.hpp"

namespace aie4::compute {
namespace {

/// To nearest even, for magnitudes below 2^51: adding 1.5 * 2^52 leaves no room for a fraction.
double round_even(double value) {
  constexpr double kMagic = 6755399441055744.0;
  return value + kMagic - kMagic;
}

}  // namespace

BfpBlock to_bfp16(std::span<const float, kBfpBlock> values) {
  std::array<double, kBfpBlock> finite = {};
  double largest = 0;
  for (std::size_t i = 0; i < kBfpBlock; ++i) {
    const double limit = std::numeric_limits<float>::max();
    finite[i] = values[i] != values[i] ? 0.0 : std::clamp(static_cast<double>(values[i]), -limit, limit);
    largest = std::max(largest, std::abs(finite[i]));
  }
  BfpBlock block;
  if (largest == 0) return block;
  int exponent = std::max(std::ilogb(largest) + 127, 0);
  if (round_even(largest * power_of_two(kBfpBias - exponent)) > 127) ++exponent;
  block.exponent = static_cast<std::uint8_t>(exponent);
  for (std::size_t i = 0; i < kBfpBlock; ++i) {
    block.mantissas[i] = static_cast<std::int8_t>(round_even(finite[i] * power_of_two(kBfpBias - exponent)));
  }
  return block;
}

void from_bfp16(const BfpBlock& block, std::span<float, kBfpBlock> values) {
  const double unit = power_of_two(block.exponent - kBfpBias);
  for (std::size_t i = 0; i < kBfpBlock; ++i) values[i] = static_cast<float>(block.mantissas[i] * unit);
}

}  // namespace aie4::compute
