// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/timeline.hpp"

#include <algorithm>

#include "sim/trace/perfetto_writer.hpp"

namespace aie4::profile {

Timeline::Track Timeline::add_track(std::string_view path, bool counter) {
  const std::size_t slash = path.rfind('/');
  const std::size_t parent = slash == std::string_view::npos ? 0 : track(path.substr(0, slash)) + 1;
  lines_.push_back({.name = std::string(slash == std::string_view::npos ? path : path.substr(slash + 1)),
                    .parent = parent,
                    .counter = counter});
  return lines_.size() - 1;
}

Timeline::Track Timeline::track(std::string_view path, bool counter) {
  if (const auto found = line_of_.find(path); found != line_of_.end()) return found->second;
  const Track track = add_track(path, counter);
  line_of_.emplace(path, track);
  return track;
}

std::uint64_t Timeline::number_of(std::string_view name) {
  if (const auto found = number_of_.find(name); found != number_of_.end()) return found->second;
  const auto [entry, made] = number_of_.emplace(name, names_.size() + 1);
  names_.push_back(entry->first);
  return entry->second;
}

void Timeline::add(Event event) {
  Line& line = lines_.at(event.track);
  if (event.kind == trace::ReadKind::Begin || event.kind == trace::ReadKind::End) {
    line.last = event.time = std::max(event.time, line.last);
  }
  events_.push_back(event);
}

void Timeline::begin(Track track, Nanoseconds time, std::string_view name, std::uint64_t flow) {
  add({.time = time, .track = track, .kind = trace::ReadKind::Begin, .name = number_of(name), .flow = flow});
}

void Timeline::end(Track track, Nanoseconds time) {
  add({.time = time, .track = track, .kind = trace::ReadKind::End});
}

void Timeline::instant(Track track, Nanoseconds time, std::string_view name, std::uint64_t flow) {
  add({.time = time, .track = track, .kind = trace::ReadKind::Instant, .name = number_of(name), .flow = flow});
}

void Timeline::count(Track track, Nanoseconds time, std::int64_t value) {
  add({.time = time, .track = track, .kind = trace::ReadKind::Count, .value = value});
}

void Timeline::write(std::ostream& out) {
  std::ranges::stable_sort(events_, {}, &Event::time);
  trace::PerfettoWriter writer(out);
  writer.forget_names();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    writer.describe({.uuid = i + 1,
                     .parent = lines_[i].parent,
                     .name = lines_[i].name,
                     .rank = static_cast<std::uint32_t>(i),
                     .counter = lines_[i].counter});
  }
  for (std::size_t i = 0; i < names_.size(); ++i) writer.name(i + 1, names_[i]);
  for (const Event& event : events_) {
    const auto time = static_cast<std::uint64_t>(event.time);
    const std::uint64_t track = event.track + 1;
    switch (event.kind) {
      case trace::ReadKind::Begin:
        writer.begin(time, track, event.name, event.flow);
        break;
      case trace::ReadKind::End:
        writer.end(time, track);
        break;
      case trace::ReadKind::Instant:
        writer.instant(time, track, event.name, event.flow);
        break;
      case trace::ReadKind::Count:
        writer.count(time, track, event.value);
        break;
    }
  }
  writer.flush();
}

}  // namespace aie4::profile
