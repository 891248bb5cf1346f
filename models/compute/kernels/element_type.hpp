// SPDX-License-Identifier: Apache-2.0
// The types that elements of a kernel's operands can have.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aie4::compute {

/// The numbers are the parameter words of a kernel call and part of the format of core images.
///
/// i4: two in a byte, the element with the even index in bits 3:0 [assumed]. bfp16: eight elements in nine bytes: a
/// shared exponent (bias 127), then eight mantissas of two's complement; an element is mantissa * 2^(exponent - 133),
/// so that a mantissa of 64 is 1.0 at exponent 127 [the layout of AIE2P's block of eight; assumed for AIE4].
enum class ElementType : std::uint32_t { i4, i8, i16, i32, bf16, fp32, bfp16 };

inline constexpr std::array<std::string_view, 7> kElementTypeNames = {"i4",   "i8",   "i16",  "i32",
                                                                      "bf16", "fp32", "bfp16"};
inline constexpr std::uint32_t kBfpBlock = 8;
inline constexpr std::uint32_t kBfpBlockBytes = 9;

[[nodiscard]] std::string_view to_string(ElementType type);
/// Bits of one element; 9 for bfp16 (its share of the exponent included).
[[nodiscard]] std::uint32_t bits_of(ElementType type);
/// Bytes of `count` elements, rounded up to whole bytes, or whole blocks for bfp16.
[[nodiscard]] std::uint64_t bytes_of(ElementType type, std::uint64_t count);
[[nodiscard]] constexpr bool is_integer(ElementType type) {
  return type <= ElementType::i32;
}

}  // namespace aie4::compute
