// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/profile/error.hpp"

namespace aie4::profile {
namespace {

/// What some readings, close together, say about the offset.
struct Group {
  Nanoseconds host = 0;
  Nanoseconds low = std::numeric_limits<Nanoseconds>::min();
  Nanoseconds high = std::numeric_limits<Nanoseconds>::max();

  explicit Group(std::span<const Reading> readings) {
    host = readings.front().host + (readings.back().host - readings.front().host) / 2;
    for (const Reading& reading : readings) {
      low = std::max(low, reading.before - reading.host);
      high = std::min(high, reading.after - reading.host);
    }
  }
  [[nodiscard]] Nanoseconds middle() const { return low + (high - low) / 2; }
  [[nodiscard]] Nanoseconds half() const { return std::abs(high - low) / 2; }
};

/// Where the pause ends that takes most of the time between first and last reading; 0 if there is none.
std::size_t second_group(std::span<const Reading> readings) {
  std::size_t place = 0;
  Nanoseconds longest = 0;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const Nanoseconds pause = readings[i].host - readings[i - 1].host;
    if (pause > longest) {
      longest = pause;
      place = i;
    }
  }
  return 2 * longest > readings.back().host - readings.front().host ? place : 0;
}

}  // namespace

Nanoseconds ClockMap::guest(Nanoseconds host) const {
  return host + offset + std::llround(drift * static_cast<double>(host - origin));
}

ClockMap align(std::span<const Reading> readings, std::span<const Constraint> guest_first,
               std::span<const Constraint> host_first) {
  if (readings.empty()) {
    throw ProfileError(
        "expected reads of the class code by which the clocks of guest and computer are compared, came none");
  }
  const std::size_t place = second_group(readings);
  const Group last(readings.subspan(place));
  ClockMap map{.origin = last.host, .offset = last.middle()};
  Nanoseconds half = last.half();
  if (place != 0) {
    const Group first(readings.first(place));
    map.drift = static_cast<double>(last.middle() - first.middle()) / static_cast<double>(last.host - first.host);
    half = std::max(half, first.half());
  }
  Nanoseconds low = -half;
  Nanoseconds high = half;
  for (const Constraint& bound : guest_first) low = std::max(low, bound.guest - map.guest(bound.host));
  for (const Constraint& bound : host_first) high = std::min(high, bound.guest - map.guest(bound.host));
  map.consistent = low <= high;
  map.offset += low + (high - low) / 2;
  map.uncertain = std::abs(high - low) / 2;
  return map;
}

}  // namespace aie4::profile
