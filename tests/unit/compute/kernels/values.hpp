// SPDX-License-Identifier: Apache-2.0
// Operands for tests, and the numbers in them: written apart from the kernels.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <string_view>
#include <vector>

namespace aie4::test {

using Bytes = std::vector<std::byte>;
using Random = std::mt19937_64;

inline unsigned between(Random& random, unsigned low, unsigned high) {
  return low + static_cast<unsigned>(random() % (high - low + 1));
}

inline unsigned bits_of(std::string_view type) {
  return type == "i4" ? 4 : type == "i8" ? 8 : type == "i16" || type == "bf16" ? 16 : type == "i64" ? 64 : 32;
}

inline Bytes buffer(std::string_view type, std::size_t count) {
  return Bytes(type == "bfp16" ? count / 8 * 9 : (count * bits_of(type) + 7) / 8);
}

inline std::int64_t get_integer(const Bytes& bytes, std::string_view type, std::size_t index) {
  if (type == "i4") {
    const int nibble = (static_cast<int>(bytes[index / 2]) >> (index % 2 == 0 ? 0 : 4)) & 15;
    return nibble >= 8 ? nibble - 16 : nibble;
  }
  const unsigned size = bits_of(type) / 8;
  std::uint64_t value = 0;
  std::memcpy(&value, &bytes[index * size], size);
  const std::uint64_t sign = std::uint64_t{1} << (8 * size - 1);
  return static_cast<std::int64_t>((value ^ sign) - sign);
}

inline void put_integer(Bytes& bytes, std::string_view type, std::size_t index, std::int64_t value) {
  if (type == "i4") {
    const unsigned shift = index % 2 == 0 ? 0 : 4;
    bytes[index / 2] &= static_cast<std::byte>(0xF0U >> shift);
    bytes[index / 2] |= static_cast<std::byte>((static_cast<unsigned>(value) & 15U) << shift);
    return;
  }
  const unsigned size = bits_of(type) / 8;
  std::memcpy(&bytes[index * size], &value, size);
}

inline float get_float(const Bytes& bytes, std::string_view type, std::size_t index) {
  if (type == "bfp16") {
    const int exponent = static_cast<int>(bytes[index / 8 * 9]);
    const int mantissa = static_cast<std::int8_t>(bytes[index / 8 * 9 + 1 + index % 8]);
    return static_cast<float>(std::ldexp(mantissa, exponent - 133));
  }
  std::uint32_t bits = 0;
  if (type == "bf16") {
    std::memcpy(&bits, &bytes[index * 2], 2);
    bits <<= 16;
  } else {
    std::memcpy(&bits, &bytes[index * 4], 4);
  }
  float value = 0;
  std::memcpy(&value, &bits, 4);
  return value;
}

/// The value must be one of the type, or is cut off.
inline void put_float(Bytes& bytes, std::string_view type, std::size_t index, float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, 4);
  if (type == "bf16") {
    bits >>= 16;
    std::memcpy(&bytes[index * 2], &bits, 2);
  } else {
    std::memcpy(&bytes[index * 4], &bits, 4);
  }
}

/// To bf16, to nearest even, found by trying the neighbours; NaN to 0x7FC0.
inline std::uint16_t nearest_bf16(double value) {
  if (std::isnan(value)) return 0x7FC0;
  const auto as_double = [](unsigned bits) {
    const std::uint32_t word = bits << 16;
    float result = 0;
    std::memcpy(&result, &word, 4);
    // The number that would follow the largest, for overflow: 2^128.
    return std::isinf(result) ? std::ldexp(1.0, 128) : static_cast<double>(result);
  };
  const double magnitude = std::abs(value);
  unsigned low = 0;
  unsigned high = 0x7F80;
  while (high - low > 1) {
    const unsigned middle = (low + high) / 2;
    (as_double(middle) <= magnitude ? low : high) = middle;
  }
  const double below = magnitude - as_double(low);
  const double above = as_double(high) - magnitude;
  const bool up = above < below || (above == below && low % 2 == 1);
  return static_cast<std::uint16_t>((std::signbit(value) ? 0x8000U : 0U) | (up ? high : low));
}

