// SPDX-License-Identifier: Apache-2.0
// Reads a transcript event by event, or as a whole.
#pragma once

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <memory>
#include <vector>

#include "sim/transcript/format.hpp"

namespace aie4::transcript {

/// A stream of events out of a file. Memory in use does not depend on the length of the file. Safe on hostile input:
/// everything that is no transcript ends with TranscriptError.
class Reader {
 public:
  /// Reads the header. `in` is opened in binary mode and outlives the reader. Throws TranscriptError.
  explicit Reader(std::istream& in);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  [[nodiscard]] const Header& header() const;

  /// The next event, whose data is valid until the next call. False at the end. Throws TranscriptError if the file is
  /// damaged, also when the footer does not fit what was read.
  [[nodiscard]] bool next(Event& event);

  /// After `next` returned false: whether the writer closed the file. If not, all that it flushed has been read.
  [[nodiscard]] bool complete() const;
  /// Events returned so far.
  [[nodiscard]] std::uint64_t events() const;
  /// After `next` returned false: the hash of all that was read, equal to the footer's if complete.
  [[nodiscard]] Hash hash() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A whole transcript in memory: about 64 bytes an event beside its data.
struct Transcript {
  Header header;
  std::vector<Event> events;
  bool complete = true;
  Hash hash{};
  /// What the events' data point into; a deque's elements stay where they are.
  std::deque<std::vector<std::byte>> storage;
};

/// Reads everything. Throws TranscriptError for a damaged file or one of more than `max_bytes` uncompressed.
[[nodiscard]] Transcript load(std::istream& in, std::uint64_t max_bytes = std::uint64_t{1} << 32);

}  // namespace aie4::transcript
