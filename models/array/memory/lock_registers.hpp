// SPDX-License-Identifier: Apache-2.0
// The registers of a tile's locks: values, memory-mapped requests, sticky errors, event selection.
// Source: AIE4 tile-array notes, section 3.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "models/array/memory/lock_unit.hpp"
#include "models/array/tile/register_part.hpp"

namespace aie4::array {

/// Half B's locks follow half A's in the lock unit.
class LockRegisters : public RegisterPart, public LockObserver {
 public:
  /// What an event-selection register makes of its lock.
  enum class Event : std::uint8_t { AcquireEqual, AcquireGreaterEqual, Release, EqualToValue };
  static constexpr unsigned kSelections = 16;  ///< 8 in each half of a memory tile, 6 in others.

  /// `halves`: 2 in shim and memory tiles.
  LockRegisters(LockUnit& locks, unsigned halves);

  /// Called for what the selections ask for, with the number of the register in its half. Empty: nobody listens.
  std::function<void(registers::Half half, unsigned selection, Event event)> on_event;
  /// A lock left its range.
  std::function<void(registers::Half half)> on_error;

  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;

  void lock_changed(unsigned lock, LockAction action, std::uint32_t value) override;

 private:
  struct Selection {
    bool written = false;  // Selects lock 0 otherwise, which is nobody's wish.
    std::uint32_t raw = 0;
    unsigned lock = 0;
    std::uint32_t value = 0;
  };

  [[nodiscard]] unsigned first_lock(registers::Half half) const {
    return half == registers::Half::B ? locks_per_half_ : 0;
  }
  void watch();

  LockUnit& locks_;
  unsigned locks_per_half_;
  std::array<Selection, kSelections> selections_{};
};

}  // namespace aie4::array
