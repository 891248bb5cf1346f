// SPDX-License-Identifier: Apache-2.0
#include "models/array/event_unit.hpp"

#include <algorithm>
#include <utility>

#include "models/registers/array/events.hpp"

namespace aie4::array {
namespace {

using registers::Half;
using registers::RegisterRef;

enum Code : std::uint8_t {
  kStatus,
  kGenerate,
  kLine,
  kBlockSet,
  kBlockClear,
  kBlockValue,
  kGroupEnable,
  kComboInputs,
  kComboControl,
  kEdgeControl
};
constexpr RegisterPart::Claim kClaims[] = {{"event_status", kStatus},
                                           {"event_generate", kGenerate},
                                           {"event_broadcast", kLine},
                                           {"event_broadcast_block_set", kBlockSet},
                                           {"event_broadcast_block_clr", kBlockClear},
                                           {"event_broadcast_block_value", kBlockValue},
                                           {"event_group_enable", kGroupEnable},
                                           {"combo_event_inputs", kComboInputs},
                                           {"combo_event_control", kComboControl},
                                           {"edge_detection_event_control", kEdgeControl}};

// The same numbers in all kinds of tiles.
constexpr std::uint8_t kTrue = 1;
constexpr std::uint8_t kFirstCombo = 17;
constexpr std::uint8_t kFirstEdge = 25;
constexpr std::uint32_t kLineMask = 0xFFFF;
constexpr unsigned kInputsPerRegister = 4;
enum Operation : std::uint8_t { kAnd, kAndNot, kOr, kOrNot };

std::uint8_t byte_of(std::uint32_t value, unsigned index) {
  return static_cast<std::uint8_t>(value >> 8 * index);
}
bool bit_of(std::uint32_t value, unsigned bit) {
  return (value >> bit & 1U) != 0;
}

// Fields of edge_detection_event_control for its two detectors, as in AIE2PS.
constexpr unsigned kEdgeLsb[] = {0, 16};
constexpr unsigned kRisingBit = 9;
constexpr unsigned kFallingBit = 10;

}  // namespace

EventUnit::EventUnit(const Environment& environment, TileKind kind, Half half, std::string owner, Broadcast broadcast)
    : environment_(environment),
      kind_(kind),
      half_(half),
      owner_(std::move(owner)),
      broadcast_(std::move(broadcast)),
      first_broadcast_(first_broadcast_event(kind)) {}

void EventUnit::listen(EventListener& listener, const EventSet& events) {
  const auto found = std::ranges::find(listeners_, &listener, &Listening::listener);
  if (found == listeners_.end()) {
    listeners_.push_back({&listener, events});
  } else {
    found->events = events;
  }
  decode();
}

void EventUnit::pass_on(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  if (depth_ == kMaxDepth) {
    environment_.diagnostics.report(
        {.category = FaultCategory::GuestError,
         .where = owner_ + " events",
         .expected = "events that do not cause each other in a circle",
         .came = fmt::format("{} after {} others", registers::event_name(kind_, event), kMaxDepth),
         .blame = "the control code"});
    return;
  }
  ++depth_;
  for (unsigned line = 0; line < kLines; ++line) {
    if (line_events_[line] != event || event == first_broadcast_ + line) continue;
    receive(line, phase, at);
    broadcast_(line, phase, at);
  }
  pass_to_groups(event, phase, at);
  pass_to_combos(event, phase, at);
  pass_to_sequences(event, phase, at);
  pass_to_edges(event, phase, at);
  for (const Listening& listening : listeners_) {
    if (listening.events.contains(event)) listening.listener->event(event, phase, at);
  }
  --depth_;
}

void EventUnit::pass_to_groups(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  const std::span<const EventGroup> groups = event_groups(kind_);
  for (std::size_t index = 0; index < groups.size(); ++index) {
    if (group_enables_[index] == 0) continue;
    const unsigned bit = group_bit(kind_, groups[index], event);
    if (bit == 32 || !bit_of(group_enables_[index], bit)) continue;
    if (phase == EventPhase::Pulse) {
      raise(groups[index].event, phase, at);
      continue;
    }
    const std::uint32_t before = group_active_[index];
    group_active_[index] = phase == EventPhase::Begin ? before | 1U << bit : before & ~(1U << bit);
    if ((before == 0) != (group_active_[index] == 0)) raise(groups[index].event, phase, at);
  }
}

bool EventUnit::active(std::uint8_t event, const sc_core::sc_time& at) const {
  if (event == kTrue) return true;
  const Level& level = levels_[event];
  if (level.lasting) return true;
  return level.pulsed && level.pulse <= at && at - level.pulse < environment_.clock.cycles(1);
}

bool EventUnit::result_of(const Combo& combo, bool first, bool second) const {
  switch (combo.operation) {
    case kAnd:
      return first && second;
    case kAndNot:
      return first && !second;
    case kOr:
      return first || second;
    default:
      return first || !second;
  }
}

void EventUnit::pass_to_combos(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  bool is_input = false;
  for (const Combo& combo : combos_) is_input = is_input || combo.inputs[0] == event || combo.inputs[1] == event;
  if (!is_input) return;
  Level& level = levels_[event];
  if (phase == EventPhase::Pulse) {
    level.pulsed = true;
    level.pulse = at;
  } else {
    level.lasting = phase == EventPhase::Begin;
  }
  for (unsigned index = 0; index < kCombos; ++index) {
    Combo& combo = combos_[index];
    if (combo.inputs[0] != event && combo.inputs[1] != event) continue;
    const bool result = result_of(combo, active(combo.inputs[0], at), active(combo.inputs[1], at));
    const auto number = static_cast<std::uint8_t>(kFirstCombo + index);
    if (phase == EventPhase::Pulse) {
      if (result && !combo.output) raise(number, phase, at);
    } else if (result != combo.output) {
      combo.output = result;
      raise(number, result ? EventPhase::Begin : EventPhase::End, at);
    }
  }
}

void EventUnit::pass_to_sequences(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  if (phase == EventPhase::End) return;
  for (unsigned index = 0; index < sequences_.size(); ++index) {
    if (byte_of(combo_inputs_[index], sequences_[index]) != event) continue;
    if (++sequences_[index] != kInputsPerRegister) continue;
    sequences_[index] = 0;
    raise(static_cast<std::uint8_t>(kFirstCombo + 4 * index + 3), EventPhase::Pulse, at);
  }
}

void EventUnit::pass_to_edges(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  for (unsigned index = 0; index < kEdges; ++index) {
    const std::uint32_t control = edge_controls_[index / 2] >> kEdgeLsb[index % 2];
    if (byte_of(control, 0) != event) continue;
    const auto number = static_cast<std::uint8_t>(kFirstEdge + index);
    if (phase != EventPhase::End && bit_of(control, kRisingBit)) raise(number, EventPhase::Pulse, at);
    if (phase == EventPhase::Begin || !bit_of(control, kFallingBit)) continue;
    raise(number, EventPhase::Pulse, phase == EventPhase::End ? at : at + environment_.clock.cycles(1));
  }
}

void EventUnit::decode() {
  wanted_ = {};
  for (const Listening& listening : listeners_) wanted_.add(listening.events);
  for (const std::uint8_t event : line_events_) wanted_.add(event);
  const std::span<const EventGroup> groups = event_groups(kind_);
  for (std::size_t index = 0; index < groups.size(); ++index) {
    if (group_enables_[index] == 0) continue;
    for (unsigned event = groups[index].first; event <= groups[index].last; ++event) {
      const unsigned bit = group_bit(kind_, groups[index], static_cast<std::uint8_t>(event));
      if (bit != 32 && bit_of(group_enables_[index], bit)) wanted_.add(static_cast<std::uint8_t>(event));
    }
  }
  for (unsigned part = 0; part < 2; ++part) {
    const std::uint32_t inputs = combo_inputs_[part];
    const unsigned first = 4 * part;
    const auto combo_event = [&](unsigned index) { return static_cast<std::uint8_t>(kFirstCombo + first + index); };
    combos_[first].inputs = {byte_of(inputs, 0), byte_of(inputs, 1)};
    combos_[first + 1].inputs = {byte_of(inputs, 2), byte_of(inputs, 3)};
    // Without inputs the third combo would last for ever under two of its operations.
    combos_[first + 2].inputs = {};
    if (inputs != 0) combos_[first + 2].inputs = {combo_event(0), combo_event(1)};
    for (unsigned index = 0; index < 3; ++index) {
      combos_[first + index].operation = byte_of(combo_controls_[part], index) & 3U;
      for (const std::uint8_t input : combos_[first + index].inputs) wanted_.add(input);
    }
  }
  for (unsigned index = 0; index < kEdges; ++index) {
    wanted_.add(byte_of(edge_controls_[index / 2] >> kEdgeLsb[index % 2], 0));
  }
  if (on_wanted_changed) on_wanted_changed();
}

std::span<const RegisterPart::Claim> EventUnit::claims() const {
  return kClaims;
}

std::uint32_t EventUnit::read(std::uint8_t code, const RegisterRef& ref) {
  const unsigned index = ref.indices[0];
  switch (code) {
    case kStatus:
      return status_[index];
    case kLine:
      return line_events_[index];
    case kBlockValue:
      return blocks_[index];
    case kGroupEnable:
      return group_enables_[index];
    case kComboInputs:
      return combo_inputs_[index];
    case kComboControl:
      return combo_controls_[index];
    case kEdgeControl:
      return edge_controls_[index];
    default:
      return 0;
  }
}

void EventUnit::write(std::uint8_t code, const RegisterRef& ref, std::uint32_t value) {
  const unsigned index = ref.indices[0];
  switch (code) {
    case kStatus:
      status_[index] &= ~value;
      return;
    case kGenerate:
      raise(byte_of(value, 0));
      return;
    case kBlockSet:
      blocks_[index] |= value & kLineMask;
      return;
    case kBlockClear:
      blocks_[index] &= ~value;
      return;
    case kLine:
      line_events_[index] = byte_of(value, 0);
      break;
    case kGroupEnable:
      group_enables_[index] = value;
      group_active_[index] &= value;
      break;
    case kComboInputs:
      combo_inputs_[index] = value;
      sequences_[index] = 0;
      break;
    case kComboControl:
      combo_controls_[index] = value;
      break;
    case kEdgeControl:
      edge_controls_[index] = value;
      break;
    default:
      return;
  }
  decode();
}

void EventUnit::reset(Half half) {
  if (half != half_) return;
  status_ = {};
  line_events_ = {};
  blocks_ = {};
  group_enables_ = {};
  group_active_ = {};
  combo_inputs_ = {};
  combo_controls_ = {};
  edge_controls_ = {};
  combos_ = {};
  levels_ = {};
  sequences_ = {};
  decode();
}

}  // namespace aie4::array
