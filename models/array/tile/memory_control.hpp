// SPDX-License-Identifier: Apache-2.0
// The registers that zero the memories of a memory or compute tile and that choose the order of their banks.
// Source: AIE4 tile-array notes 1.4, section 9.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/array/memory/tile_memory.hpp"
#include "models/array/tile/register_part.hpp"

namespace aie4::array {

/// Zeroing takes a cycle for each row of the banks that work side by side [assumed]; the bit reads 1 meanwhile. In a
/// memory tile each half zeroes its half of the memory; l2_split is not looked at.
class MemoryControl : public RegisterPart {
 public:
  /// `program`: compute tiles only.
  MemoryControl(const Environment& environment, TileMemory& data, ZeroedBytes* program);

  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;

 private:
  static constexpr std::size_t kCodes = 5;

  void zero(std::uint8_t code, std::uint64_t cycles);

  const Environment& environment_;
  TileMemory& data_;
  ZeroedBytes* program_;
  std::uint32_t interleaving_ = 0;
  std::array<sc_core::sc_time, kCodes> busy_until_{};
};

}  // namespace aie4::array
