// SPDX-License-Identifier: Apache-2.0
// Rounding of quotients by powers of two, from its definition with divisions: a reference for the kernels' bit tricks.
#pragma once

#include <cstdint>
#include <string_view>

namespace aie4::test {

/// value / 2^shift as the mode named `rounding` has it; `shift` is at most 62, so that nothing overflows.
inline std::int64_t divide_rounded(std::int64_t value, unsigned shift, std::string_view rounding) {
  const std::int64_t divisor = std::int64_t{1} << shift;
  std::int64_t quotient = value / divisor;
  if (value % divisor != 0 && value < 0) --quotient;     // floor
  const std::int64_t rest = value - quotient * divisor;  // 0..divisor - 1
  const int half = rest * 2 < divisor ? -1 : rest * 2 > divisor ? 1 : 0;
  bool up = half > 0;
  if (rounding == "floor") up = false;
  if (rounding == "ceil") up = rest != 0;
  if (half == 0 && rest != 0) {
    if (rounding == "positive_inf") up = true;
    if (rounding == "negative_inf") up = false;
    if (rounding == "symmetric_inf") up = value > 0;
    if (rounding == "symmetric_zero") up = value < 0;
    if (rounding == "conv_even") up = quotient % 2 != 0;
    if (rounding == "conv_odd") up = quotient % 2 == 0;
  }
  return quotient + (up ? 1 : 0);
}

inline std::int64_t clamp_to_bits(std::int64_t value, unsigned bits) {
  const std::int64_t high = (std::int64_t{1} << (bits - 1)) - 1;
  return value > high ? high : value < -high - 1 ? -high - 1 : value;
}

}  // namespace aie4::test
