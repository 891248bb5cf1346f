// SPDX-License-Identifier: Apache-2.0
// Reads the traces that PerfettoWriter writes (public: protos/perfetto/trace/*.proto), as a viewer would.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aie4::trace {

/// Bytes that are no trace, or one of a producer that uses more of the format than PerfettoWriter does.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ReadTrack {
  std::string name;
  std::uint64_t parent = 0;  ///< 0: none.
  std::uint32_t rank = 0;
  bool counter = false;
};

enum class ReadKind : std::uint8_t { Begin = 1, End = 2, Instant = 3, Count = 4 };

/// The end of a slice closes the innermost one that is open on its track.
struct ReadEvent {
  std::uint64_t time = 0;  ///< In units of the trace.
  std::uint64_t track = 0;
  ReadKind kind = ReadKind::Instant;
  std::uint32_t name = 0;  ///< In ReadTrace::names; that of an End is empty.
  std::uint64_t flow = 0;  ///< 0: none.
  std::int64_t value = 0;  ///< Of a Count.
};

struct ReadTrace {
  std::map<std::uint64_t, ReadTrack> tracks;
  std::vector<std::string> names = {""};
  std::vector<ReadEvent> events;  ///< By time; those of one time in the order of the file.

  /// Names of the track and of all above it, with slashes.
  [[nodiscard]] std::string path(std::uint64_t track) const;
  [[nodiscard]] const std::string& name(const ReadEvent& event) const { return names.at(event.name); }
};

/// Throws TraceError. What a TraceError does not complain of is a forest of tracks, and each track's slices nest and
/// end.
[[nodiscard]] ReadTrace read_trace(std::string_view bytes);

}  // namespace aie4::trace
