// SPDX-License-Identifier: Apache-2.0
// Elements as numbers: one class for each type that elementwise kernels take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/compute/kernels/element_type.hpp"
#include "models/compute/kernels/float_bits.hpp"
#include "models/compute/kernels/rounding.hpp"

namespace aie4::compute {

template <class T>
[[nodiscard, gnu::always_inline]] inline T load_bytes(const std::byte* memory, std::size_t index) {
  T value;
  std::memcpy(&value, memory + index * sizeof(T), sizeof(T));
  return value;
}

template <class T>
[[gnu::always_inline]] inline void store_bytes(std::byte* memory, std::size_t index, T value) {
  std::memcpy(memory + index * sizeof(T), &value, sizeof(T));
}

template <class T>
struct IntegerNumber {
  using Value = std::int64_t;
  using Stored = T;
  static constexpr bool kInteger = true;
  static Value load(const std::byte* memory, std::size_t index) { return load_bytes<T>(memory, index); }
  /// Saturates.
  static void store(std::byte* memory, std::size_t index, Value value) {
    store_bytes(memory, index, saturate<T>(value));
  }
};

struct Bf16Number {
  using Value = float;
  using Stored = std::uint16_t;
  static constexpr bool kInteger = false;
  static Value load(const std::byte* memory, std::size_t index) {
    return from_bf16(load_bytes<std::uint16_t>(memory, index));
  }
  /// Rounds to nearest even, once.
  template <class Real>
  static void store(std::byte* memory, std::size_t index, Real value) {
    store_bytes(memory, index, to_bf16(value));
  }
};

struct Fp32Number {
  using Value = float;
  using Stored = float;
  static constexpr bool kInteger = false;
  static Value load(const std::byte* memory, std::size_t index) { return load_bytes<float>(memory, index); }
  template <class Real>
  static void store(std::byte* memory, std::size_t index, Real value) {
    store_bytes(memory, index, canonical(static_cast<float>(value)));
  }
};

/// Calls `visit(Number())`; `type` is bf16 or fp32.
template <class Visit>
auto with_float(ElementType type, const Visit& visit) {
  return type == ElementType::bf16 ? visit(Bf16Number()) : visit(Fp32Number());
}

/// The same for i8, i16 and i32.
template <class Visit>
auto with_integer(ElementType type, const Visit& visit) {
  switch (type) {
    case ElementType::i8:
      return visit(IntegerNumber<std::int8_t>());
    case ElementType::i16:
      return visit(IntegerNumber<std::int16_t>());
    default:
      return visit(IntegerNumber<std::int32_t>());
  }
}

template <class Visit>
auto with_number(ElementType type, const Visit& visit) {
  return is_integer(type) ? with_integer(type, visit) : with_float(type, visit);
}

/// numerator / denominator, rounded; denominator > 0.
[[nodiscard]] std::int64_t divide_round(std::int64_t numerator, std::int64_t denominator, Rounding mode);

}  // namespace aie4::compute
