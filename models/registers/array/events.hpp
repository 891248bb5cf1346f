// SPDX-License-Identifier: Apache-2.0
// Events by number and name: ShimEvent, MemoryEvent, ComputeEvent.
// Source: AIE4 tile-array notes, appendix A.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/array/geometry.hpp"
#include "models/registers/generated/events.hpp"

namespace aie4::registers {

/// "dma_s2mm_0_finished_bd"; empty if the number is not used.
[[nodiscard]] std::string_view event_name(array::TileKind kind, std::uint8_t event);
/// The number of the event of this name.
[[nodiscard]] std::optional<std::uint8_t> event_by_name(array::TileKind kind, std::string_view name);

}  // namespace aie4::registers
