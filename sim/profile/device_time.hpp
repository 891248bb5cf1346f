// SPDX-License-Identifier: Apache-2.0
// The device's time on the guest's clock. It stands still while the device has nothing to do and runs as fast as the
// simulator can otherwise, so that only what crossed the PCI boundary, which has both times, ties the two together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/profile/boundary_record.hpp"
#include "sim/profile/clock.hpp"

namespace aie4::profile {

/// Stretches simulated time evenly between two events at the boundary; before one that the host starts it takes no
/// longer than it would in hardware, because from then on the device has stood still.
class DeviceTime {
 public:
  DeviceTime(std::span<const Moment> moments, const ClockMap& clock);

  /// The guest's clock when something began, or ended, at a simulated time: at a time that stood still they differ.
  [[nodiscard]] Nanoseconds begin(std::uint64_t ps) const;
  [[nodiscard]] Nanoseconds end(std::uint64_t ps) const;

 private:
  struct Anchor {
    std::uint64_t ps = 0;
    Nanoseconds guest = 0;
  };
  [[nodiscard]] Nanoseconds between(std::size_t after, std::uint64_t ps) const;

  std::vector<Anchor> anchors_;
};

}  // namespace aie4::profile
