// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/switch_register.hpp"

namespace aie4::array {
namespace {

using registers::Half;
using registers::PortDirection;
using registers::Switch;
using Kind = StreamSwitch::Register::Kind;

/// Half B's arbiters with deterministic merge are 4 and 5 (4.2).
constexpr unsigned kArbitersOfHalfA = 4;

std::optional<SwitchRegister> port_register(const registers::RegisterRef& ref, Switch which, Kind kind) {
  const PortDirection direction = kind == Kind::Manager ? PortDirection::Manager : PortDirection::Subordinate;
  const registers::StreamPort* port = registers::port_at(ref.kind, which, direction, ref.half, ref.indices[0]);
  if (port == nullptr) return std::nullopt;
  return SwitchRegister{which, {kind, port->physical, static_cast<std::uint8_t>(ref.indices[1])}};
}

SwitchRegister merge_register(const registers::RegisterRef& ref, Kind kind, std::uint8_t index) {
  const unsigned arbiter = ref.indices[0] + (ref.half == Half::B ? kArbitersOfHalfA : 0U);
  return {Switch::Wide512, {kind, static_cast<std::uint8_t>(arbiter), index}};
}

template <class Register>
std::optional<SwitchRegister> find(const registers::RegisterRef& ref) {
  switch (ref.id<Register>()) {
    case Register::stream_switch_manager_config:
      return port_register(ref, Switch::Wide512, Kind::Manager);
    case Register::stream_switch_subordinate_config:
      return port_register(ref, Switch::Wide512, Kind::Subordinate);
    case Register::stream_switch_subordinate_slot:
      return port_register(ref, Switch::Wide512, Kind::Slot);
    case Register::stream_switch_32b_manager_config:
      return port_register(ref, Switch::Narrow32, Kind::Manager);
    case Register::stream_switch_32b_subordinate_config:
      return port_register(ref, Switch::Narrow32, Kind::Subordinate);
    case Register::stream_switch_32b_subordinate_slot:
      return port_register(ref, Switch::Narrow32, Kind::Slot);
    case Register::stream_switch_deterministic_merge_arb_subordinate0_1:
      return merge_register(ref, Kind::MergeOrder, 0);
    case Register::stream_switch_deterministic_merge_arb_subordinate2_3:
      return merge_register(ref, Kind::MergeOrder, 1);
    case Register::stream_switch_deterministic_merge_arb_ctrl:
      return merge_register(ref, Kind::MergeControl, 0);
    case Register::stream_switch_event_port_selection:
      return SwitchRegister{Switch::Wide512,
                            {Kind::EventPorts, static_cast<std::uint8_t>(ref.half == Half::B ? 1 : 0),
                             static_cast<std::uint8_t>(ref.indices[0])}};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<SwitchRegister> switch_register(const registers::RegisterRef& ref) {
  switch (ref.kind) {
    case TileKind::Shim:
      return find<registers::ShimRegister>(ref);
    case TileKind::Memory:
      return find<registers::MemoryRegister>(ref);
    case TileKind::Compute:
      return find<registers::ComputeRegister>(ref);
  }
  return std::nullopt;
}

}  // namespace aie4::array
