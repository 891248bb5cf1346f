// SPDX-License-Identifier: Apache-2.0
#include "models/array/event/event_timer.hpp"

namespace aie4::array {
namespace {

using registers::Half;

enum Code : std::uint8_t { kControl, kTriggerLow, kTriggerHigh, kLow, kHigh };
constexpr RegisterPart::Claim kClaims[] = {{"timer_control", kControl},
                                           {"timer_trig_event_low_value", kTriggerLow},
                                           {"timer_trig_event_high_value", kTriggerHigh},
                                           {"timer_low", kLow},
                                           {"timer_high", kHigh}};
// The same numbers in all kinds of tiles.
constexpr std::uint8_t kTimerSync = 3;
constexpr std::uint8_t kTimerValueReached = 4;

}  // namespace

EventTimer::EventTimer(sc_core::sc_module_name name, const CycleClock& cycles, Half half, EventUnit& events)
    : sc_module(name), cycles_(cycles), half_(half), events_(events) {
  SC_METHOD(reached);
  sensitive << due_;
  dont_initialize();
}

std::uint64_t EventTimer::value(const sc_core::sc_time& at) const {
  const std::uint64_t cycle = cycles_.cycles_at(at);
  return cycle > zero_ ? cycle - zero_ : 0;
}

std::span<const RegisterPart::Claim> EventTimer::claims() const {
  return kClaims;
}

std::uint32_t EventTimer::read(std::uint8_t code, const registers::RegisterRef& /*ref*/) {
  switch (code) {
    case kControl:
      return control_;
    case kTriggerLow:
      return static_cast<std::uint32_t>(trigger_);
    case kTriggerHigh:
      return static_cast<std::uint32_t>(trigger_ >> 32);
    case kLow:
      return static_cast<std::uint32_t>(value(sc_core::sc_time_stamp()));
    case kHigh:
      return static_cast<std::uint32_t>(value(sc_core::sc_time_stamp()) >> 32);
    default:
      return 0;
  }
}

void EventTimer::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  constexpr std::uint64_t kLowMask = 0xFFFF'FFFF;
  switch (code) {
    case kControl: {
      const registers::Field& reset_now = field_of(*ref.family, "Reset");
      control_ = set(reset_now, value, 0);
      EventSet wanted;
      wanted.add(static_cast<std::uint8_t>(get(field_of(*ref.family, "Reset_Event"), value)));
      events_.listen(*this, wanted);
      if (get(reset_now, value) != 0) restart(sc_core::sc_time_stamp());
      break;
    }
    case kTriggerLow:
      trigger_ = (trigger_ & ~kLowMask) | value;
      schedule();
      break;
    case kTriggerHigh:
      trigger_ = (trigger_ & kLowMask) | std::uint64_t{value} << 32;
      schedule();
      break;
    default:
      break;
  }
}

void EventTimer::restart(const sc_core::sc_time& at) {
  zero_ = cycles_.cycles_at(at);
  schedule();
}

void EventTimer::schedule() {
  due_.cancel();
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (trigger_ == 0 || trigger_ <= value(now)) return;
  due_.notify(cycles_.time_of(zero_ + trigger_) - now);
}

void EventTimer::reached() {
  // The clock may have changed meanwhile.
  if (value(sc_core::sc_time_stamp()) < trigger_) {
    schedule();
  } else {
    events_.raise(kTimerValueReached);
  }
}

void EventTimer::event(std::uint8_t /*event*/, EventPhase phase, const sc_core::sc_time& at) {
  if (phase == EventPhase::End) return;
  restart(at);
  events_.raise(kTimerSync, EventPhase::Pulse, at);
}

void EventTimer::reset(Half half) {
  if (half != half_) return;
  control_ = 0;
  trigger_ = 0;
  events_.listen(*this, {});
  restart(sc_core::sc_time_stamp());
}

}  // namespace aie4::array
