// SPDX-License-Identifier: Apache-2.0
// The data memories that a core reaches. Source: AIE4 tile-array notes 1.4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "models/array/memory/tile_memory.hpp"
#include "models/compute/core/core_program.hpp"

namespace aie4::array {

/// By compute::CoreNeighbour; null: there is no compute tile.
using CoreMemories = std::array<ZeroedBytes*, 4>;

/// The bytes at a core address, none if they are not all in one memory that exists. Kernels that have them on loan are
/// finished first.
[[nodiscard]] inline std::optional<std::span<std::byte>> core_bytes(const CoreMemories& memories, std::uint32_t address,
                                                                    std::uint64_t bytes, bool write) {
  if (address < compute::kCoreDataBase || address >= compute::kCoreDataEnd) return std::nullopt;
  const std::uint32_t window = (address - compute::kCoreDataBase) / compute::kCoreDataWindow;
  const std::uint32_t offset = address % compute::kCoreDataWindow;
  if (memories[window] == nullptr || bytes > memories[window]->bytes().size() - offset) return std::nullopt;
  memories[window]->touch(offset, bytes, write);
  return memories[window]->bytes().subspan(offset, bytes);
}

}  // namespace aie4::array
