// SPDX-License-Identifier: Apache-2.0
// How an address gets into a program: one rule for each relocation type. Pure.
// Source: XRT core/common/api/elf_patcher.cpp and what aiebu-asm 2.25 emits (AIE4 control-code notes 3.3 to 3.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aie4::host::elf {

/// Relocation types. The names are XRT's.
enum class PatchSchema : std::uint8_t {
  uc_dma_remote_ptr_symbol = 1,
  shim_dma_57 = 2,  ///< aie2ps.
  scalar_32 = 3,
  control_packet_48 = 4,
  shim_dma_48 = 5,
  shim_dma_57_aie4 = 6,
  control_packet_57 = 7,  ///< aie2ps.
  address_64 = 8,
  control_packet_57_aie4 = 9,
};

/// What XRT adds to every address that ends up in a shim BD of AIE4 (control-code notes, 3.5).
inline constexpr std::uint64_t kShimAddressOffset = 0x8000'0000;

struct PatchRule {
  PatchSchema schema = PatchSchema::scalar_32;
  std::string_view name;
  std::uint32_t words = 0;  ///< From the patched place on; 0: not applicable to AIE4 programs.
};

/// The rule of a relocation type; none for numbers that nobody assigned.
[[nodiscard]] std::optional<PatchRule> find_rule(std::uint8_t type);

/// Applies `schema` to the bytes of the place, at least `words * 4` of them. `value` is the address, addend included;
/// `mask` concerns scalar_32 alone (0: XRT leaves the place as it is, and so does this).
void apply(PatchSchema schema, std::span<std::byte> place, std::uint64_t value, std::uint32_t mask);

}  // namespace aie4::host::elf
