// SPDX-License-Identifier: Apache-2.0
// Packets of the trace format of Perfetto (public: protos/perfetto/trace/*.proto), as a stream of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace aie4::trace {

/// Writes packets one after the other to a stream; holds no more than kBuffer bytes of them.
class PerfettoWriter {
 public:
  static constexpr std::size_t kBuffer = std::size_t{1} << 18U;

  /// `out` is opened in binary mode and outlives the writer.
  explicit PerfettoWriter(std::ostream& out);

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
  void count(std::uint64_t time, std::uint64_t track, std::int64_t value);

  /// Events of one track in order of time. What they have in common is told once: the track, the clock, the names.
  class Line {
   private:
    friend class PerfettoWriter;
    std::uint32_t sequence_ = 0;
    std::uint64_t time_ = 0;         ///< Of the latest event: each tells how much later it is.
    std::array<char, 16> middle_{};  ///< What is the same in all events, from after the time on.
    std::size_t middle_length_ = 0;  ///< Of middle_, in bytes.
  };
  [[nodiscard]] Line open(std::uint64_t track);
  /// Events of the line refer to names by number, from 1 on. A number is named before its first use, and only once.
  void name(const Line& line, std::uint64_t number, std::string_view text);
  void begin(Line& line, std::uint64_t time, std::uint64_t name, std::uint64_t flow);
  void end(Line& line, std::uint64_t time);
  void instant(Line& line, std::uint64_t time, std::uint64_t name, std::uint64_t flow);

  /// Hands over all that was written. The stream knows whether that went well.
  void flush();

 private:
  void event(Line& line, std::uint64_t time, std::int32_t type, std::uint64_t name, std::uint64_t flow);
  void put_packet(std::uint32_t sequence, std::uint32_t flags);
  /// Where the next `bytes` bytes go, at most kBuffer.
  [[nodiscard]] char* room(std::size_t bytes);

  std::ostream& out_;
  std::string message_;  ///< A message within a packet.
  std::string packet_;   ///< A packet.
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0;
  std::uint32_t sequences_ = 0;
};

}  // namespace aie4::trace
