// SPDX-License-Identifier: Apache-2.0
// The activity of the device as a timeline for Perfetto (ui.perfetto.dev).
#pragma once

#include <array>
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
  /// Different names on a track that are known at one time; the next one makes all be told again.
  static constexpr std::size_t kNames = std::size_t{1} << 12U;

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
    PerfettoWriter::Line line;
    std::vector<bool> named;  ///< Which numbers of names it has told.
    SliceLane slices;
  };
  /// What slices of a track are called, by number from 1 on.
  class Names {
   public:
    /// 0: there is none yet, and no place for another one.
    [[nodiscard]] std::uint32_t number_of(std::string_view name);
    [[nodiscard]] std::string_view operator[](std::uint32_t number) const { return *texts_[number - 1]; }
    void clear();

   private:
    struct Hash {
      using is_transparent = void;
      std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;  // Never iterated over.
    std::vector<const std::string*> texts_;
    struct Latest {
      std::string_view text;  ///< Of numbers_.
      std::uint32_t number = 0;
    };
    std::array<Latest, 2> latest_;  // What comes is mostly one of them.
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
    Names names;
    std::deque<Lane> lanes;
  };
  class Sink;
  static constexpr std::size_t kNone = ~std::size_t{0};

  [[nodiscard]] Tick ticks(const sc_core::sc_time& time) const {
    return unit_ == TimeUnit::Picosecond ? time.value() : time.value() / 1000;
  }
  std::uint32_t number_of(Node& node, std::string_view name);
  void put(Node& node, const Slice& slice);
  void describe(Node& node);
  void flush(Node& node);

  PerfettoWriter writer_;
  TimeUnit unit_;
  std::deque<Node> nodes_;
  std::map<std::string, std::size_t, std::less<>> node_of_;
  std::uint32_t roots_ = 0;
};

}  // namespace aie4::trace
