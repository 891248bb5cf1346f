// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/tile_events.hpp"

#include <bit>
#include <fmt/format.h>

#include "models/array/dma/dma_registers.hpp"
#include "models/array/tile/tile_event_ids.hpp"
#include "models/registers/array/streams.hpp"

namespace aie4::array {
namespace {

using registers::Half;

constexpr unsigned kCountersOfHalf = 6;

/// Where a trace unit sends: trace0 of a compute tile is the core's, trace1 the memory's.
StreamPortAddress trace_port(TileKind kind, TileId tile, unsigned half, unsigned index) {
  registers::PortGroup group = registers::PortGroup::Trace;
  if (kind == TileKind::Compute) group = index == 0 ? registers::PortGroup::AieTrace : registers::PortGroup::MemTrace;
  const registers::StreamPort* port =
      registers::find_port(kind, registers::Switch::Narrow32, registers::PortDirection::Subordinate, group, half);
  return {tile, registers::Switch::Narrow32, port->physical};
}

// Fields of dma_event_channel_selection: Sel0, Sel1 of S2MM, then of MM2S.
constexpr unsigned kSelectionLsb[2][2] = {{0, 8}, {16, 24}};
constexpr std::uint32_t kSelectionMask[2] = {0x7, 0xF};

}  // namespace

TileEvents::TileEvents(const Environment& environment, const Fabric& fabric, TileId tile, const std::string& owner)
    : kind_(environment.geometry().kind(tile)) {
  for (unsigned channel = 0; channel < dma_channels(kind_).size(); ++channel) {
    ChannelEvents& numbers = channel_events_.emplace_back();
    for (std::size_t event = 0; event < kDmaEvents; ++event) {
      numbers[event] = dma_event_id(kind_, channel, static_cast<DmaEvent>(event));
    }
  }
  const unsigned halves = kind_ == TileKind::Compute ? 1 : 2;
  for (unsigned index = 0; index < halves; ++index) {
    const Half half = index == 0 ? Half::A : Half::B;
    const char* suffix = index == 0 ? "a" : "b";
    EventNetwork& network = fabric.events;
    units_.push_back(std::make_unique<EventUnit>(
        environment, kind_, half, owner,
        [&network, tile, half](unsigned line, EventPhase phase, const sc_core::sc_time& at) {
          network.drive(tile, half, line, phase, at);
        }));
    EventUnit& unit = *units_.back();
    network.attach(tile, half, unit);
    ports_.push_back(std::make_unique<Ports>(fabric.streams, tile, index, unit));
    timers_.push_back(std::make_unique<EventTimer>(fmt::format("timer_{}", suffix).c_str(), fabric.cycles, half, unit));
    counters_.push_back(std::make_unique<PerformanceCounters>(
        fmt::format("counters_{}", suffix).c_str(), fabric.cycles, half,
        kind_ == TileKind::Compute ? PerformanceCounters::kMaxCounters : kCountersOfHalf, unit));
    const unsigned traces = kind_ == TileKind::Compute ? 2 : 1;
    for (unsigned trace = 0; trace < traces; ++trace) {
      const std::string name =
          kind_ == TileKind::Compute ? fmt::format("trace{}", trace) : fmt::format("trace_{}", suffix);
      traces_.push_back(std::make_unique<TraceUnit>(name.c_str(), environment, fmt::format("{}/{}", owner, name), tile,
                                                    half, trace, unit, *timers_.back(),
                                                    fabric.streams.source(trace_port(kind_, tile, index, trace))));
    }
  }
  for (const auto& unit : units_) parts_.push_back(unit.get());
  for (const auto& timer : timers_) parts_.push_back(timer.get());
  for (const auto& counters : counters_) parts_.push_back(counters.get());
  for (const auto& trace : traces_) parts_.push_back(trace.get());
}

TileEvents::Ports::Ports(StreamNetwork& network, TileId tile, unsigned half, EventUnit& unit)
    : network_(network), tile_(tile), kind_(network.geometry().kind(tile)), half_(half), unit_(unit) {
  unit_.on_wanted_changed = [this] { watch(); };
}

void TileEvents::Ports::watch() {
  std::uint32_t wanted = 0;
  for (unsigned port = 0; port_event_id(kind_, port, PortEvent::Idle) != 0; ++port) {
    for (const PortEvent event : {PortEvent::Idle, PortEvent::Running, PortEvent::Stalled, PortEvent::Tlast}) {
      if (unit_.wants(port_event_id(kind_, port, event))) wanted |= 1U << port;
    }
  }
  if (wanted == watched_) return;
  watched_ = wanted;
  network_.observe(tile_, half_, wanted == 0 ? nullptr : this, wanted);
}

void TileEvents::Ports::port_passed(unsigned event_port, const sc_core::sc_time& ready, const sc_core::sc_time& begin,
                                    const sc_core::sc_time& end, bool tlast) {
  const auto raise = [&](PortEvent event, EventPhase phase, const sc_core::sc_time& at) {
    unit_.raise(port_event_id(kind_, event_port, event), phase, at);
  };
  raise(PortEvent::Idle, EventPhase::End, ready);
  if (ready < begin) {
    raise(PortEvent::Stalled, EventPhase::Begin, ready);
    raise(PortEvent::Stalled, EventPhase::End, begin);
  }
  raise(PortEvent::Running, EventPhase::Begin, begin);
  raise(PortEvent::Running, EventPhase::End, end);
  if (tlast) raise(PortEvent::Tlast, EventPhase::Pulse, end);
  raise(PortEvent::Idle, EventPhase::Begin, end);
}

void TileEvents::dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at,
                           const std::array<std::uint32_t, 2>& selections) {
  raise(channel_events_[channel][static_cast<std::size_t>(event)], phase, at);
  if (kind_ != TileKind::Memory) return;
  if (selections != selections_ || chosen_.empty()) choose(selections);
  for (unsigned chosen = chosen_[channel]; chosen != 0; chosen &= chosen - 1) {
    const auto bit = static_cast<unsigned>(std::countr_zero(chosen));
    const bool mm2s = dma_channels(kind_)[channel].direction == DmaDirection::Mm2s;
    const std::uint8_t id = selected_dma_event_id(mm2s, bit % 2, event);
    if (id != 0) units_[bit / 2]->raise(id, phase, at);
  }
}

void TileEvents::choose(const std::array<std::uint32_t, 2>& selections) {
  selections_ = selections;
  chosen_.clear();
  for (const DmaChannelInfo& info : dma_channels(kind_)) {
    const unsigned direction = info.direction == DmaDirection::Mm2s ? 1 : 0;
    unsigned chosen = 0;
    for (unsigned half = 0; half < halves(); ++half) {
      // Half A names channels of both halves, half B its own [assumed].
      const unsigned per_half = direction == 1 ? 5 : 4;
      for (unsigned selection = 0; selection < 2; ++selection) {
        unsigned number = selections[half] >> kSelectionLsb[direction][selection] & kSelectionMask[direction];
        if (half == 1) number = number % per_half + per_half;
        if (number == info.number) chosen |= 1U << (2 * half + selection);
      }
    }
    chosen_.push_back(static_cast<std::uint8_t>(chosen));
  }
}

void TileEvents::lock_event(Half half, unsigned selection, LockRegisters::Event event) {
  unit(half).raise(lock_event_id(kind_, selection, event));
}

}  // namespace aie4::array
