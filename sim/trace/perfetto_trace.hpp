// SPDX-License-Identifier: Apache-2.0
// The activity of the device as a timeline for Perfetto (ui.perfetto.dev).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/common/probe.hpp"
#include "sim/trace/perfetto_writer.hpp"
#include "sim/trace/slice_lane.hpp"

namespace aie4::trace {

/// What a nanosecond of the trace, its smallest unit, stands for.
enum class TimeUnit : std::uint8_t {
  Nanosecond,  ///< Both ends of a slice are rounded down, so what touches or encloses still does.
  Picosecond,  ///< Exact; the viewer shows a microsecond as a millisecond.
};

/// Writes everything as it comes, in bounded memory: some slices of each track wait for earlier ones. Equal activity
/// gives equal bytes. Slices of a track that overlap in part are drawn beside each other.
class PerfettoTrace final : public Probe {
 public:
  /// Different names that are known at one time; the next one makes all be told again.
  static constexpr std::size_t kNames = std::size_t{1} << 15U;

  /// `out` is opened in binary mode and outlives the trace.
  explicit PerfettoTrace(std::ostream& out, TimeUnit unit = TimeUnit::Nanosecond);

  TrackId track(std::string_view path) override;
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t flow) override;
  void activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                std::uint64_t flow) override;
  void instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow) override;
  void counter(TrackId track, sc_core::sc_time at, std::int64_t value) override;

  /// Writes what still waits. The stream knows whether all went well. Nothing may come afterwards.
  void finish();

 private:
  struct Lane {
    std::uint64_t uuid = 0;
    SliceLane slices;
  };
  /// A line or a group of the timeline. Told to the viewer when it has something to show.
  struct Node {
    std::string path;
    std::size_t parent = 0;  ///< In nodes_; kNone: none.
    std::uint32_t rank = 0;
    std::uint32_t children = 0;
    std::uint64_t uuid = 0;
    bool described = false;
    std::uint64_t counter = 0;  ///< 0: has none.
    std::deque<Lane> lanes;
  };
  class Sink;
  static constexpr std::size_t kNone = ~std::size_t{0};

  [[nodiscard]] Tick ticks(const sc_core::sc_time& time) const { return time.value() / divisor_; }
  std::uint32_t number_of(std::string_view name);
  void put(Node& node, const Slice& slice);
  void describe(Node& node);
  void flush_lanes();

  PerfettoWriter writer_;
  std::uint64_t divisor_;
  std::deque<Node> nodes_;
  std::map<std::string, std::size_t, std::less<>> node_of_;
  std::uint32_t roots_ = 0;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> number_of_;  // Never iterated over.
};

}  // namespace aie4::trace
