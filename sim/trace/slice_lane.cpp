// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/slice_lane.hpp"

#include <algorithm>

namespace aie4::trace {
namespace {

/// Whether `a` is put out before `b`.
bool earlier(const Slice& a, const Slice& b) {
  return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
}

/// Neither after the other, nor one within the other.
bool cross(const Slice& a, const Slice& b) {
  return (a.begin < b.begin && b.begin < a.end && a.end < b.end) ||
         (b.begin < a.begin && a.begin < b.end && b.end < a.end);
}

}  // namespace

bool SliceLane::fits(const Slice& slice) const {
  if (slice.begin >= latest_) return true;
  return slice.begin >= horizon_ &&
         std::ranges::none_of(slices_, [&slice](const Slice& other) { return cross(slice, other); });
}

bool SliceLane::take(const Slice& slice, SliceSink& sink) {
  if (!fits(slice)) return false;
  if (slices_.size() >= kWindow) {
    // Half of it, but nothing apart that belongs together.
    std::size_t count = slices_.size();
    Tick end = 0;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      if (i != 0 && slices_[i].begin >= end) {
        count = i;
        if (i >= kWindow / 2) break;
      }
      end = std::max(end, slices_[i].end);
    }
    put_out(count, sink);
    if (slice.begin < horizon_) return false;
  }
  if (slices_.empty() || earlier(slices_.back(), slice)) {
    slices_.push_back(slice);
    before_last_ = latest_;
  } else {
    before_last_ = std::max(before_last_, slice.end);
    slices_.insert(std::ranges::upper_bound(slices_, slice, earlier), slice);
  }
  latest_ = std::max(latest_, slice.end);
  return true;
}

bool SliceLane::extend(const Slice& slice) {
  if (slices_.empty()) return false;
  Slice& last = slices_.back();
  if (last.end != slice.begin || last.end != latest_ || last.name != slice.name || last.flow != slice.flow ||
      last.instant) {
    return false;
  }
  if (before_last_ >= last.end) return false;  // Something encloses it, and would end before it.
  last.end = slice.end;
  latest_ = slice.end;
  return true;
}

void SliceLane::flush(SliceSink& sink) {
  put_out(slices_.size(), sink);
}

void SliceLane::put_out(std::size_t count, SliceSink& sink) {
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

}  // namespace aie4::trace
