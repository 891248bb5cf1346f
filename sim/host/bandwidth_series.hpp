// SPDX-License-Identifier: Apache-2.0
// Bytes moved over time: host memory, and the DMA channels of each kind of tile together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/common/resource_use.hpp"

namespace aie4::host {

struct BandwidthReport {
  struct Row {
    std::string name;                  ///< "NoC and DDR", "shim tiles MM2S".
    std::vector<std::uint64_t> bytes;  ///< By window.
  };
  std::uint64_t bin_ps = 0;  ///< Length of a window; the last one may not have passed entirely.
  std::vector<Row> rows;     ///< Those through which anything went.
};

/// Looks at the counters of a registry as time passes. Windows grow with the run: there are never more than kBins.
///
/// Bytes of DMA channels count in the window in which they were handed over, a burst at a time. Host memory is booked
/// ahead of time, so its bytes are spread over the time for which they hold it, one booking after the other; to within
/// a window. Nothing is scheduled for any of it: whoever lets time pass calls `look`.
class BandwidthSeries {
 public:
  static constexpr std::size_t kBins = 256;
  static constexpr std::uint64_t kFirstBinPs = 50'000;

  /// Sees the resources that are there now.
  BandwidthSeries(const ResourceRegistry& registry, std::uint64_t now_ps);

  /// When it wants to look next: the end of the window that is open.
  [[nodiscard]] std::uint64_t next_look_ps() const { return next_ps_; }
  /// At that time, or at any other.
  void look(std::uint64_t now_ps) {
    if (now_ps >= next_ps_) take(now_ps);
  }
  /// Up to now.
  [[nodiscard]] BandwidthReport report() const;

 private:
  struct Group {
    BandwidthReport::Row row;
    std::vector<const ResourceUse*> members;
    std::uint64_t before = 0;  ///< Bytes at the last look.
    bool serial = false;       ///< Booked ahead, by one after the other.
    std::uint64_t busy_before_ps = 0;
    std::uint64_t free_ps = 0;  ///< When what was booked is over, since the beginning.

    [[nodiscard]] std::uint64_t total() const;
  };
  void take(std::uint64_t now_ps);
  /// Counts what happened since the last look.
  void account(Group& group) const;
  void halve();

  std::vector<Group> groups_;
  std::uint64_t began_ps_;
  std::uint64_t bin_ps_ = kFirstBinPs;
  std::uint64_t next_ps_;  ///< End of the open window.
  std::size_t open_ = 0;   ///< The open window.
};

/// {"bin_ps": N, "bytes": {NAME: [...]}}
[[nodiscard]] nlohmann::ordered_json to_json(const BandwidthReport& report);

}  // namespace aie4::host
