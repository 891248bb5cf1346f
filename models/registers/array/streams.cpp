// SPDX-License-Identifier: Apache-2.0
#include "models/registers/array/streams.hpp"

#include <algorithm>

#include "models/registers/array/tables.hpp"

namespace aie4::registers {

namespace {

bool in_mask(std::span<const std::uint32_t> masks, unsigned manager, unsigned subordinate) {
  return subordinate < masks.size() && manager < 32 && (masks[subordinate] >> manager & 1U) != 0;
}

/// Calls `with` with the families of configuration registers and slots of a kind of tile and a switch.
template <class Register, class With>
auto with_families(Switch which, const With& with) {
  return which == Switch::Wide512
             ? with(Register::stream_switch_manager_config, Register::stream_switch_subordinate_config,
                    Register::stream_switch_subordinate_slot)
             : with(Register::stream_switch_32b_manager_config, Register::stream_switch_32b_subordinate_config,
                    Register::stream_switch_32b_subordinate_slot);
}

template <class With>
std::uint32_t for_kind(TileKind kind, Switch which, const With& with) {
  switch (kind) {
    case TileKind::Shim:
      return with_families<ShimRegister>(which, with);
    case TileKind::Memory:
      return with_families<MemoryRegister>(which, with);
    case TileKind::Compute:
      break;
  }
  return with_families<ComputeRegister>(which, with);
}

}  // namespace

std::span<const StreamPort> ports(TileKind kind, Switch which, PortDirection direction) {
  return tables::kPorts[static_cast<std::size_t>(kind)]
      .ports[static_cast<std::size_t>(which)][static_cast<std::size_t>(direction)];
}

const StreamPort* find_port(TileKind kind, Switch which, PortDirection direction, PortGroup group, unsigned index) {
  const auto all = ports(kind, which, direction);
  const auto found = std::ranges::find_if(all, [=](const StreamPort& port) {
    return port.group == group && port.index == index && port.index != StreamPort::kNoIndex;
  });
  return found == all.end() ? nullptr : &*found;
}

const StreamPort* port_at(TileKind kind, Switch which, PortDirection direction, Half half, unsigned slot) {
  const auto all = ports(kind, which, direction);
  const auto found =
      std::ranges::find_if(all, [=](const StreamPort& port) { return port.half == half && port.slot == slot; });
  return found == all.end() ? nullptr : &*found;
}

std::uint32_t config_offset(TileKind kind, Switch which, PortDirection direction, const StreamPort& port) {
  return for_kind(kind, which, [&](auto manager, auto subordinate, auto) {
    return offset_of(direction == PortDirection::Manager ? manager : subordinate, port.half, port.slot);
  });
}

std::uint32_t slot_offset(TileKind kind, Switch which, const StreamPort& subordinate, unsigned slot) {
  return for_kind(kind, which,
                  [&](auto, auto, auto slots) { return offset_of(slots, subordinate.half, subordinate.slot, slot); });
}

bool legal_circuit_route(TileKind kind, unsigned manager, unsigned subordinate) {
  return in_mask(tables::kRoutes[static_cast<std::size_t>(kind)], manager, subordinate);
}

bool legal_circuit_route_of_half(TileKind kind, unsigned manager, unsigned subordinate) {
  return in_mask(tables::kHalfRoutes[static_cast<std::size_t>(kind)], manager, subordinate);
}

}  // namespace aie4::registers
