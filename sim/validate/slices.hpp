// SPDX-License-Identifier: Apache-2.0
// What a run drew on its timeline, kept in memory: the event trace of an experiment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/probe.hpp"

namespace aie4::validate {

/// Something that took time, in picoseconds since power-on.
struct Slice {
  std::uint64_t begin_ps = 0;
  std::uint64_t end_ps = 0;
  std::string name;
};

class SliceRecorder : public Probe {
 public:
  TrackId track(std::string_view path) override;
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t flow) override;
  /// Bursts of a transfer are not kept.
  void activity(TrackId /*track*/, sc_core::sc_time /*begin*/, sc_core::sc_time /*end*/, std::string_view /*name*/,
                std::uint64_t /*flow*/) override {}
  void instant(TrackId /*track*/, sc_core::sc_time /*at*/, std::string_view /*name*/, std::uint64_t /*flow*/) override {
  }
  void counter(TrackId /*track*/, sc_core::sc_time /*at*/, std::int64_t /*value*/) override {}

  /// Those on the track `path` whose name starts with `name`, in the order in which they ended.
  [[nodiscard]] std::vector<Slice> find(std::string_view path, std::string_view name) const;

 private:
  struct Track {
    std::string path;
    std::vector<Slice> slices;
  };
  std::vector<Track> tracks_;
};

}  // namespace aie4::validate
