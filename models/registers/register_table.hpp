// SPDX-License-Identifier: Apache-2.0
// The vocabulary in which register blocks are described as data.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace aie4 {

enum class RegisterAccess : std::uint8_t { ReadWrite, ReadOnly, WriteOnly };

/// A named group of bits of a register.
struct RegisterField {
  std::string_view name;
  std::uint8_t lsb = 0;
  std::uint8_t width = 32;
};

/// One 32-bit register.
struct RegisterInfo {
  std::string_view name;     ///< As the hardware documents or the driver spell it.
  std::uint32_t offset = 0;  ///< Bytes from the start of the block.
  std::uint32_t reset = 0;
  RegisterAccess access = RegisterAccess::ReadWrite;
  std::string_view description = {};
  std::span<const RegisterField> fields = {};
};

/// A block of registers: what one BAR or one module holds.
struct RegisterBlock {
  std::string_view name;
  std::uint32_t size = 0;  ///< Bytes.
  std::span<const RegisterInfo> registers;

  /// The register at exactly `offset`, or nullptr.
  [[nodiscard]] constexpr const RegisterInfo* find(std::uint32_t offset) const {
    const auto found = std::find_if(registers.begin(), registers.end(),
                                    [offset](const RegisterInfo& info) { return info.offset == offset; });
    return found == registers.end() ? nullptr : &*found;
  }
};

/// Bits `field` of `value`, shifted down.
[[nodiscard]] constexpr std::uint32_t extract(std::uint32_t value, const RegisterField& field) {
  const std::uint32_t mask = field.width >= 32 ? ~0U : (1U << field.width) - 1U;
  return (value >> field.lsb) & mask;
}

}  // namespace aie4
