// SPDX-License-Identifier: Apache-2.0
// Which events are members of which group event. Pure. Source: AIE4 tile-array notes 7.1, appendix A.
#pragma once

#include <cstdint>
#include <span>

#include "models/array/geometry.hpp"

namespace aie4::array {

/// One event_group_*_enable register: bit k enables the k-th event from `first` to `last` that exists.
struct EventGroup {
  std::uint8_t event = 0;  ///< Of the group.
  std::uint8_t first = 0;
  std::uint8_t last = 0;
  std::uint8_t skip = 0;  ///< Members that an earlier register holds.
};

/// In the order of the registers.
[[nodiscard]] std::span<const EventGroup> event_groups(TileKind kind);
/// Bit of `event` in the register of the group; 32: it is no member.
[[nodiscard]] unsigned group_bit(TileKind kind, const EventGroup& group, std::uint8_t event);
/// broadcast_0 and so on follow each other.
[[nodiscard]] std::uint8_t first_broadcast_event(TileKind kind);

}  // namespace aie4::array
