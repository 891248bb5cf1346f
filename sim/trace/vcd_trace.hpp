// SPDX-License-Identifier: Apache-2.0
// The activity of the device as a value change dump (IEEE 1364-2001, 18), for GTKWave and the like.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/probe.hpp"

namespace aie4::trace {

/// One variable for each track: a counter is an integer, of anything else the name of what goes on is a string (which
/// GTKWave and Surfer know; it is not in the standard). Times are picoseconds.
///
/// A dump is in order of time, and slices are not: all of them are kept until the end, some 24 bytes each.
class VcdTrace final : public Probe {
 public:
  TrackId track(std::string_view path) override;
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t flow) override;
  void instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow) override;
  void counter(TrackId track, sc_core::sc_time at, std::int64_t value) override;

  /// Writes everything. The stream knows whether that went well.
  void write(std::ostream& out);

 private:
  enum class Kind : std::uint8_t { End, Begin, Instant, Value };  // In the order of those of one time.
  struct Change {
    std::uint64_t time = 0;
    TrackId track = 0;
    Kind kind = Kind::Value;
    std::int64_t value = 0;  ///< Number of a name; of a counter, its value.
  };
  struct Track {
    std::string path;
    bool counter = false;
    bool used = false;
    std::vector<std::int64_t> open;  ///< Names of what goes on, the latest last.
  };

  std::int64_t number_of(std::string_view name);
  void write_header(std::ostream& out) const;
  void write_change(std::ostream& out, const Change& change);

  std::vector<Track> tracks_;
  std::map<std::string, TrackId, std::less<>> track_of_;
  std::vector<std::string> names_;
  std::map<std::string, std::int64_t, std::less<>> number_of_;
  std::vector<Change> changes_;
};

/// Shows everything to two probes.
class TwoProbes final : public Probe {
 public:
  TwoProbes(Probe& first, Probe& second) : first_(first), second_(second) {}

  TrackId track(std::string_view path) override;
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t flow) override;
  void activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                std::uint64_t flow) override;
  void instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow) override;
  void counter(TrackId track, sc_core::sc_time at, std::int64_t value) override;

 private:
  struct Pair {
    TrackId first = 0;
    TrackId second = 0;
    [[nodiscard]] auto operator<=>(const Pair&) const = default;
  };

  Probe& first_;
  Probe& second_;
  std::vector<Pair> tracks_;
  std::map<Pair, TrackId> number_of_;
};

}  // namespace aie4::trace
