// SPDX-License-Identifier: Apache-2.0
#include "models/array/core/core_control.hpp"

#include <utility>

#include "models/registers/array/events.hpp"

namespace aie4::array {
namespace {

using registers::ComputeEvent;
using registers::RegisterRef;

enum Code : std::uint8_t {
  kControl,
  kStatus,
  kEnableEvents,
  kResetEvent,
  kDebugControl0,
  kDebugControl1,
  kDebugControl2,
  kDebugStatus,
  kPcEvent,
  kErrorHaltControl,
  kErrorHaltEvent,
  kProcessorBus,
  kAccumulator,
  kPcRegister
};
constexpr RegisterPart::Claim kClaims[] = {{"core_control", kControl},
                                           {"core_status", kStatus},
                                           {"enable_events", kEnableEvents},
                                           {"reset_event", kResetEvent},
                                           {"debug_control0", kDebugControl0},
                                           {"debug_control1", kDebugControl1},
                                           {"debug_control2", kDebugControl2},
                                           {"debug_status", kDebugStatus},
                                           {"pc_event", kPcEvent},
                                           {"error_halt_control", kErrorHaltControl},
                                           {"error_halt_event", kErrorHaltEvent},
                                           {"core_processor_bus", kProcessorBus},
                                           {"accumulator_control", kAccumulator},
                                           {"pc", kPcRegister}};

// Bits of registers.
constexpr std::uint32_t kEnableBit = 1U << 0;
constexpr std::uint32_t kResetBit = 1U << 1;
constexpr std::uint32_t kStatusDebugHalt = 1U << 16;
constexpr std::uint32_t kStatusErrorHalt = 1U << 19;
constexpr std::uint32_t kStatusDone = 1U << 20;
constexpr std::uint32_t kEnableOccurred = 1U << 16;
constexpr std::uint32_t kDisableOccurred = 1U << 17;
constexpr std::uint32_t kResetOccurred = 1U << 8;
constexpr std::uint32_t kPcHalts = 1U << 0;
constexpr std::uint32_t kLockStallHalts = 1U << 2;
constexpr std::uint32_t kStreamStallHalts = 1U << 3;
constexpr std::uint32_t kPcValid = 1U << 31;
constexpr std::uint32_t kPcMask = 0x7FFF;

std::uint8_t byte_of(std::uint32_t value, unsigned index) {
  return static_cast<std::uint8_t>(value >> 8 * index);
}

std::uint8_t numbered(ComputeEvent first, unsigned index) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(first) + index);
}

}  // namespace

CoreControl::CoreControl(sc_core::sc_module_name name, EventUnit& events) : later_(name), events_(events) {}

std::span<const RegisterPart::Claim> CoreControl::claims() const {
  return kClaims;
}

std::uint32_t CoreControl::status() const {
  return (enable_ ? kEnableBit : 0) | (reset_ ? kResetBit : 0) | stalls_ | (halts_ != 0 ? kStatusDebugHalt : 0) |
         (error_halt_ ? kStatusErrorHalt : 0) | (done_ ? kStatusDone : 0);
}

std::uint32_t CoreControl::read(std::uint8_t code, const RegisterRef& ref) {
  switch (code) {
    case kControl:
      return (enable_ ? kEnableBit : 0) | (reset_ ? kResetBit : 0);
    case kStatus:
      return status();
    case kEnableEvents:
      return enable_events_;
    case kResetEvent:
      return reset_event_;
    case kDebugControl0:
      return (halts_ >> kDebug & 1U) | steps_ << 2U;
    case kDebugControl1:
      return debug_events_;
    case kDebugControl2:
      return debug_halts_;
    case kDebugStatus:
      return halts_ == 0 ? 0 : halts_ | 1U;
    case kPcEvent:
      return pc_events_[ref.indices[0]];
    case kErrorHaltControl:
      return error_halt_ ? 1 : 0;
    case kErrorHaltEvent:
      return error_halt_event_;
    case kProcessorBus:
      return processor_bus_;
    case kAccumulator:
      return accumulator_;
    default:
      return pc_;
  }
}

