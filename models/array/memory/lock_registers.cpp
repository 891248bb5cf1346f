// SPDX-License-Identifier: Apache-2.0
#include "models/array/memory/lock_registers.hpp"

namespace aie4::array {
namespace {

using registers::Half;

enum Code : std::uint8_t { kValue, kRequest, kSelection, kOverflow, kUnderflow };
constexpr RegisterPart::Claim kClaims[] = {{"lock_value", kValue},
                                           {"lock_request", kRequest},
                                           {"locks_event_selection", kSelection},
                                           {"locks_overflow", kOverflow},
                                           {"locks_underflow", kUnderflow}};
constexpr unsigned kSelectionsPerHalf = LockRegisters::kSelections / 2;

// The request window: lock * 0x400 + acquire * 0x200 + change * 4.
constexpr unsigned kLockLsb = 10;
constexpr std::uint32_t kAcquire = 1U << 9;
constexpr unsigned kChangeLsb = 2;
constexpr std::uint32_t kChangeMask = 0x7F;

int signed_change(std::uint32_t bits) {
  return static_cast<int>(bits ^ 0x40U) - 0x40;
}

}  // namespace

LockRegisters::LockRegisters(LockUnit& locks, unsigned halves) : locks_(locks), locks_per_half_(locks.size() / halves) {
  locks_.observe(this, 0);
}

std::span<const RegisterPart::Claim> LockRegisters::claims() const {
  return kClaims;
}

std::uint32_t LockRegisters::read(std::uint8_t code, const registers::RegisterRef& ref) {
  const unsigned first = first_lock(ref.half);
  const std::uint64_t mask = (std::uint64_t{1} << locks_per_half_) - 1;
  switch (code) {
    case kValue:
      return locks_.value(first + ref.indices[0]);
    case kRequest: {
      const unsigned lock = ref.byte >> kLockLsb;
      if (lock >= locks_per_half_) return 0;
      const int change = signed_change(ref.byte >> kChangeLsb & kChangeMask);
      return locks_.request(first + lock, (ref.byte & kAcquire) != 0, change) ? 1 : 0;
    }
    case kSelection:
      return selections_[(ref.half == Half::B ? kSelectionsPerHalf : 0) + ref.indices[0]].raw;
    case kOverflow:
      return static_cast<std::uint32_t>(locks_.overflow() >> first & mask);
    case kUnderflow:
      return static_cast<std::uint32_t>(locks_.underflow() >> first & mask);
    default:
      return 0;
  }
}

void LockRegisters::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  const unsigned first = first_lock(ref.half);
  switch (code) {
    case kValue:
      locks_.set(first + ref.indices[0], value);
      break;
    case kSelection: {
      Selection& selection = selections_[(ref.half == Half::B ? kSelectionsPerHalf : 0) + ref.indices[0]];
      const std::uint32_t lock = get(field_of(*ref.family, "Lock_Select"), value);
      selection = {.written = true,
                   .raw = value,
                   .lock = (first + lock) % locks_.size(),
                   .value = get(field_of(*ref.family, "Lock_Value"), value)};
      watch();
      break;
    }
    case kOverflow:
      locks_.clear_overflow(std::uint64_t{value} << first);
      break;
    case kUnderflow:
      locks_.clear_underflow(std::uint64_t{value} << first);
      break;
    default:  // A request is a read.
      break;
  }
}

void LockRegisters::reset(Half half) {
  locks_.reset(first_lock(half), locks_per_half_);
  const unsigned first = half == Half::B ? kSelectionsPerHalf : 0;
  for (unsigned index = first; index < first + kSelectionsPerHalf; ++index) selections_[index] = {};
  watch();
}

void LockRegisters::watch() {
  std::uint64_t watched = 0;
  for (const Selection& selection : selections_) {
    if (selection.written) watched |= std::uint64_t{1} << selection.lock;
  }
  locks_.observe(this, watched);
}

void LockRegisters::lock_changed(unsigned lock, LockAction action, std::uint32_t value) {
  if (action == LockAction::Error) {
    if (on_error) on_error(lock >= locks_per_half_ ? Half::B : Half::A);
    return;
  }
  if (!on_event) return;
  for (unsigned index = 0; index < kSelections; ++index) {
    const Selection& selection = selections_[index];
    if (!selection.written || selection.lock != lock) continue;
    const Half half = index >= kSelectionsPerHalf ? Half::B : Half::A;
    const unsigned number = index % kSelectionsPerHalf;
    if (action == LockAction::AcquireEqual) on_event(half, number, Event::AcquireEqual);
    if (action == LockAction::AcquireGreaterEqual) on_event(half, number, Event::AcquireGreaterEqual);
    if (action == LockAction::Release) on_event(half, number, Event::Release);
    if (value == selection.value) on_event(half, number, Event::EqualToValue);
  }
}

}  // namespace aie4::array
