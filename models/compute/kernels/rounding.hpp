// SPDX-License-Identifier: Apache-2.0
// Shift, round, saturate: how an accumulator becomes an element. Names of the modes as in AMD's AIE API.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

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

/// value / 2^shift, rounded; without branches, for vectors. `shift` is 1 to the bits of `Int` - 2.
template <Rounding mode, class Int>
[[nodiscard, gnu::always_inline]] constexpr Int shift_round_by(Int value, unsigned shift) {
  const Int floor = static_cast<Int>(value >> shift);
  const Int half = static_cast<Int>(Int{1} << (shift - 1));
  const Int rest = static_cast<Int>(value & (half + (half - 1)));
  Int tie = 0;
  switch (mode) {
    case Rounding::floor:
      return floor;
    case Rounding::ceil:
      return static_cast<Int>(floor + static_cast<Int>(rest != 0));
    case Rounding::positive_inf:
      tie = 1;
      break;
    case Rounding::negative_inf:
      tie = 0;
      break;
    case Rounding::symmetric_inf:
      tie = static_cast<Int>(value >= 0);
      break;
    case Rounding::symmetric_zero:
      tie = static_cast<Int>(value < 0);
      break;
    case Rounding::conv_even:
      tie = static_cast<Int>(floor & 1);
      break;
    case Rounding::conv_odd:
      tie = static_cast<Int>(~floor & 1);
      break;
  }
  return static_cast<Int>(floor + static_cast<Int>(rest + tie > half));
}

/// Calls `visit(std::integral_constant<Rounding, mode>)`.
template <class Visit>
[[gnu::always_inline]] constexpr auto with_rounding(Rounding mode, const Visit& visit) {
  using enum Rounding;
  switch (mode) {
    case ceil:
      return visit(std::integral_constant<Rounding, ceil>());
    case positive_inf:
      return visit(std::integral_constant<Rounding, positive_inf>());
    case negative_inf:
      return visit(std::integral_constant<Rounding, negative_inf>());
    case symmetric_inf:
      return visit(std::integral_constant<Rounding, symmetric_inf>());
    case symmetric_zero:
      return visit(std::integral_constant<Rounding, symmetric_zero>());
    case conv_even:
      return visit(std::integral_constant<Rounding, conv_even>());
    case conv_odd:
      return visit(std::integral_constant<Rounding, conv_odd>());
    case floor:
      break;
  }
  return visit(std::integral_constant<Rounding, floor>());
}

/// The same with the mode and any shift of 0..62 known at run time only.
[[nodiscard]] constexpr std::int64_t shift_round(std::int64_t value, unsigned shift, Rounding mode) {
  if (shift == 0) return value;
  return with_rounding(mode, [&](auto constant) { return shift_round_by<constant()>(value, shift); });
}

template <class T, class Int>
[[nodiscard, gnu::always_inline]] constexpr T saturate(Int value) {
  static_assert(sizeof(T) <= sizeof(Int));
  constexpr Int kLow = std::numeric_limits<T>::min();
  constexpr Int kHigh = std::numeric_limits<T>::max();
  return static_cast<T>(value < kLow ? kLow : value > kHigh ? kHigh : value);
}

}  // namespace aie4::compute
