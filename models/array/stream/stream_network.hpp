// SPDX-License-Identifier: Apache-2.0
// All stream switches of the array and the links between them: who sends to whom.
// Source: AIE4 tile-array notes, section 4.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/stream/stream_buffer.hpp"
#include "models/array/stream/stream_port.hpp"
#include "models/array/stream/stream_source.hpp"
#include "models/array/stream/stream_switch.hpp"
#include "models/array/stream/stream_timing.hpp"

namespace aie4::registers {
struct RegisterRef;
enum class PortDirection : std::uint8_t;
}  // namespace aie4::registers

namespace aie4::array {

/// The array's switches, 1..60 columns. Switches are configured by their registers; senders and receivers are joined to
/// their ports once, when the array is built.
class StreamNetwork {
 public:
  explicit StreamNetwork(const Environment& environment);
  ~StreamNetwork();
  StreamNetwork(const StreamNetwork&) = delete;
  StreamNetwork& operator=(const StreamNetwork&) = delete;

  /// The sending end at a subordinate; the same object each time. Lives as long as the network.
  [[nodiscard]] StreamSource& source(const StreamPortAddress& subordinate);
  /// The receiver of a manager; one at a time.
  void attach(const StreamPortAddress& manager, StreamSink& sink);
  void detach(const StreamPortAddress& manager);
  /// Where a packet with that first word would go now from a subordinate; for circuits any word will do.
  [[nodiscard]] Route resolve(const StreamPortAddress& subordinate, std::uint32_t first_word);

  /// The registers of the switches: configuration, slots, deterministic merge, event port selection. None, false: the
  /// register is none of them.
  [[nodiscard]] std::optional<std::uint32_t> read(TileId tile, const registers::RegisterRef& ref) const;
  bool write(TileId tile, const registers::RegisterRef& ref, std::uint32_t value);
  /// Both switches of the tile as after power-on. What senders hold of them is theirs no longer.
  void reset(TileId tile);
  /// Cuts the links of a tile: bits 0 south, 1 west, 2 north, 3 east. What is sent into a cut link is lost, as at the
  /// edge of the array [assumed].
  void isolate(TileId tile, std::uint32_t sides);

  /// Who hears of the beats at the event ports of a half (0 or 1) of the tile's 512-bit switch; `event_ports`: those
  /// that it wants to hear of, a bit each. Null: nobody, which costs nothing.
  void observe(TileId tile, unsigned half, StreamPortObserver* observer, std::uint32_t event_ports);

  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] const Geometry& geometry() const { return geometry_; }

 private:
  friend class StreamSource;
  friend class RouteFinder;

  [[nodiscard]] std::size_t index_of(TileId tile) const;
  [[nodiscard]] StreamSwitch& switch_at(TileId tile, registers::Switch which);
  [[nodiscard]] const StreamSwitch& switch_at(TileId tile, registers::Switch which) const;
  [[nodiscard]] std::uint32_t isolated(TileId tile) const { return isolated_[index_of(tile)]; }
  /// "column 0/memory tile 1/stream switch/manager south_0".
  [[nodiscard]] std::string port_name(const StreamPortAddress& port, registers::PortDirection direction) const;
  /// The row of a manager in the statistics; made at the first call.
  [[nodiscard]] PortUse& use_of(const StreamPortAddress& manager);
  /// Whether the switch can make the circuit that the manager is configured for (Appendix C).
  [[nodiscard]] bool circuit_exists(const StreamPortAddress& manager) const;
  /// Grows with every change of the configuration.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  void configuration_changed();
  /// Notifies the event at the next change.
  void wake_on_change(sc_core::sc_event& sender) { waiting_.push_back(&sender); }
  void forget(const sc_core::sc_event& sender) { std::erase(waiting_, &sender); }

  const Environment& environment_;
  Geometry geometry_;
  StreamTiming timing_;
  StreamBufferPool pool_;
  std::vector<std::unique_ptr<StreamSwitch>> switches_;  // By column, row, width.
  std::vector<std::uint8_t> isolated_;                   // By column, row.
  std::vector<std::unique_ptr<StreamSource>> sources_;
  std::uint64_t generation_ = 1;
  std::vector<sc_core::sc_event*> waiting_;
};

}  // namespace aie4::array
