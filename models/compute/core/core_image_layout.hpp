// SPDX-License-Identifier: Apache-2.0
// What reading and writing of core images have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aie4::compute::core_image {

// Offsets of the header.
inline constexpr std::uint32_t kVersionWord = 0x08;
inline constexpr std::uint32_t kLengthWord = 0x0C;
inline constexpr std::uint32_t kChecksumWord = 0x10;
inline constexpr std::uint32_t kCountsWord = 0x14;
inline constexpr std::uint32_t kCodeWord = 0x18;
inline constexpr std::uint32_t kReservedWord = 0x1C;
inline constexpr std::uint32_t kNameOffset = 0x20;

inline constexpr std::uint32_t kConditionDepthShift = 8;

/// Of the image, whose own checksum word counts as 0.
[[nodiscard]] std::uint32_t checksum_of(std::span<const std::byte> image);

}  // namespace aie4::compute::core_image
