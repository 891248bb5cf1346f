// SPDX-License-Identifier: Apache-2.0
// Conversions of floating-point elements, the same on every host: each NaN that is written is the positive quiet one,
// and subnormal numbers are kept.
#pragma once

#include <bit>
#include <cstdint>

namespace aie4::compute {

inline constexpr std::uint32_t kNan32 = 0x7FC0'0000;

[[nodiscard, gnu::always_inline]] inline float canonical(float value) {
  return value != value ? std::bit_cast<float>(kNan32) : value;
}

[[nodiscard, gnu::always_inline]] inline float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

/// To nearest, halves to even.
[[nodiscard, gnu::always_inline]] inline std::uint16_t to_bf16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  return static_cast<std::uint16_t>(value != value ? kNan32 >> 16 : rounded);
}

/// A double to bf16 with one rounding: to fp32 towards an odd last bit first, which cannot disturb the second step.
[[nodiscard]] inline std::uint16_t to_bf16(double value) {
  const auto nearest = static_cast<float>(value);
  std::uint32_t bits = std::bit_cast<std::uint32_t>(nearest);
  const auto back = static_cast<double>(nearest);
  if (back != value && value == value && (bits & 1) == 0) {
    const bool away = value < 0 ? back > value : back < value;
    bits = away ? bits + 1 : bits - 1;
    if ((bits & 0x7F80'0000) == 0x7F80'0000) bits = std::bit_cast<std::uint32_t>(nearest);
  }
  return to_bf16(std::bit_cast<float>(bits));
}

}  // namespace aie4::compute
