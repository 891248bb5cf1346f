// SPDX-License-Identifier: Apache-2.0
#include "models/registers/array/events.hpp"

#include "models/registers/array/tables.hpp"

namespace aie4::registers {

std::string_view event_name(array::TileKind kind, std::uint8_t event) {
  return tables::kEvents[static_cast<std::size_t>(kind)][event];
}

std::optional<std::uint8_t> event_by_name(array::TileKind kind, std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto names = tables::kEvents[static_cast<std::size_t>(kind)];
  for (std::size_t event = 0; event < names.size(); ++event) {
    if (names[event] == name) return static_cast<std::uint8_t>(event);
  }
  return std::nullopt;
}

}  // namespace aie4::registers
