// SPDX-License-Identifier: Apache-2.0
// Shift, round, saturate: how an accumulator becomes an element. Names of the modes as in AMD's AIE API.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace aie4::compute {

enum class Rounding : std::uint32_t {
  floor,
  ceil,
  positive_inf,    ///< To nearest, halves up.
  negative_inf,    ///< To nearest, halves down.
  symmetric_inf,   ///< To nearest, halves away from zero.
  symmetric_zero,  ///< To nearest, halves towards zero.
  conv_even,       ///< To nearest, halves to even.
  conv_odd,        ///< To nearest, halves to odd.
};
inline constexpr std::array<std::string_view, 8> kRoundingNames = {
    "floor", "ceil", "positive_inf", "negative_inf", "symmetric_inf", "symmetric_zero", "conv_even", "conv_odd"};

/// value / 2^shift, rounded. `shift` is 0..62.
[[nodiscard]] constexpr std::int64_t shift_round(std::int64_t value, unsigned shift, Rounding mode) {
  if (shift == 0) return value;
  const std::int64_t floor = value >> shift;
  const std::uint64_t rest = static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const bool up_if_half = mode == Rounding::positive_inf || (mode == Rounding::symmetric_inf && value >= 0) ||
                          (mode == Rounding::symmetric_zero && value < 0) ||
                          (mode == Rounding::conv_even && (floor & 1) != 0) ||
                          (mode == Rounding::conv_odd && (floor & 1) == 0);
  const bool up = mode == Rounding::floor  ? false
                  : mode == Rounding::ceil ? rest != 0
                                           : rest > half || (rest == half && up_if_half);
  return floor + (up ? 1 : 0);
}

template <class T>
[[nodiscard]] constexpr T saturate(std::int64_t value) {
  constexpr std::int64_t kLow = std::numeric_limits<T>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<T>::max();
  return static_cast<T>(value < kLow ? kLow : value > kHigh ? kHigh : value);
}

}  // namespace aie4::compute
