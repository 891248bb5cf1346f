// SPDX-License-Identifier: Apache-2.0
// Puts the slices of one line of a timeline into the order in which a viewer wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace aie4::trace {

/// Time in units of the trace.
using Tick = std::uint64_t;

/// Something with a begin and an end; of no length, perhaps.
struct Slice {
  Tick begin = 0;
  Tick end = 0;
  std::uint32_t name = 0;
  bool instant = false;
  std::uint64_t flow = 0;

  [[nodiscard]] bool operator==(const Slice&) const = default;
};

/// What a lane puts out: begin and end of slices, each end after the ends of all that began within.
class SliceSink {
 public:
  virtual ~SliceSink() = default;
  virtual void begin(const Slice& slice) = 0;
  virtual void end(const Slice& slice) = 0;
};

/// A line on which slices follow or enclose each other. They come in any order of time; the last `kWindow` of them wait
/// for what may still come before or around them.
class SliceLane {
 public:
  static constexpr std::size_t kWindow = 128;

  /// Takes a slice, unless it overlaps another in part, or begins before the end of one that is out already.
  [[nodiscard]] bool take(const Slice& slice, SliceSink& sink);
  /// Lengthens the last slice if `slice` goes on with it: same name and flow, and no gap.
  [[nodiscard]] bool extend(const Slice& slice);
  /// Puts out all that waits.
  void flush(SliceSink& sink);
  [[nodiscard]] std::size_t waiting() const { return slices_.size(); }

 private:
  [[nodiscard]] bool fits(const Slice& slice) const;
  void put_out(std::size_t count, SliceSink& sink);

  std::vector<Slice> slices_;  ///< By begin; of those that begin together, the longer before the shorter.
  std::vector<Slice> open_;    ///< Scratch of put_out().
  Tick horizon_ = 0;           ///< End of all that is out.
  Tick latest_ = 0;            ///< End of all that came.
  Tick before_last_ = 0;       ///< End of all that came but the last of slices_.
};

}  // namespace aie4::trace
