// SPDX-License-Identifier: Apache-2.0
// All stream switches of the array and the links between them: who sends to whom.
// Source: AIE4 tile-array notes, section 4.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/stream_buffer.hpp"
#include "models/array/stream_port.hpp"
#include "models/array/stream_source.hpp"
#include "models/array/stream_switch.hpp"
#include "models/array/stream_timing.hpp"

namespace aie4::registers {
struct RegisterRef;
}

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
  /// The receiver of a manager, which outlives the simulation. Once for each port.
  void attach(const StreamPortAddress& manager, StreamSink& sink);

  /// The registers of the switches: configuration, slots, deterministic merge, event port selection. None, false: the
  /// register is none of them.
  [[nodiscard]] std::optional<std::uint32_t> read(TileId tile, const registers::RegisterRef& ref) const;
  bool write(TileId tile, const registers::RegisterRef& ref, std::uint32_t value);
  /// Both switches of the tile as after power-on. What senders hold of them is theirs no longer.
  void reset(TileId tile);
  /// Cuts the links of a tile: bits 0 south, 1 west, 2 north, 3 east. What is sent into a cut link is lost, as at the
  /// edge of the array [assumed].
  void isolate(TileId tile, std::uint32_t sides);

  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] const Geometry& geometry() const { return geometry_; }

 private:
  friend class StreamSource;
  friend class RouteFinder;

  [[nodiscard]] StreamSwitch& switch_at(TileId tile, registers::Switch which);
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
  std::vector<StreamSwitch> switches_;  // By column, row, width.
  std::vector<std::uint8_t> isolated_;  // By column, row.
  std::vector<std::unique_ptr<StreamSource>> sources_;
  std::uint64_t generation_ = 1;
  std::vector<sc_core::sc_event*> waiting_;
};

}  // namespace aie4::array
