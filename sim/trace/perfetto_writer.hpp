// SPDX-License-Identifier: Apache-2.0
// Packets of the trace format of Perfetto (public: protos/perfetto/trace/*.proto), as a stream of bytes.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace aie4::trace {

/// Writes packets one after the other to a stream; holds no more than kBuffer bytes of them.
class PerfettoWriter {
 public:
  static constexpr std::size_t kBuffer = std::size_t{1} << 18U;

  /// `out` is opened in binary mode and outlives the writer.
  explicit PerfettoWriter(std::ostream& out) : out_(out) {}

  /// A line of the timeline, or a group of lines. Siblings are drawn in the order of `rank`; lines of one name below
  /// the same parent are drawn as one.
  struct Track {
    std::uint64_t uuid = 0;
    std::uint64_t parent = 0;  ///< 0: none.
    std::string_view name;
    std::uint32_t rank = 0;
    bool counter = false;
  };
  void describe(const Track& track);
  /// Events refer to names by number, from 1 on. A number is named before its first use.
  void name(std::uint64_t number, std::string_view text);
  /// From here on numbers mean nothing until they are named again. Comes first in a trace.
  void forget_names();

  void begin(std::uint64_t time, std::uint64_t track, std::uint64_t name, std::uint64_t flow);
  void end(std::uint64_t time, std::uint64_t track);
  void instant(std::uint64_t time, std::uint64_t track, std::uint64_t name, std::uint64_t flow);
  void count(std::uint64_t time, std::uint64_t track, std::int64_t value);

  /// Hands over all that was written. The stream knows whether that went well.
  void flush();

 private:
  void packet(std::uint64_t time, std::uint32_t kind);
  void finish_packet(std::uint32_t flags);

  std::ostream& out_;
  std::string event_;   ///< The message within the packet.
  std::string packet_;  ///< The packet.
  std::string buffer_;
};

}  // namespace aie4::trace
