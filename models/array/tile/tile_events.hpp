// SPDX-License-Identifier: Apache-2.0
// All event logic of a tile: for each half an event unit with its timer, performance counters and trace units.
// Source: AIE4 tile-array notes, section 7.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/dma/dma_client.hpp"
#include "models/array/environment.hpp"
#include "models/array/event/event_timer.hpp"
#include "models/array/event/event_unit.hpp"
#include "models/array/event/performance_counters.hpp"
#include "models/array/event/trace_unit.hpp"
#include "models/array/fabric.hpp"
#include "models/array/memory/lock_registers.hpp"

namespace aie4::array {

/// With one application, what happens in either half is an event in both of them; only what a half selects or
/// configures itself (locks, memory-tile channels, timer, counters, combos, ...) is an event of that half alone
/// [assumed].
class TileEvents {
 public:
  TileEvents(const Environment& environment, const Fabric& fabric, TileId tile, const std::string& owner);

  [[nodiscard]] unsigned halves() const { return static_cast<unsigned>(units_.size()); }
  [[nodiscard]] EventUnit& unit(registers::Half half) { return *units_[half == registers::Half::B ? 1 : 0]; }
  /// All register parts, for the tile.
  [[nodiscard]] const std::vector<RegisterPart*>& parts() const { return parts_; }

  /// In all halves. 0: nothing.
  void raise(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
    if (event == 0) return;
    for (const auto& unit : units_) unit->raise(event, phase, at);
  }
  void raise(std::uint8_t event) { raise(event, EventPhase::Pulse, sc_core::sc_time_stamp()); }

  // --- what the other units of the tile report ----------------------------------------------------------------------
  /// `selections`: dma_event_channel_selection of each half; of memory tiles.
  void dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at,
                 const std::array<std::uint32_t, 2>& selections);
  void lock_event(registers::Half half, unsigned selection, LockRegisters::Event event);

 private:
  /// The stream-switch ports that a half selects. Watched only while somebody listens to their events: status bits of
  /// ports that nobody listens to stay clear.
  class Ports : public StreamPortObserver {
   public:
    Ports(StreamNetwork& network, TileId tile, unsigned half, EventUnit& unit);
    void port_passed(unsigned event_port, const sc_core::sc_time& ready, const sc_core::sc_time& begin,
                     const sc_core::sc_time& end, bool tlast) override;

   private:
    void watch();

    StreamNetwork& network_;
    TileId tile_;
    TileKind kind_;
    unsigned half_;
    EventUnit& unit_;
    std::uint32_t watched_ = 0;
  };

  /// Events of a DMA channel by number, whoever selects it; 0: has none.
  using ChannelEvents = std::array<std::uint8_t, kDmaEvents>;

  void choose(const std::array<std::uint32_t, 2>& selections);

  TileKind kind_;
  std::vector<ChannelEvents> channel_events_;
  std::array<std::uint32_t, 2> selections_{};
  std::vector<std::uint8_t> chosen_;  // Of each channel for selections_: bit 2 * half + selection.
  std::vector<std::unique_ptr<EventUnit>> units_;
  std::vector<std::unique_ptr<EventTimer>> timers_;
  std::vector<std::unique_ptr<PerformanceCounters>> counters_;
  std::vector<std::unique_ptr<TraceUnit>> traces_;
  std::vector<std::unique_ptr<Ports>> ports_;
  std::vector<RegisterPart*> parts_;
};

}  // namespace aie4::array
