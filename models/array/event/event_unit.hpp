// SPDX-License-Identifier: Apache-2.0
// The event logic of a compute tile or of one half of another tile: status, groups, combos, edges, broadcast.
// Source: AIE4 tile-array notes 7.1, 7.2.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/event/event_groups.hpp"
#include "models/array/event/event_set.hpp"
#include "models/array/tile/register_part.hpp"
#include "models/common/time.hpp"

namespace aie4::array {

/// Events happen at times that need not be the present, and are passed on at once with their times: nothing is
/// scheduled. What acts on the machine schedules that itself.
///
/// An event that lasts has a begin and an end. A group lasts while any enabled member does. Combo events 3 and 7 have
/// no control field: they fire when their four inputs have fired in order [assumed].
class EventUnit : public RegisterPart {
 public:
  static constexpr unsigned kLines = 16;
  enum Side : std::uint8_t { kSouth, kWest, kNorth, kEast, kSides };
  /// Drives a broadcast line.
  using Broadcast = std::function<void(unsigned line, EventPhase phase, const sc_core::sc_time& at)>;

  /// `owner`: "column 0/memory tile 1".
  EventUnit(const Environment& environment, TileKind kind, registers::Half half, std::string owner,
            Broadcast broadcast);

  /// Costs two instructions if nobody listens.
  void raise(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
    if (phase != EventPhase::End) status_[event / 32] |= 1U << event % 32;
    if (wanted_.contains(event)) pass_on(event, phase, at);
  }
  void raise(std::uint8_t event) { raise(event, EventPhase::Pulse, time_now()); }
  [[nodiscard]] bool wants(std::uint8_t event) const { return wanted_.contains(event); }

  /// From now on the listener, which outlives the unit's use, hears of these events and no others.
  void listen(EventListener& listener, const EventSet& events);

  /// Called when `wants` may answer otherwise than before.
  std::function<void()> on_wanted_changed;

  /// A broadcast line comes in.
  void receive(unsigned line, EventPhase phase, const sc_core::sc_time& at) {
    raise(static_cast<std::uint8_t>(first_broadcast_ + line), phase, at);
  }
  [[nodiscard]] bool blocks(Side side, unsigned line) const { return (blocks_[side] >> line & 1U) != 0; }

  [[nodiscard]] bool owns(const registers::RegisterRef& ref) const override { return ref.half == half_; }
  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;

 private:
  static constexpr unsigned kWords = 8;
  static constexpr unsigned kGroups = 16;
  static constexpr unsigned kCombos = 8;
  static constexpr unsigned kInputs = 8;
  static constexpr unsigned kEdges = 8;
  static constexpr unsigned kMaxDepth = 16;

  struct Member {
    std::uint8_t group = 0;
    std::uint8_t bit = 0;
  };
  struct Combo {
    std::array<std::uint8_t, 2> inputs{};
    std::uint8_t operation = 0;
    bool output = false;
  };
  struct Level {
    bool lasting = false;
    bool pulsed = false;
    sc_core::sc_time pulse;
  };

  void pass_on(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at);
  void pass_to_groups(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at);
  void pass_to_combos(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at);
  void pass_to_edges(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at);
  void pass_to_sequences(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at);
  [[nodiscard]] bool active(std::uint8_t event, const sc_core::sc_time& at) const;
  [[nodiscard]] bool result_of(const Combo& combo, bool first, bool second) const;
  void decode();

  const Environment& environment_;
  TileKind kind_;
  registers::Half half_;
  std::string owner_;
  Broadcast broadcast_;
  std::uint8_t first_broadcast_;

  std::array<std::uint32_t, kWords> status_{};
  std::array<std::uint8_t, kLines> line_events_{};
  std::array<std::uint32_t, kSides> blocks_{};
  std::array<std::uint32_t, kGroups> group_enables_{};
  std::array<std::uint32_t, kGroups> group_active_{};  // Enabled members that last.
  std::array<std::uint32_t, 2> combo_inputs_{};
  std::array<std::uint32_t, 2> combo_controls_{};
  std::array<std::uint32_t, kEdges / 2> edge_controls_{};

  // Decoded from the above.
  EventSet wanted_;
  std::array<Combo, kCombos> combos_{};
  std::array<Level, 256> levels_{};          // Of the inputs of combos.
  std::array<std::uint8_t, 2> sequences_{};  // Inputs of combos 3 and 7 that have fired.

  struct Listening {
    EventListener* listener = nullptr;
    EventSet events;
  };
  std::vector<Listening> listeners_;
  unsigned depth_ = 0;
};

}  // namespace aie4::array
