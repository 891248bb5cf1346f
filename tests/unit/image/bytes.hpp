// SPDX-License-Identifier: Apache-2.0
// What the image tests share: a small good image and ways to damage it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "firmware-stub/image/container.hpp"
#include "firmware-stub/image/payload.hpp"

namespace aie4::image::test {

inline constexpr FirmwareVersion kVersion{5, 24, 1};

inline std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline std::vector<std::byte> good_image(ImageKind kind, unsigned personality = 5) {
  return encode(kind, personality, kVersion, to_bytes(make_payload(kind, personality, kVersion)));
}

/// Overwrites `size` bytes at `offset` with `value`, little endian.
inline void poke(std::vector<std::byte>& image, std::size_t offset, std::size_t size, std::uint64_t value) {
  for (std::size_t i = 0; i < size; ++i) image.at(offset + i) = static_cast<std::byte>(value >> (8 * i));
}

/// Makes the header's digest right again after a `poke`, so that the check behind it is reached.
inline void reseal(std::vector<std::byte>& image) {
  const Digest digest = sha256(std::span(image).first(0x80));
  for (std::size_t i = 0; i < digest.size(); ++i) image.at(0x80 + i) = digest[i];
}

}  // namespace aie4::image::test
