// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/stream_switch.hpp"

#include <algorithm>

#include "models/registers/array/streams.hpp"
#include "models/registers/generated/memory_fields.hpp"

namespace aie4::array {
namespace {

using registers::Field;
using registers::get;
using registers::PortDirection;
// The three kinds of tiles and both switches share the formats (4.2).
namespace fields = registers::memory;
namespace order = fields::stream_switch_deterministic_merge_arb_subordinate0_1;
namespace port_select = fields::stream_switch_event_port_selection;

constexpr std::uint32_t bits(const Field& field) {
  return field.mask() << field.lsb;
}

constexpr std::uint32_t kManagerBits = bits(fields::stream_switch_manager_config::Manager_Enable) |
                                       bits(fields::stream_switch_manager_config::Packet_Enable) |
                                       bits(fields::stream_switch_manager_config::Drop_Header) |
                                       bits(fields::stream_switch_manager_config::Configuration);
constexpr std::uint32_t kSubordinateBits = bits(fields::stream_switch_subordinate_config::Subordinate_Enable) |
                                           bits(fields::stream_switch_subordinate_config::Packet_Enable);
constexpr std::uint32_t kSlotBits =
    bits(fields::stream_switch_subordinate_slot::ID) | bits(fields::stream_switch_subordinate_slot::Mask) |
    bits(fields::stream_switch_subordinate_slot::Enable) | bits(fields::stream_switch_subordinate_slot::Msel) |
    bits(fields::stream_switch_subordinate_slot::Arbit);
constexpr std::uint32_t kMergeOrderBits = bits(order::Packet_Count_hi) | bits(order::Subordinate_ID_hi) |
                                          bits(order::Packet_Count_lo) | bits(order::Subordinate_ID_lo);
constexpr std::uint32_t kMergeControlBits = bits(fields::stream_switch_deterministic_merge_arb_ctrl::Enable);
constexpr std::uint32_t kEventPortBits = bits(port_select::Port0_ID) | bits(port_select::Port0_Manager_Subordinate) |
                                         bits(port_select::Port1_ID) | bits(port_select::Port1_Manager_Subordinate) |
                                         bits(port_select::Port2_ID) | bits(port_select::Port2_Manager_Subordinate) |
                                         bits(port_select::Port3_ID) | bits(port_select::Port3_Manager_Subordinate);

constexpr std::size_t kMergeControl = 2;

std::uint8_t byte(std::uint32_t value) {
  return static_cast<std::uint8_t>(value);
}

}  // namespace

ManagerConfig decode_manager_config(std::uint32_t value) {
  namespace reg = fields::stream_switch_manager_config;
  return {.enable = get(reg::Manager_Enable, value) != 0,
          .packet = get(reg::Packet_Enable, value) != 0,
          .drop_header = get(reg::Drop_Header, value) != 0,
          .configuration = byte(get(reg::Configuration, value))};
}

SubordinateConfig decode_subordinate_config(std::uint32_t value) {
  namespace reg = fields::stream_switch_subordinate_config;
  return {.enable = get(reg::Subordinate_Enable, value) != 0, .packet = get(reg::Packet_Enable, value) != 0};
}

SlotConfig decode_slot(std::uint32_t value) {
  namespace reg = fields::stream_switch_subordinate_slot;
  return {.enable = get(reg::Enable, value) != 0,
          .id = byte(get(reg::ID, value)),
          .mask = byte(get(reg::Mask, value)),
          .msel = byte(get(reg::Msel, value)),
          .arbiter = byte(get(reg::Arbit, value))};
}

StreamSwitch::StreamSwitch(TileKind kind, registers::Switch which)
    : ends(registers::ports(kind, which, PortDirection::Manager).size()),
      sources(registers::ports(kind, which, PortDirection::Subordinate).size()),
      manager_registers_(ends.size()),
      subordinate_registers_(sources.size()),
      slot_registers_(sources.size()),
      managers_(ends.size()),
      subordinates_(sources.size()),
      slots_(sources.size()) {}

std::uint32_t StreamSwitch::read(const Register& reg) const {
  switch (reg.kind) {
    case Register::Kind::Manager:
      return manager_registers_.at(reg.port);
    case Register::Kind::Subordinate:
      return subordinate_registers_.at(reg.port);
    case Register::Kind::Slot:
      return slot_registers_.at(reg.port).at(reg.index);
    case Register::Kind::MergeOrder:
      return merge_registers_.at(reg.port).at(reg.index);
    case Register::Kind::MergeControl:
      return merge_registers_.at(reg.port)[kMergeControl];
    case Register::Kind::EventPorts:
      return event_ports_.at(reg.port).at(reg.index);
  }
  return 0;
}

bool StreamSwitch::write(const Register& reg, std::uint32_t value) {
  // True if the register's bits changed.
  const auto store = [&value](std::uint32_t& target, std::uint32_t mask) {
    const std::uint32_t old = target;
    target = value & mask;
    return target != old;
  };
  switch (reg.kind) {
    case Register::Kind::Manager:
      if (!store(manager_registers_.at(reg.port), kManagerBits)) return false;
      managers_[reg.port] = decode_manager_config(value);
      return true;
    case Register::Kind::Subordinate:
      if (!store(subordinate_registers_.at(reg.port), kSubordinateBits)) return false;
      subordinates_[reg.port] = decode_subordinate_config(value);
      return true;
    case Register::Kind::Slot:
      if (!store(slot_registers_.at(reg.port).at(reg.index), kSlotBits)) return false;
      slots_[reg.port][reg.index] = decode_slot(value);
      return true;
    case Register::Kind::MergeOrder:
      if (store(merge_registers_.at(reg.port).at(reg.index), kMergeOrderBits)) update_merge(reg.port);
      return false;
    case Register::Kind::MergeControl:
      if (store(merge_registers_.at(reg.port)[kMergeControl], kMergeControlBits)) update_merge(reg.port);
      return false;
    case Register::Kind::EventPorts:
      return store(event_ports_.at(reg.port).at(reg.index), kEventPortBits);
  }
  return false;
}

void StreamSwitch::reset() {
  std::ranges::fill(manager_registers_, 0);
  std::ranges::fill(subordinate_registers_, 0);
  std::ranges::fill(managers_, ManagerConfig{});
  std::ranges::fill(subordinates_, SubordinateConfig{});
  for (auto& registers : slot_registers_) registers.fill(0);
  for (auto& slots : slots_) slots.fill({});
  for (auto& registers : merge_registers_) registers.fill(0);
  for (auto& registers : event_ports_) registers.fill(0);
  for (Arbiter& arbiter : arbiters_) arbiter.reset();
}

std::optional<SlotConfig> StreamSwitch::slot_for(unsigned subordinate, unsigned packet_id) const {
  for (const SlotConfig& slot : slots_[subordinate]) {
    if (slot.takes(packet_id)) return slot;
  }
  return std::nullopt;
}

unsigned StreamSwitch::inputs_of(unsigned arbiter) const {
  unsigned count = 0;
  for (std::size_t input = 0; input < slots_.size(); ++input) {
    if (!subordinates_[input].enable || !subordinates_[input].packet) continue;
    count += std::ranges::any_of(slots_[input],
                                 [arbiter](const SlotConfig& slot) { return slot.enable && slot.arbiter == arbiter; })
                 ? 1U
                 : 0U;
  }
  return count;
}

std::uint32_t StreamSwitch::event_ports_at(unsigned half, bool manager, unsigned id) const {
  struct Selection {
    const Field& id;
    const Field& manager;
  };
  static constexpr Selection kSelections[] = {{port_select::Port0_ID, port_select::Port0_Manager_Subordinate},
                                              {port_select::Port1_ID, port_select::Port1_Manager_Subordinate},
                                              {port_select::Port2_ID, port_select::Port2_Manager_Subordinate},
                                              {port_select::Port3_ID, port_select::Port3_Manager_Subordinate}};
  std::uint32_t ports = 0;
  unsigned port = 0;
  for (const std::uint32_t value : event_ports_[half]) {
    for (const Selection& selection : kSelections) {
      if (get(selection.id, value) == id && (get(selection.manager, value) != 0) == manager) ports |= 1U << port;
      ++port;
    }
  }
  return ports;
}

void StreamSwitch::update_merge(unsigned arbiter) {
  const auto& registers = merge_registers_[arbiter];
  if (get(fields::stream_switch_deterministic_merge_arb_ctrl::Enable, registers[kMergeControl]) == 0) {
    arbiters_[arbiter].set_merge_order(std::nullopt);
    return;
  }
  Arbiter::MergeOrder merge;
  for (std::size_t pair = 0; pair < 2; ++pair) {
    merge[2 * pair] = {byte(get(order::Subordinate_ID_lo, registers[pair])),
                       byte(get(order::Packet_Count_lo, registers[pair]))};
    merge[2 * pair + 1] = {byte(get(order::Subordinate_ID_hi, registers[pair])),
                           byte(get(order::Packet_Count_hi, registers[pair]))};
  }
  arbiters_[arbiter].set_merge_order(merge);
}

}  // namespace aie4::array
