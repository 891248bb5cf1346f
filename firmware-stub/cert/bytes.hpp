// SPDX-License-Identifier: Apache-2.0
// Little-endian loads and stores in byte buffers, and the description of what is wrong with bytes from outside.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace aie4::cert {

/// `count` (at most 8) bytes at `offset` as a little-endian number. The range must lie inside `bytes`.
[[nodiscard]] constexpr std::uint64_t load_bytes(std::span<const std::byte> bytes, std::size_t offset,
                                                 std::size_t count) {
  assert(offset <= bytes.size() && count <= bytes.size() - offset && count <= 8);
  std::uint64_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8U | std::to_integer<std::uint64_t>(bytes[offset + i - 1]);
  return value;
}

constexpr void store_bytes(std::span<std::byte> bytes, std::size_t offset, std::size_t count, std::uint64_t value) {
  assert(offset <= bytes.size() && count <= bytes.size() - offset && count <= 8);
  for (std::size_t i = 0; i < count; ++i, value >>= 8U) bytes[offset + i] = static_cast<std::byte>(value & 0xFFU);
}

[[nodiscard]] constexpr std::uint8_t load8(std::span<const std::byte> bytes, std::size_t offset) {
  return static_cast<std::uint8_t>(load_bytes(bytes, offset, 1));
}
[[nodiscard]] constexpr std::uint16_t load16(std::span<const std::byte> bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(load_bytes(bytes, offset, 2));
}
[[nodiscard]] constexpr std::uint32_t load32(std::span<const std::byte> bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(load_bytes(bytes, offset, 4));
}
[[nodiscard]] constexpr std::uint64_t load64(std::span<const std::byte> bytes, std::size_t offset) {
  return load_bytes(bytes, offset, 8);
}
constexpr void store32(std::span<std::byte> bytes, std::size_t offset, std::uint32_t value) {
  store_bytes(bytes, offset, 4, value);
}
constexpr void store64(std::span<std::byte> bytes, std::size_t offset, std::uint64_t value) {
  store_bytes(bytes, offset, 8, value);
}

/// What is wrong with something that came from the host, for a message: phrases without a final full stop.
struct Problem {
  std::string expected;
  std::string came;
};

}  // namespace aie4::cert
