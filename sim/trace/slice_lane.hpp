// SPDX-License-Identifier: Apache-2.0
// Puts the slices of one line of a timeline into the order in which a viewer wants them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

/// A line on which slices follow or enclose each other. They come in any order of time; the last `kWindow` of them wait
/// for what may still come before or around them.
///
/// What it puts out goes to a sink with `begin(const Slice&)` and `end(const Slice&)`: each end after the ends of all
/// that began within. A type, not an interface, because a call for each would be a good part of what a timeline costs.
class SliceLane {
 public:
  static constexpr std::size_t kWindow = 128;

  /// Takes a slice, unless it overlaps another in part, or begins before the end of one that is out already.
  template <class Sink>
  [[nodiscard]] bool take(const Slice& slice, Sink& sink) {
    if (slice.begin < latest_ && !fits_between(slice)) return false;
    if (slices_.size() >= kWindow) {
      put_out(half(), sink);
      if (slice.begin < horizon_) return false;
    }
    if (slices_.empty() || earlier(slices_.back(), slice)) {
      slices_.push_back(slice);
      before_last_ = latest_;
    } else {
      insert(slice);
    }
    latest_ = std::max(latest_, slice.end);
    return true;
  }
  /// Lengthens the last slice if `slice` goes on with it: same name and flow, and no gap.
  [[nodiscard]] bool extend(const Slice& slice);
  /// Puts out all that waits.
  template <class Sink>
  void flush(Sink& sink) {
    put_out(slices_.size(), sink);
  }
  [[nodiscard]] std::size_t waiting() const { return slices_.size(); }

 private:
  /// Whether `a` is put out before `b`.
  [[nodiscard]] static bool earlier(const Slice& a, const Slice& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  }
  /// Of one that begins before the end of another.
  [[nodiscard]] bool fits_between(const Slice& slice) const;
  void insert(const Slice& slice);
  /// How many make half of a window, with nothing apart that belongs together.
  [[nodiscard]] std::size_t half() const;

  template <class Sink>
  void put_out(std::size_t count, Sink& sink) {
    const auto close = [this, &sink](Tick until) {
      while (!open_.empty() && open_.back().end <= until) {
        sink.end(open_.back());
        open_.pop_back();
      }
    };
    for (std::size_t i = 0; i < count; ++i) {
      const Slice& slice = slices_[i];
      close(slice.begin);
      sink.begin(slice);
      if (!slice.instant) open_.push_back(slice);
      horizon_ = std::max(horizon_, slice.end);
    }
    close(horizon_);
    slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  std::vector<Slice> slices_;  ///< By begin; of those that begin together, the longer before the shorter.
  std::vector<Slice> open_;    ///< Scratch of put_out().
  Tick horizon_ = 0;           ///< End of all that is out.
  Tick latest_ = 0;            ///< End of all that came.
  Tick before_last_ = 0;       ///< End of all that came but the last of slices_.
};

}  // namespace aie4::trace
