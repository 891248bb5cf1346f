// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_trace.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4::trace {
namespace {

/// Tracks of the same path have the same number in every trace (FNV-1a).
std::uint64_t uuid_of(std::string_view path) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char character : path) hash = (hash ^ static_cast<unsigned char>(character)) * 0x100'0000'01B3;
  return hash == 0 ? 1 : hash;
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

class PerfettoTrace::Sink final : public SliceSink {
 public:
  Sink(PerfettoWriter& writer, std::uint64_t track) : writer_(writer), track_(track) {}

  void begin(const Slice& slice) override {
    if (slice.instant) {
      writer_.instant(slice.begin, track_, slice.name, slice.flow);
    } else {
      writer_.begin(slice.begin, track_, slice.name, slice.flow);
    }
  }
  void end(const Slice& slice) override { writer_.end(slice.end, track_); }

 private:
  PerfettoWriter& writer_;
  std::uint64_t track_;
};

PerfettoTrace::PerfettoTrace(std::ostream& out, TimeUnit unit)
    : writer_(out), divisor_(unit == TimeUnit::Picosecond ? 1 : 1000) {
  writer_.forget_names();
}

TrackId PerfettoTrace::track(std::string_view path) {
  if (const auto found = node_of_.find(path); found != node_of_.end()) return static_cast<TrackId>(found->second);
  const std::size_t slash = path.rfind('/');
  const std::size_t parent = slash == std::string_view::npos ? kNone : track(path.substr(0, slash));
  std::uint32_t& siblings = parent == kNone ? roots_ : nodes_[parent].children;
  Node& node = nodes_.emplace_back();
  node.path = path;
  node.parent = parent;
  node.rank = siblings++;
  node.uuid = uuid_of(path);
  node_of_.emplace(node.path, nodes_.size() - 1);
  return static_cast<TrackId>(nodes_.size() - 1);
}

void PerfettoTrace::describe(Node& node) {
  if (node.described) return;
  if (node.parent != kNone) describe(nodes_[node.parent]);
  node.described = true;
  writer_.describe({.uuid = node.uuid,
                    .parent = node.parent == kNone ? 0 : nodes_[node.parent].uuid,
                    .name = last_part(node.path),
                    .rank = node.rank});
}

void PerfettoTrace::slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                          std::uint64_t flow) {
  const Tick first = ticks(begin);
  put(nodes_.at(track), {.begin = first, .end = std::max(first, ticks(end)), .name = number_of(name), .flow = flow});
}

void PerfettoTrace::activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                             std::uint64_t flow) {
  const Tick first = ticks(begin);
  const Slice slice{.begin = first, .end = std::max(first, ticks(end)), .name = number_of(name), .flow = flow};
  Node& node = nodes_.at(track);
  if (node.lanes.empty() || !node.lanes.front().slices.extend(slice)) put(node, slice);
}

void PerfettoTrace::instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow) {
  const Tick time = ticks(at);
  put(nodes_.at(track), {.begin = time, .end = time, .name = number_of(name), .instant = true, .flow = flow});
}

void PerfettoTrace::counter(TrackId track, sc_core::sc_time at, std::int64_t value) {
  Node& node = nodes_.at(track);
  if (node.counter == 0) {
    if (node.parent != kNone) describe(nodes_[node.parent]);
    node.counter = uuid_of(node.path + "#counter");
    writer_.describe({.uuid = node.counter,
                      .parent = node.parent == kNone ? 0 : nodes_[node.parent].uuid,
                      .name = last_part(node.path),
                      .rank = node.rank,
                      .counter = true});
  }
  writer_.count(ticks(at), node.counter, value);
}

void PerfettoTrace::put(Node& node, const Slice& slice) {
  describe(node);
  for (Lane& lane : node.lanes) {
    Sink sink(writer_, lane.uuid);
    if (lane.slices.take(slice, sink)) return;
  }
  Lane& lane = node.lanes.emplace_back();
  if (node.lanes.size() == 1) {
    lane.uuid = node.uuid;
  } else {
    lane.uuid = uuid_of(fmt::format("{}#{}", node.path, node.lanes.size()));
    writer_.describe({.uuid = lane.uuid,
                      .parent = node.parent == kNone ? 0 : nodes_[node.parent].uuid,
                      .name = last_part(node.path),
                      .rank = node.rank});
  }
  Sink sink(writer_, lane.uuid);
  (void)lane.slices.take(slice, sink);  // The first one fits.
}

std::uint32_t PerfettoTrace::number_of(std::string_view name) {
  if (const auto found = number_of_.find(name); found != number_of_.end()) return found->second;
  if (number_of_.size() == kNames) {
    flush_lanes();
    number_of_.clear();
    writer_.forget_names();
  }
  const auto number = static_cast<std::uint32_t>(number_of_.size() + 1);
  number_of_.emplace(name, number);
  writer_.name(number, name);
  return number;
}

void PerfettoTrace::flush_lanes() {
  for (Node& node : nodes_) {
    for (Lane& lane : node.lanes) {
      Sink sink(writer_, lane.uuid);
      lane.slices.flush(sink);
    }
  }
}

void PerfettoTrace::finish() {
  flush_lanes();
  writer_.flush();
}

}  // namespace aie4::trace
