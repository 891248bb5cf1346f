// SPDX-License-Identifier: Apache-2.0
// The timer of an event unit: 64 bits, counts cycles. Source: AIE4 tile-array notes 7.3.
#pragma once

#include <cstdint>

#include <systemc>

#include "models/array/cycle_clock.hpp"
#include "models/array/event/event_unit.hpp"

namespace aie4::array {

/// timer_low and timer_high are read one by one, without a latch. timer_value_reached fires when the timer comes to the
/// trigger value; a trigger value of 0 (reset) is none. A reset by an event raises timer_sync.
class EventTimer : public sc_core::sc_module, public RegisterPart, public EventListener {
 public:
  SC_HAS_PROCESS(EventTimer);
  EventTimer(sc_core::sc_module_name name, const CycleClock& cycles, registers::Half half, EventUnit& events);

  /// At that time.
  [[nodiscard]] std::uint64_t value(const sc_core::sc_time& at) const;

  [[nodiscard]] bool owns(const registers::RegisterRef& ref) const override { return ref.half == half_; }
  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;
  void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) override;

 private:
  void restart(const sc_core::sc_time& at);
  void schedule();
  void reached();

  const CycleClock& cycles_;
  registers::Half half_;
  EventUnit& events_;
  std::uint64_t zero_ = 0;  // Cycle at which the timer was 0.
  std::uint32_t control_ = 0;
  std::uint64_t trigger_ = 0;
  sc_core::sc_event due_;
};

}  // namespace aie4::array
