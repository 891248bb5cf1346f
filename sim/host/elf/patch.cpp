// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/patch.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace aie4::host::elf {
namespace {

using enum PatchSchema;

constexpr auto kRules = std::to_array<PatchRule>({
    {uc_dma_remote_ptr_symbol, "uc_dma_remote_ptr_symbol", 0},
    {shim_dma_57, "shim_dma_57", 0},
    {scalar_32, "scalar_32", 1},
    {control_packet_48, "control_packet_48", 4},
    {shim_dma_48, "shim_dma_48", 3},
    {shim_dma_57_aie4, "shim_dma_57_aie4", 2},
    {control_packet_57, "control_packet_57", 0},
    {address_64, "address_64", 2},
    {control_packet_57_aie4, "control_packet_57_aie4", 3},
});

std::uint32_t word(std::span<const std::byte> place, std::size_t index) {
  std::uint32_t value = 0;
  std::memcpy(&value, place.subspan(index * 4, 4).data(), 4);
  return value;
}

void set_word(std::span<std::byte> place, std::size_t index, std::uint64_t value) {
  const auto low = static_cast<std::uint32_t>(value);
  std::memcpy(place.subspan(index * 4, 4).data(), &low, 4);
}

/// Adds to an address of which word `low` holds bits 31:0 and the lowest `high_bits` of word `high` the rest.
void add(std::span<std::byte> place, std::size_t low, std::size_t high, unsigned high_bits, std::uint64_t value,
         std::uint32_t low_mask = ~0U) {
  const std::uint32_t mask = (1U << high_bits) - 1U;
  const std::uint32_t kept = word(place, high) & ~mask;
  const std::uint64_t sum =
      (std::uint64_t{word(place, high) & mask} << 32 | word(place, low)) + value + kShimAddressOffset;
  set_word(place, low, sum & low_mask);
  set_word(place, high, kept | (static_cast<std::uint32_t>(sum >> 32) & mask));
}

}  // namespace

std::optional<PatchRule> find_rule(std::uint8_t type) {
  const auto found = std::ranges::find_if(
      kRules, [type](const PatchRule& rule) { return static_cast<std::uint8_t>(rule.schema) == type; });
  return found == kRules.end() ? std::nullopt : std::optional(*found);
}

void apply(PatchSchema schema, std::span<std::byte> place, std::uint64_t value, std::uint32_t mask) {
  switch (schema) {
    case scalar_32:
      set_word(place, 0, (word(place, 0) & ~mask) | (static_cast<std::uint32_t>(value) & mask));
      break;
    case control_packet_48:
      add(place, 2, 3, 12, value, ~3U);
      break;
    case shim_dma_48:
      add(place, 1, 2, 16, value);
      break;
    case shim_dma_57_aie4:
      add(place, 1, 0, 25, value);
      break;
    case address_64:
      set_word(place, 0, value);
      set_word(place, 1, value >> 32);
      break;
    case control_packet_57_aie4:
      add(place, 2, 1, 25, value);
      break;
    case uc_dma_remote_ptr_symbol:
    case shim_dma_57:
    case control_packet_57:
      break;  // No rule for AIE4: programs with these are refused when they are read.
  }
}

}  // namespace aie4::host::elf
