// SPDX-License-Identifier: Apache-2.0
// Reads a trace as Perfetto's trace processor does: packets sorted by time, those of one time in order of the file; the
// end of a slice closes the innermost one that is open on its track. Shares no code with the writer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace aie4::trace {

struct DecodedSlice {
  std::string path;  ///< Names of the track and of all above it, with slashes.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
  std::uint64_t flow = 0;
  std::uint64_t track = 0;
  unsigned depth = 0;

  [[nodiscard]] auto key() const { return std::tie(path, begin, end, name, flow); }
};

struct DecodedCount {
  std::string path;
  std::uint64_t time = 0;
  std::int64_t value = 0;
};

struct DecodedTrack {
  std::string name;
  std::uint64_t parent = 0;
  std::int64_t rank = 0;
  std::int64_t child_ordering = 0;
  bool counter = false;
};

struct DecodedTrace {
  std::map<std::uint64_t, DecodedTrack> tracks;
  std::vector<DecodedSlice> slices;    ///< By begin.
  std::vector<DecodedSlice> instants;  ///< By time.
  std::vector<DecodedCount> counts;    ///< By time.
  std::size_t packets = 0;
  std::size_t names = 0;                ///< Interned names, repeated ones counted again.
  std::vector<std::string> complaints;  ///< What a viewer would stumble over.

  [[nodiscard]] std::string path(std::uint64_t track) const;
};

[[nodiscard]] DecodedTrace decode_trace(std::string_view bytes);

}  // namespace aie4::trace
