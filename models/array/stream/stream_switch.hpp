// SPDX-License-Identifier: Apache-2.0
// The configuration of one stream switch, as its registers hold it, and its arbiters. Knows nothing of other switches.
// Source: AIE4 tile-array notes 4.2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/array/stream/arbiter.hpp"
#include "models/array/stream/stream_port.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"

namespace aie4::array {

class StreamPortObserver;
class StreamSink;
class StreamSource;

/// stream_switch_manager_config_*.
struct ManagerConfig {
  bool enable = false;
  bool packet = false;
  bool drop_header = false;        ///< Of packets.
  std::uint8_t configuration = 0;  ///< Circuit: physical id of the subordinate. Packet: msel mask 6:3, arbiter 2:0.

  [[nodiscard]] bool takes_circuit(unsigned subordinate) const {
    return enable && !packet && configuration == subordinate;
  }
  [[nodiscard]] bool takes_packet(unsigned arbiter, unsigned msel) const {
    return enable && packet && (configuration & 7U) == arbiter && (configuration >> (3 + msel) & 1U) != 0;
  }
};
[[nodiscard]] ManagerConfig decode_manager_config(std::uint32_t value);

/// stream_switch_subordinate_config_*.
struct SubordinateConfig {
  bool enable = false;
  bool packet = false;
};
[[nodiscard]] SubordinateConfig decode_subordinate_config(std::uint32_t value);

/// stream_switch_subordinate_*_slot*.
struct SlotConfig {
  bool enable = false;
  std::uint8_t id = 0;
  std::uint8_t mask = 0;
  std::uint8_t msel = 0;
  std::uint8_t arbiter = 0;

  [[nodiscard]] bool takes(unsigned packet_id) const { return enable && (packet_id & mask) == (id & mask); }
};
[[nodiscard]] SlotConfig decode_slot(std::uint32_t value);

/// What went through a manager, made when something first does.
struct PortUse {
  ResourceUse* resource = nullptr;
  TrackId track = 0;
};

class StreamSwitch {
 public:
  static constexpr unsigned kArbiters = 8;
  static constexpr unsigned kSlots = 4;

  /// A register of the switch without its address.
  struct Register {
    enum class Kind : std::uint8_t { Manager, Subordinate, Slot, MergeOrder, MergeControl, EventPorts } kind;
    std::uint8_t port = 0;   ///< Physical id; arbiter of merge registers; half of event port selection.
    std::uint8_t index = 0;  ///< Slot; pair of inputs 0..1 of MergeOrder; register of EventPorts.
  };

  StreamSwitch(TileKind kind, registers::Switch which);

  [[nodiscard]] std::uint32_t read(const Register& reg) const;
  /// True: words may now flow elsewhere than before.
  bool write(const Register& reg, std::uint32_t value);
  void reset();

  [[nodiscard]] unsigned managers() const { return static_cast<unsigned>(managers_.size()); }
  [[nodiscard]] unsigned subordinates() const { return static_cast<unsigned>(subordinates_.size()); }
  [[nodiscard]] const ManagerConfig& manager(unsigned id) const { return managers_[id]; }
  [[nodiscard]] const SubordinateConfig& subordinate(unsigned id) const { return subordinates_[id]; }
  /// The enabled slot with the lowest number that takes the packet ID. [P]
  [[nodiscard]] std::optional<SlotConfig> slot_for(unsigned subordinate, unsigned packet_id) const;
  /// Packet-switched inputs of which some slot leads to the arbiter.
  [[nodiscard]] unsigned inputs_of(unsigned arbiter) const;
  /// The event ports of a half that name this port, a bit each. Layout as in AIE2PS [P].
  [[nodiscard]] std::uint32_t event_ports_at(unsigned half, bool manager, unsigned id) const;
  [[nodiscard]] Arbiter& arbiter(unsigned number) { return arbiters_[number]; }

  /// What sits at the managers and subordinates; for the network.
  struct ManagerEnd {
    StreamSink* sink = nullptr;
    PortUse use;
  };
  std::vector<ManagerEnd> ends;        // By manager.
  std::vector<StreamSource*> sources;  // By subordinate.

  struct Watch {
    StreamPortObserver* observer = nullptr;
    std::uint32_t event_ports = 0;  // A bit each.
  };
  std::array<Watch, 2> watches{};  // By half.

 private:
  void update_merge(unsigned arbiter);

  std::vector<std::uint32_t> manager_registers_;
  std::vector<std::uint32_t> subordinate_registers_;
  std::vector<std::array<std::uint32_t, kSlots>> slot_registers_;
  std::vector<ManagerConfig> managers_;
  std::vector<SubordinateConfig> subordinates_;
  std::vector<std::array<SlotConfig, kSlots>> slots_;
  std::array<std::array<std::uint32_t, 3>, kArbiters> merge_registers_{};  // Two orders, control.
  std::array<std::array<std::uint32_t, 2>, 2> event_ports_{};
  std::array<Arbiter, kArbiters> arbiters_;
};

}  // namespace aie4::array
