// SPDX-License-Identifier: Apache-2.0
// The performance counters of an event unit. Source: AIE4 tile-array notes 7.4.
#pragma once

#include <array>
#include <cstdint>

#include <systemc>

#include "models/array/cycle_clock.hpp"
#include "models/array/event/event_unit.hpp"

namespace aie4::array {

/// 6 counters of a half, or the 12 of a compute tile. A counter counts the cycles from its start event to its stop
/// event; if both are the same event, it counts the cycles in which that is active, one for an event without duration.
/// Nothing ticks: values are computed when somebody looks.
class PerformanceCounters : public sc_core::sc_module, public RegisterPart, public EventListener {
 public:
  static constexpr unsigned kMaxCounters = 12;

  SC_HAS_PROCESS(PerformanceCounters);
  PerformanceCounters(sc_core::sc_module_name name, const CycleClock& cycles, registers::Half half, unsigned counters,
                      EventUnit& events);

  [[nodiscard]] std::uint32_t value(unsigned counter, const sc_core::sc_time& at) const;

  [[nodiscard]] bool owns(const registers::RegisterRef& ref) const override { return ref.half == half_; }
  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;
  void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) override;

 private:
  struct Counter {
    std::uint8_t start = 0;
    std::uint8_t stop = 0;
    std::uint8_t reset = 0;
    std::uint32_t counted = 0;  // Up to `since`.
    bool running = false;
    std::uint64_t since = 0;  // Cycle.
    std::uint32_t event_value = 0;
    std::uint32_t snapshot = 0;
  };

  void set_running(Counter& counter, bool running, std::uint64_t cycle);
  void add(unsigned index, std::uint32_t cycles, const sc_core::sc_time& at);
  void listen();
  void schedule();
  void reached();

  const CycleClock& cycles_;
  registers::Half half_;
  unsigned count_;
  EventUnit& events_;
  std::array<Counter, kMaxCounters> counters_{};
  std::uint8_t snapshot_event_ = 0;
  sc_core::sc_event due_;
};

}  // namespace aie4::array
