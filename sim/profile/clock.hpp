// SPDX-License-Identifier: Apache-2.0
// Puts moments of the computer's clock on the guest's. Both count nanoseconds, from other beginnings, and a guest under
// emulation may be wrong about its frequency by some parts in a million.
#pragma once

#include <span>

#include "sim/profile/guest_record.hpp"

namespace aie4::profile {

/// An access that the server saw at `host` happened between two times of the guest.
struct Reading {
  Nanoseconds host = 0;
  Nanoseconds before = 0;
  Nanoseconds after = 0;
};

/// Something that the server noted at `host`, and something that the guest noted at `guest`, one caused by the other.
struct Constraint {
  Nanoseconds host = 0;
  Nanoseconds guest = 0;
};

struct ClockMap {
  Nanoseconds origin = 0;  ///< Of the computer's clock: where `offset` holds.
  Nanoseconds offset = 0;  ///< Guest less computer.
  double drift = 0;        ///< By which the offset grows with each nanosecond.
  Nanoseconds uncertain = 0;
  bool consistent = true;  ///< No two of the bounds contradict each other.

  [[nodiscard]] Nanoseconds guest(Nanoseconds host) const;
};

/// The middle of all that is possible: `readings`, in order of time, give the offset and, if they are two groups with a
/// long pause between them, the drift; then come the bounds: the guest's event was the cause (`guest_first`), or the
/// effect (`host_first`). Throws ProfileError if there are no readings.
[[nodiscard]] ClockMap align(std::span<const Reading> readings, std::span<const Constraint> guest_first,
                             std::span<const Constraint> host_first);

}  // namespace aie4::profile
