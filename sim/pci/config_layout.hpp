// SPDX-License-Identifier: Apache-2.0
// The configuration space of a function as data: one row per register, with what each bit does when it is written.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/pci/shape.hpp"

namespace aie4::pci {

/// One register. A bit that neither `writable` nor `write_one_to_clear` names is read only.
struct ConfigRegister {
  std::string_view name;     ///< As in the PCI Express base specification. A string literal.
  std::uint32_t offset = 0;  ///< Bytes. A register lies within one aligned dword.
  std::uint8_t size = 4;     ///< Bytes, 1..4.
  std::uint32_t reset = 0;
  std::uint32_t writable = 0;
  std::uint32_t write_one_to_clear = 0;
  /// Bits that a function level reset must not touch (base specification 5.0, 6.6.2).
  std::uint32_t kept_by_flr = 0;
};

/// All registers of a function of this shape, by ascending offset, without overlap. What no row covers reads 0.
[[nodiscard]] std::vector<ConfigRegister> config_layout(const FunctionShape& shape);

/// The 32-bit half `upper` (0 or 1) of the address mask of a memory BAR of `size` bytes: the bits that can be written.
[[nodiscard]] constexpr std::uint32_t bar_address_mask(std::uint64_t size, unsigned upper) {
  return size == 0 ? 0 : static_cast<std::uint32_t>(~(size - 1) >> (upper * 32U));
}

/// The read-only type bits of a memory BAR; 0 for an absent one.
[[nodiscard]] std::uint32_t bar_type_bits(const BarShape& bar);

}  // namespace aie4::pci
