// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/device_time.hpp"

#include <algorithm>
#include <cmath>

#include "sim/profile/error.hpp"

namespace aie4::profile {

DeviceTime::DeviceTime(std::span<const Moment> moments, const ClockMap& clock) {
  if (moments.empty()) throw ProfileError("expected a recording with events, came an empty one");
  for (const Moment& moment : moments) {
    Nanoseconds guest = clock.guest(moment.host);
    if (!anchors_.empty()) {
      const Anchor last = anchors_.back();
      guest = std::max(guest, last.guest);
      const auto worked = static_cast<Nanoseconds>((moment.time_ps - last.ps) / 1000);
      if (moment.by_host && worked < guest - last.guest) anchors_.push_back({moment.time_ps, last.guest + worked});
    }
    anchors_.push_back({moment.time_ps, guest});
  }
}

Nanoseconds DeviceTime::between(std::size_t after, std::uint64_t ps) const {
  const Anchor& a = anchors_[after - 1];
  const Anchor& b = anchors_[after];
  const double part = static_cast<double>(ps - a.ps) / static_cast<double>(b.ps - a.ps);
  return a.guest + std::llround(part * static_cast<double>(b.guest - a.guest));
}

Nanoseconds DeviceTime::begin(std::uint64_t ps) const {
  const auto after = std::ranges::upper_bound(anchors_, ps, {}, &Anchor::ps);
  if (after == anchors_.begin()) return anchors_.front().guest;
  const Anchor& last = *std::prev(after);
  if (last.ps == ps) return last.guest;
  if (after == anchors_.end()) return last.guest + static_cast<Nanoseconds>((ps - last.ps) / 1000);
  return between(static_cast<std::size_t>(after - anchors_.begin()), ps);
}

Nanoseconds DeviceTime::end(std::uint64_t ps) const {
  const auto at = std::ranges::lower_bound(anchors_, ps, {}, &Anchor::ps);
  return at != anchors_.end() && at->ps == ps ? at->guest : begin(ps);
}

}  // namespace aie4::profile
