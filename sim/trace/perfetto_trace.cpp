// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_trace.hpp"

#include <algorithm>
#include <cstring>
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

/// For the short texts that names are; half of what a timeline costs would be calls of memcmp.
bool equal(std::string_view a, std::string_view b) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto word = [](std::string_view text, std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, text.data() + at, kWord);
    return value;
  };
  if (a.size() != b.size()) return false;
  if (a.size() < kWord) return a == b;
  std::uint64_t differences = word(a, a.size() - kWord) ^ word(b, b.size() - kWord);
  for (std::size_t at = 0; at + kWord < a.size(); at += kWord) differences |= word(a, at) ^ word(b, at);
  return differences == 0;
}

}  // namespace

class PerfettoTrace::Sink {
 public:
  Sink(PerfettoWriter& writer, const Names& names, Lane& lane) : writer_(writer), names_(names), lane_(lane) {}

  void begin(const Slice& slice) {
    if (lane_.named.size() <= slice.name || !lane_.named[slice.name]) tell(slice.name);
    if (slice.instant) {
      writer_.instant(lane_.line, slice.begin, slice.name, slice.flow);
    } else {
      writer_.begin(lane_.line, slice.begin, slice.name, slice.flow);
    }
  }
  void end(const Slice& slice) { writer_.end(lane_.line, slice.end); }

 private:
  void tell(std::uint32_t name) {
    if (lane_.named.size() <= name) lane_.named.resize(name + std::size_t{1});
    lane_.named[name] = true;
    writer_.name(lane_.line, name, names_[name]);
  }

  PerfettoWriter& writer_;
  const Names& names_;
  Lane& lane_;
};

std::uint32_t PerfettoTrace::Names::number_of(std::string_view name) {
  for (const Latest& latest : latest_) {
    if (latest.number != 0 && equal(latest.text, name)) return latest.number;
  }
  auto found = numbers_.find(name);
  if (found == numbers_.end()) {
    if (texts_.size() == kNames) return 0;
    found = numbers_.emplace(name, static_cast<std::uint32_t>(texts_.size() + 1)).first;
    texts_.push_back(&found->first);
  }
  latest_ = {{{found->first, found->second}, latest_.front()}};
  return found->second;
}

void PerfettoTrace::Names::clear() {
  numbers_.clear();
  texts_.clear();
  latest_ = {};
}

PerfettoTrace::PerfettoTrace(std::ostream& out, TimeUnit unit) : writer_(out), unit_(unit) {}

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
  Node& node = nodes_.at(track);
  put(node, {.begin = first, .end = std::max(first, ticks(end)), .name = number_of(node, name), .flow = flow});
}

void PerfettoTrace::activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                             std::uint64_t flow) {
  const Tick first = ticks(begin);
  Node& node = nodes_.at(track);
  const Slice slice{.begin = first, .end = std::max(first, ticks(end)), .name = number_of(node, name), .flow = flow};
  if (node.lanes.empty() || !node.lanes.front().slices.extend(slice)) put(node, slice);
}

void PerfettoTrace::instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow) {
  const Tick time = ticks(at);
  Node& node = nodes_.at(track);
  put(node, {.begin = time, .end = time, .name = number_of(node, name), .instant = true, .flow = flow});
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
    Sink sink(writer_, node.names, lane);
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
  lane.line = writer_.open(lane.uuid);
  Sink sink(writer_, node.names, lane);
  (void)lane.slices.take(slice, sink);  // The first one fits.
}

std::uint32_t PerfettoTrace::number_of(Node& node, std::string_view name) {
  if (const std::uint32_t number = node.names.number_of(name); number != 0) return number;
  flush(node);
  node.names.clear();
  for (Lane& lane : node.lanes) {
    lane.line = writer_.open(lane.uuid);
    lane.named.clear();
  }
  return node.names.number_of(name);
}

void PerfettoTrace::flush(Node& node) {
  for (Lane& lane : node.lanes) {
    Sink sink(writer_, node.names, lane);
    lane.slices.flush(sink);
  }
}

void PerfettoTrace::finish() {
  for (Node& node : nodes_) flush(node);
  writer_.flush();
}

}  // namespace aie4::trace
