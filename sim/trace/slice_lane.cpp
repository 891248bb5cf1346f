// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/slice_lane.hpp"

#include <algorithm>

namespace aie4::trace {
namespace {

/// Neither after the other, nor one within the other.
bool cross(const Slice& a, const Slice& b) {
  return (a.begin < b.begin && b.begin < a.end && a.end < b.end) ||
         (b.begin < a.begin && a.begin < b.end && b.end < a.end);
}

}  // namespace

bool SliceLane::fits_between(const Slice& slice) const {
  return slice.begin >= horizon_ &&
         std::ranges::none_of(slices_, [&slice](const Slice& other) { return cross(slice, other); });
}

std::size_t SliceLane::half() const {
  std::size_t count = slices_.size();
  Tick end = 0;
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    if (i != 0 && slices_[i].begin >= end) {
      count = i;
      if (i >= kWindow / 2) break;
    }
    end = std::max(end, slices_[i].end);
  }
  return count;
}

void SliceLane::insert(const Slice& slice) {
  before_last_ = std::max(before_last_, slice.end);
  slices_.insert(std::ranges::upper_bound(slices_, slice, earlier), slice);
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

}  // namespace aie4::trace
