// SPDX-License-Identifier: Apache-2.0
#include "models/array/event/performance_counters.hpp"

#include <algorithm>

namespace aie4::array {
namespace {

using registers::Half;

enum Code : std::uint8_t { kStartStop, kReset, kCounter, kSnapshot, kEventValue, kSnapshotEvent };
constexpr RegisterPart::Claim kClaims[] = {{"performance_start_stop", kStartStop},
                                           {"performance_reset", kReset},
                                           {"performance_counter", kCounter},
                                           {"performance_counter_snapshot", kSnapshot},
                                           {"performance_counter_event_value", kEventValue},
                                           {"performance_counter_snapshots_load_event", kSnapshotEvent}};
// The same numbers in all kinds of tiles. Half B's counters are 6 to 11.
constexpr std::uint8_t kFirstCounterEvent = 5;
constexpr unsigned kCountersOfHalf = 6;
constexpr unsigned kPerStartStop = 2;
constexpr unsigned kPerReset = 4;

std::uint8_t byte_of(std::uint32_t value, unsigned index) {
  return static_cast<std::uint8_t>(value >> 8 * index);
}

}  // namespace

PerformanceCounters::PerformanceCounters(sc_core::sc_module_name name, const CycleClock& cycles, Half half,
                                         unsigned counters, EventUnit& events)
    : sc_module(name), cycles_(cycles), half_(half), count_(counters), events_(events) {
  SC_METHOD(reached);
  sensitive << due_;
  dont_initialize();
}

std::uint32_t PerformanceCounters::value(unsigned index, const sc_core::sc_time& at) const {
  const Counter& counter = counters_[index];
  const std::uint64_t cycle = cycles_.cycles_at(at);
  const std::uint64_t ran = counter.running && cycle > counter.since ? cycle - counter.since : 0;
  return counter.counted + static_cast<std::uint32_t>(ran);
}

void PerformanceCounters::set_running(Counter& counter, bool running, std::uint64_t cycle) {
  if (counter.running && cycle > counter.since) {
    counter.counted += static_cast<std::uint32_t>(cycle - counter.since);
    counter.since = cycle;
  }
  if (running && !counter.running) counter.since = cycle;
  counter.running = running;
}

void PerformanceCounters::add(unsigned index, std::uint32_t cycles, const sc_core::sc_time& at) {
  Counter& counter = counters_[index];
  counter.counted += cycles;
  if (counter.event_value == 0 || counter.counted != counter.event_value) return;
  const unsigned first = half_ == Half::B ? kCountersOfHalf : 0;
  events_.raise(static_cast<std::uint8_t>(kFirstCounterEvent + first + index), EventPhase::Pulse, at);
}

void PerformanceCounters::event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  const std::uint64_t cycle = cycles_.cycles_at(at);
  for (unsigned index = 0; index < count_; ++index) {
    Counter& counter = counters_[index];
    if (counter.start == event && counter.stop == event) {
      if (phase == EventPhase::Pulse) {
        add(index, 1, at);
      } else {
        set_running(counter, phase == EventPhase::Begin, cycle);
      }
    } else if (phase != EventPhase::End) {
      if (counter.start == event) set_running(counter, true, cycle);
      if (counter.stop == event) set_running(counter, false, cycle);
    }
    if (counter.reset == event && phase != EventPhase::End) {
      counter.counted = 0;
      counter.since = std::max(counter.since, cycle);
    }
  }
  if (snapshot_event_ == event && phase != EventPhase::End) {
    for (unsigned index = 0; index < count_; ++index) counters_[index].snapshot = value(index, at);
  }
  schedule();
}

void PerformanceCounters::listen() {
  EventSet wanted;
  wanted.add(snapshot_event_);
  for (const Counter& counter : counters_) {
    wanted.add(counter.start);
    wanted.add(counter.stop);
    wanted.add(counter.reset);
  }
  events_.listen(*this, wanted);
}

void PerformanceCounters::schedule() {
  due_.cancel();
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  sc_core::sc_time next = sc_core::sc_max_time();
  for (unsigned index = 0; index < count_; ++index) {
    const Counter& counter = counters_[index];
    if (!counter.running || counter.event_value <= value(index, now)) continue;
    next = std::min(next, cycles_.time_of(counter.since + counter.event_value - counter.counted));
  }
  if (next != sc_core::sc_max_time()) due_.notify(std::max(next, now) - now);
}

void PerformanceCounters::reached() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const unsigned first = half_ == Half::B ? kCountersOfHalf : 0;
  for (unsigned index = 0; index < count_; ++index) {
    const Counter& counter = counters_[index];
    if (counter.running && counter.event_value != 0 && value(index, now) == counter.event_value) {
      events_.raise(static_cast<std::uint8_t>(kFirstCounterEvent + first + index));
    }
  }
  schedule();
}

std::span<const RegisterPart::Claim> PerformanceCounters::claims() const {
  return kClaims;
}

std::uint32_t PerformanceCounters::read(std::uint8_t code, const registers::RegisterRef& ref) {
  const unsigned index = ref.indices[0];
  switch (code) {
    case kStartStop: {
      const Counter& even = counters_[kPerStartStop * index];
      const Counter& odd = counters_[kPerStartStop * index + 1];
      return static_cast<std::uint32_t>(even.start | even.stop << 8U | odd.start << 16U) | std::uint32_t{odd.stop}
                                                                                               << 24U;
    }
    case kReset: {
      std::uint32_t value = 0;
      for (unsigned part = 0; part < kPerReset && kPerReset * index + part < count_; ++part) {
        value |= std::uint32_t{counters_[kPerReset * index + part].reset} << 8 * part;
      }
      return value;
    }
    case kCounter:
      return value(index, sc_core::sc_time_stamp());
    case kSnapshot:
      return counters_[index].snapshot;
    case kEventValue:
      return counters_[index].event_value;
    case kSnapshotEvent:
      return snapshot_event_;
    default:
      return 0;
  }
}

void PerformanceCounters::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  const unsigned index = ref.indices[0];
  const std::uint64_t cycle = cycles_.cycles_at(sc_core::sc_time_stamp());
  switch (code) {
    case kStartStop:
      for (unsigned part = 0; part < kPerStartStop; ++part) {
        Counter& counter = counters_[kPerStartStop * index + part];
        set_running(counter, false, cycle);
        counter.start = byte_of(value, 2 * part);
        counter.stop = byte_of(value, 2 * part + 1);
      }
      listen();
      break;
    case kReset:
      for (unsigned part = 0; part < kPerReset && kPerReset * index + part < count_; ++part) {
        counters_[kPerReset * index + part].reset = byte_of(value, part);
      }
      listen();
      break;
    case kCounter:
      counters_[index].counted = value;
      counters_[index].since = cycle;
      break;
    case kEventValue:
      counters_[index].event_value = value;
      break;
    case kSnapshotEvent:
      snapshot_event_ = byte_of(value, 0);
      listen();
      break;
    default:
      break;
  }
  schedule();
}

void PerformanceCounters::reset(Half half) {
  if (half != half_) return;
  counters_ = {};
  snapshot_event_ = 0;
  listen();
  due_.cancel();
}

}  // namespace aie4::array
