// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/stream_part.hpp"

#include <string_view>

namespace aie4::array {
namespace {

enum Code : std::uint8_t { kSwitch, kIsolation };
constexpr RegisterPart::Claim kClaims[] = {
    {"stream_switch_manager_config", kSwitch},
    {"stream_switch_subordinate_config", kSwitch},
    {"stream_switch_subordinate_slot", kSwitch},
    {"stream_switch_deterministic_merge_arb_subordinate0_1", kSwitch},
    {"stream_switch_deterministic_merge_arb_subordinate2_3", kSwitch},
    {"stream_switch_deterministic_merge_arb_ctrl", kSwitch},
    {"stream_switch_32b_manager_config", kSwitch},
    {"stream_switch_32b_subordinate_config", kSwitch},
    {"stream_switch_32b_subordinate_slot", kSwitch},
    {"stream_switch_event_port_selection", kSwitch},
    {"tile_control", kIsolation},
};
constexpr std::uint32_t kSides = 0xF;  // South, west, north, east.

}  // namespace

std::span<const RegisterPart::Claim> StreamPart::claims() const {
  return kClaims;
}

std::uint32_t StreamPart::read(std::uint8_t code, const registers::RegisterRef& ref) {
  return code == kIsolation ? isolation_ : network_.read(tile_, ref).value_or(0);
}

void StreamPart::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  if (code == kIsolation) {
    isolate(value & kSides);
    return;
  }
  network_.write(tile_, ref, value);
}

void StreamPart::reset(registers::Half half) {
  const TileKind kind = network_.geometry().kind(tile_);
  if (kind == TileKind::Compute) {
    network_.reset(tile_);
    return;
  }
  // The halves of a switch have their registers side by side with those of other units; only theirs are touched.
  for (const registers::Family& family : registers::families(kind)) {
    if (!family.id.starts_with("stream_switch_") || family.privileged) continue;
    std::uint32_t span = family.size;
    for (const registers::Dimension& dimension : family.dimensions) span += (dimension.count - 1U) * dimension.stride;
    const std::uint32_t base = family.offset + (half == registers::Half::B ? registers::kHalfB : 0U);
    for (std::uint32_t offset = base; offset < base + span; offset += 4) {
      const auto ref = registers::lookup(kind, offset);
      if (ref && ref->family == &family && ref->half == half) network_.write(tile_, *ref, 0);
    }
  }
}

void StreamPart::power_off() {
  network_.reset(tile_);
  isolate(0);
}

void StreamPart::isolate(std::uint32_t sides) {
  isolation_ = sides;
  network_.isolate(tile_, sides);
  events_.isolate(tile_, sides);
}

}  // namespace aie4::array