/// The value as an element of the type, to nearest even.
inline void put_nearest(Bytes& bytes, std::string_view type, std::size_t index, double value) {
  if (type == "bf16") {
    const std::uint16_t bits = nearest_bf16(value);
    std::memcpy(&bytes[index * 2], &bits, 2);
    return;
  }
  auto single = static_cast<float>(value);
  const std::uint32_t nan = 0x7FC0'0000;
  if (std::isnan(single)) std::memcpy(&single, &nan, 4);
  std::memcpy(&bytes[index * 4], &single, 4);
}

/// Whether no neighbour of the element is nearer to `exact`, but for a millionth: exact may have been computed.
inline bool is_nearest(const Bytes& bytes, std::string_view type, std::size_t index, double exact) {
  const double value = get_float(bytes, type, index);
  if (std::isnan(exact) || std::isnan(value)) return std::isnan(exact) && std::isnan(value);
  if (value == exact) return true;
  Bytes neighbour = buffer(type, 1);
  const unsigned size = bits_of(type) / 8;
  for (const int step : {-1, 1}) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &bytes[index * size], size);
    bits = static_cast<std::uint32_t>(static_cast<std::int64_t>(bits) + step);
    std::memcpy(neighbour.data(), &bits, size);
    const double other = get_float(neighbour, type, 0);
    if (!std::isfinite(other)) continue;
    if (std::abs(value - exact) > std::abs(other - exact) * (1 + 1e-6) + 1e-300) return false;
  }
  return std::isfinite(value) || std::abs(exact) > std::numeric_limits<float>::max();
}

/// Fills either kind of type.
inline void fill(Random& random, Bytes& bytes, std::string_view type, std::size_t count, bool extreme);

/// Whole range; one in eight is an extreme value.
inline void fill_integers(Random& random, Bytes& bytes, std::string_view type, std::size_t count) {
  const unsigned bits = bits_of(type);
  const std::int64_t low = bits == 64 ? INT64_MIN : -(std::int64_t{1} << (bits - 1));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t pick = random() % 16;
    std::int64_t value = static_cast<std::int64_t>(random()) >> (64 - bits);
    if (pick == 0) value = low;
    if (pick == 1) value = -(low + 1);
    put_integer(bytes, type, i, value);
  }
}

enum class Floats { Ordinary, Extreme };

/// Ordinary: magnitudes of 2^-6 to 2^3. Extreme: any bits, so NaN, infinities, subnormals and all exponents.
inline void fill_floats(Random& random, Bytes& bytes, std::string_view type, std::size_t count, Floats kind) {
  for (std::size_t i = 0; i < count; ++i) {
    if (type == "bfp16" && i % 8 == 0) {
      bytes[i / 8 * 9] = static_cast<std::byte>(kind == Floats::Ordinary ? between(random, 120, 130) : random() % 256);
    }
    if (type == "bfp16") {
      bytes[i / 8 * 9 + 1 + i % 8] = static_cast<std::byte>(random() % 256);
      continue;
    }
    std::uint32_t bits = static_cast<std::uint32_t>(random());
    if (kind == Floats::Ordinary) bits = (bits & 0x807F'FFFF) | (between(random, 121, 129) << 23);
    const std::uint64_t pick = kind == Floats::Extreme ? random() % 32 : 32;
    if (pick < 8) bits &= 0x807F'FFFF;
    if (pick == 8) bits = 0x7F80'0000;
    if (pick == 9) bits = 0xFF80'0000;
    if (pick == 10) bits = 0x8000'0000;
    if (pick == 11) bits = 0xFFA0'0000;
    if (pick == 12) bits = 0x7F7F'FFFF;
    float value = 0;
    std::memcpy(&value, &bits, 4);
    put_float(bytes, type, i, value);
  }
}

inline void fill(Random& random, Bytes& bytes, std::string_view type, std::size_t count, bool extreme) {
  if (type[0] == 'i') return fill_integers(random, bytes, type, count);
  fill_floats(random, bytes, type, count, extreme ? Floats::Extreme : Floats::Ordinary);
}

}  // namespace aie4::test
