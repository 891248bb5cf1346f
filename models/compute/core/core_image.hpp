// SPDX-License-Identifier: Apache-2.0
// A core program as it lies in the program memory of a compute tile. Pure. Format: docs/core-programs.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "models/compute/core/core_program.hpp"

namespace aie4::compute {

inline constexpr std::string_view kCoreMagic = "AIE4CORE";
inline constexpr std::uint16_t kCoreFormatVersion = 1;
inline constexpr std::uint32_t kCoreHeaderBytes = 64;
/// Program memory of a compute tile (AIE4 tile-array notes 1.4).
inline constexpr std::size_t kMaxCoreImage = 32U << 10;

/// A program with the place of each of its instructions.
struct CoreImage {
  CoreProgram program = {};
  std::vector<std::uint32_t> pcs = {};  ///< Byte offset of each instruction.
  std::uint32_t bytes = 0;              ///< Of the whole image.
};

/// Whether the memory starts like a core program; nothing is said of the rest.
[[nodiscard]] bool is_core_image(std::span<const std::byte> memory);

/// Reads what is in a program memory, or in a file: anything of any length. What comes out passes check().
[[nodiscard]] std::variant<CoreImage, CoreProgramError> decode_core_image(std::span<const std::byte> memory);

/// The image, or why there is none: what check() says, or that it is larger than program memory.
[[nodiscard]] std::variant<std::vector<std::byte>, CoreProgramError> encode_core_image(const CoreProgram& program);

/// Bytes of the instruction in an image.
[[nodiscard]] std::uint32_t encoded_bytes(const CoreInstruction& instruction);

}  // namespace aie4::compute
