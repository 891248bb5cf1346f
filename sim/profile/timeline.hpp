// SPDX-License-Identifier: Apache-2.0
// A timeline that is made in any order and written in order of time.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/profile/guest_record.hpp"
#include "sim/trace/perfetto_reader.hpp"

namespace aie4::profile {

class Timeline {
 public:
  using Track = std::size_t;

  /// A line by its place below others, with slashes; made when it is not there yet, beside its siblings in order.
  Track track(std::string_view path, bool counter = false);
  /// A line of its own, even if another has the same path; the two are drawn as one.
  Track add_track(std::string_view path, bool counter = false);

  // Slices of a track come in order; where their times run backwards all the same, by what clocks are off, they stand.
  // Everything else may come in any order.
  void begin(Track track, Nanoseconds time, std::string_view name, std::uint64_t flow = 0);
  void end(Track track, Nanoseconds time);
  void instant(Track track, Nanoseconds time, std::string_view name, std::uint64_t flow = 0);
  void count(Track track, Nanoseconds time, std::int64_t value);

  /// Nothing else may come afterwards.
  void write(std::ostream& out);

 private:
  struct Line {
    std::string name = {};
    std::size_t parent = 0;  ///< Number from 1; 0: none.
    bool counter = false;
    Nanoseconds last = 0;
  };
  struct Event {
    Nanoseconds time = 0;
    Track track = 0;
    trace::ReadKind kind = trace::ReadKind::Instant;
    std::uint64_t name = 0;
    std::uint64_t flow = 0;
    std::int64_t value = 0;
  };
  void add(Event event);
  std::uint64_t number_of(std::string_view name);

  std::vector<Line> lines_;
  std::map<std::string, Track, std::less<>> line_of_;
  std::map<std::string, std::uint64_t, std::less<>> number_of_;
  std::vector<std::string_view> names_;  ///< Keys of number_of_.
  std::vector<Event> events_;
};

}  // namespace aie4::profile