void CoreControl::write(std::uint8_t code, const RegisterRef& ref, std::uint32_t value) {
  switch (code) {
    case kControl:
      set_control((value & kEnableBit) != 0, (value & kResetBit) != 0);
      break;
    case kEnableEvents:
      // The occurred flags are sticky; a one clears them [assumed].
      enable_events_ =
          (value & 0xFFFFU) | (enable_events_ & (kEnableOccurred | kDisableOccurred) & ~(value & 0x3'0000U));
      listen();
      break;
    case kResetEvent:
      reset_event_ = (value & 0xFFU) | (reset_event_ & kResetOccurred & ~value);
      listen();
      break;
    case kDebugControl0:
      steps_ = value >> 2U & 0xFU;
      if (steps_ != 0 || (value & 1U) == 0) {
        resume();
      } else {
        halt(kDebug);
      }
      break;
    case kDebugControl1:
      debug_events_ = value;
      listen();
      break;
    case kDebugControl2:
      debug_halts_ = value & 0xFU;
      break;
    case kPcEvent:
      pc_events_[ref.indices[0]] = value & (kPcValid | kPcMask);
      watches_pc_ = false;
      for (const std::uint32_t entry : pc_events_) watches_pc_ = watches_pc_ || (entry & kPcValid) != 0;
      break;
    case kErrorHaltControl:
      error_halt_ = (value & 1U) != 0;
      changed();
      break;
    case kErrorHaltEvent:
      error_halt_event_ = value & 0xFFU;
      listen();
      break;
    case kProcessorBus:
      processor_bus_ = (value & 1U) | (processor_bus_ & kSlverr & ~value);
      break;
    case kAccumulator:
      accumulator_ = value & 3U;
      break;
    default:  // Of the PC a debugger can only learn [assumed].
      break;
  }
}

void CoreControl::set_control(bool enable, bool reset) {
  const bool starts_again = enable && !enable_;
  enable_ = enable;
  if (reset) {
    ++resets_;
    error_halt_ = false;
    pc_ = stalls_ = 0;
  }
  // Core_Done stays until the core is reset or enabled again.
  if (reset || starts_again) done_ = false;
  reset_ = reset;
  changed();
}

void CoreControl::halt_on_error() {
  error_halt_ = true;
  changed();
}

void CoreControl::halt(Halt reason) {
  const bool first = halts_ == 0;
  halts_ |= 1U << reason;
  if (first) events_.raise(numbered(ComputeEvent::debug_halted, 0), EventPhase::Begin, sc_core::sc_time_stamp());
  changed();
}

void CoreControl::resume() {
  if (std::exchange(halts_, 0) != 0) {
    events_.raise(numbered(ComputeEvent::debug_halted, 0), EventPhase::End, sc_core::sc_time_stamp());
  }
  changed();
}

void CoreControl::begin(CoreStall stall) {
  stalls_ |= 1U << static_cast<unsigned>(stall);
  const bool lock = stall <= CoreStall::LockOwn;
  const bool stream = stall == CoreStall::StreamIn || stall == CoreStall::StreamOut;
  if (lock && (debug_halts_ & kLockStallHalts) != 0) halt(kLockStall);
  if (stream && (debug_halts_ & kStreamStallHalts) != 0) halt(kStreamStall);
}

void CoreControl::boundary() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  bool hit = false;
  for (unsigned index = 0; index < kPcEvents; ++index) {
    if (pc_events_[index] != (kPcValid | (pc_ & kPcMask))) continue;
    hit = true;
    events_.raise(numbered(ComputeEvent::pc_0, index), EventPhase::Pulse, now);
  }
  for (unsigned pair = 0; pair < kPcEvents / 2; ++pair) {
    const std::uint32_t first = pc_events_[2 * pair];
    const std::uint32_t last = pc_events_[2 * pair + 1];
    const bool inside = (first & last & kPcValid) != 0 && pc_ >= (first & kPcMask) && pc_ <= (last & kPcMask);
    const std::uint32_t bit = 1U << pair;
    if (inside == ((ranges_ & bit) != 0)) continue;
    ranges_ ^= bit;
    events_.raise(numbered(ComputeEvent::pc_range_0_1, pair), inside ? EventPhase::Begin : EventPhase::End, now);
  }
  if (hit && (debug_halts_ & kPcHalts) != 0) halt(kPc);
}

void CoreControl::instruction_done() {
  if (steps_ != 0 && --steps_ == 0) halt(kDebug);
}

// --- events
// -----------------------------------------------------------------------------------------------------------

void CoreControl::listen() {
  EventSet events;
  for (const std::uint8_t event : {byte_of(enable_events_, 0), byte_of(enable_events_, 1), byte_of(reset_event_, 0),
                                   byte_of(debug_events_, 0), byte_of(debug_events_, 1), byte_of(debug_events_, 2),
                                   byte_of(debug_events_, 3), byte_of(error_halt_event_, 0)}) {
    events.add(event);
  }
  events_.listen(*this, events);
}

void CoreControl::event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  if (phase == EventPhase::End) return;
  later_.at(at, [this, event] { act(event); });
}

void CoreControl::act(std::uint8_t event) {
  if (event == byte_of(reset_event_, 0)) {
    reset_event_ |= kResetOccurred;
    set_control(enable_, true);
  }
  if (event == byte_of(enable_events_, 0)) {
    enable_events_ |= kEnableOccurred;
    set_control(true, reset_);
  }
  if (event == byte_of(enable_events_, 1)) {
    enable_events_ |= kDisableOccurred;
    set_control(false, reset_);
  }
  if (event == byte_of(error_halt_event_, 0)) halt_on_error();
  if (event == byte_of(debug_events_, 0)) resume();
  if (event == byte_of(debug_events_, 1)) {
    steps_ = 1;
    resume();
  }
  if (event == byte_of(debug_events_, 2)) halt(kEvent0);
  if (event == byte_of(debug_events_, 3)) halt(kEvent1);
}

void CoreControl::reset(registers::Half /*half*/) {
  later_.cancel();
  enable_events_ = reset_event_ = debug_events_ = debug_halts_ = error_halt_event_ = 0;
  processor_bus_ = accumulator_ = halts_ = steps_ = ranges_ = 0;
  pc_events_ = {};
  watches_pc_ = false;
  listen();
  set_control(false, true);
  set_control(false, false);
}

}  // namespace aie4::array
