// SPDX-License-Identifier: Apache-2.0
// Trace points: what models and firmware tell whoever draws a timeline. A null pointer means that nobody watches, and
// costs one comparison.
#pragma once

#include <cstdint>
#include <string_view>

#include <systemc>

namespace aie4 {

using TrackId = std::uint32_t;

/// Receives the activity of the device. Called on the simulation thread, in any order of time within a few bursts.
class Probe {
 public:
  virtual ~Probe() = default;

  /// A line of the timeline. `path` is a hierarchy with slashes: "column 0/memory tile 1/DMA/S2MM 3". The same path
  /// gives the same track.
  virtual TrackId track(std::string_view path) = 0;
  /// Something that took time. `flow` ties slices together by arrows, in order of their begin; 0: none.
  virtual void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                     std::uint64_t flow = 0) = 0;
  /// Like a slice; those of the same name and flow that touch are drawn as one. For the bursts of a transfer.
  virtual void activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                        std::uint64_t flow = 0) {
    slice(track, begin, end, name, flow);
  }
  virtual void instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow = 0) = 0;
  /// A number that changes over time: a lock's value, a queue's length.
  virtual void counter(TrackId track, sc_core::sc_time at, std::int64_t value) = 0;
};

}  // namespace aie4
