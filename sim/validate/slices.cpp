// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/slices.hpp"

#include <algorithm>

namespace aie4::validate {

TrackId SliceRecorder::track(std::string_view path) {
  const auto found = std::ranges::find(tracks_, path, &Track::path);
  if (found != tracks_.end()) return static_cast<TrackId>(found - tracks_.begin());
  tracks_.push_back({.path = std::string(path), .slices = {}});
  return static_cast<TrackId>(tracks_.size() - 1);
}

void SliceRecorder::slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                          std::uint64_t /*flow*/) {
  tracks_.at(track).slices.push_back({.begin_ps = begin.value(), .end_ps = end.value(), .name = std::string(name)});
}

std::vector<Slice> SliceRecorder::find(std::string_view path, std::string_view name) const {
  std::vector<Slice> result;
  const auto track = std::ranges::find(tracks_, path, &Track::path);
  if (track == tracks_.end()) return result;
  std::ranges::copy_if(track->slices, std::back_inserter(result),
                       [name](const Slice& slice) { return slice.name.starts_with(name); });
  return result;
}

}  // namespace aie4::validate
