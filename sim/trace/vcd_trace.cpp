// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/vcd_trace.hpp"

#include <algorithm>
#include <bitset>
#include <fmt/format.h>
#include <ostream>
#include <tuple>

namespace aie4::trace {
namespace {

constexpr std::size_t kFirstCode = '!';
constexpr std::size_t kCodes = '~' - '!' + 1;

/// The short name by which changes refer to a variable.
std::string code_of(std::size_t track) {
  std::string code;
  do {
    code += static_cast<char>(kFirstCode + track % kCodes);
    track /= kCodes;
  } while (track != 0);
  return code;
}

/// A word of the dump: identifiers and strings have no spaces.
std::string word(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(result, [](char character) { return character <= ' ' || character > '~'; }, '_');
  return result;
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.push_back(word(path.substr(0, slash)));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

TrackId VcdTrace::track(std::string_view path) {
  if (const auto found = track_of_.find(path); found != track_of_.end()) return found->second;
  const auto id = static_cast<TrackId>(tracks_.size());
  tracks_.emplace_back().path = path;
  track_of_.emplace(path, id);
  return id;
}

std::int64_t VcdTrace::number_of(std::string_view name) {
  if (const auto found = number_of_.find(name); found != number_of_.end()) return found->second;
  const auto number = static_cast<std::int64_t>(names_.size());
  names_.push_back(word(name));
  number_of_.emplace(name, number);
  return number;
}

void VcdTrace::slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                     std::uint64_t flow) {
  if (end <= begin) {
    instant(track, begin, name, flow);
    return;
  }
  tracks_.at(track).used = true;
  const std::int64_t number = number_of(name);
  changes_.push_back({begin.value(), track, Kind::Begin, number});
  changes_.push_back({end.value(), track, Kind::End, number});
}

void VcdTrace::instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t /*flow*/) {
  tracks_.at(track).used = true;
  changes_.push_back({at.value(), track, Kind::Instant, number_of(name)});
}

void VcdTrace::counter(TrackId track, sc_core::sc_time at, std::int64_t value) {
  tracks_.at(track).used = true;
  tracks_[track].counter = true;
  changes_.push_back({at.value(), track, Kind::Value, value});
}

void VcdTrace::write_header(std::ostream& out) const {
  out << "$timescale 1ps $end\n";
  // In order of their paths, so that each scope is opened once.
  std::vector<std::string> open;
  for (const auto& [path, track] : track_of_) {
    if (!tracks_[track].used) continue;
    const std::vector<std::string> parts = parts_of(path);
    std::size_t common = 0;
    while (common < open.size() && common + 1 < parts.size() && open[common] == parts[common]) ++common;
    for (; open.size() > common; open.pop_back()) out << "$upscope $end\n";
    for (; open.size() + 1 < parts.size(); open.push_back(parts[open.size()])) {
      out << "$scope module " << parts[open.size()] << " $end\n";
    }
    out << (tracks_[track].counter ? "$var integer 64 " : "$var string 1 ") << code_of(track) << ' ' << parts.back()
        << " $end\n";
  }
  for (; !open.empty(); open.pop_back()) out << "$upscope $end\n";
  out << "$enddefinitions $end\n";
}

void VcdTrace::write_change(std::ostream& out, const Change& change) {
  Track& track = tracks_[change.track];
  if (change.kind == Kind::Value) {
    out << 'b' << std::bitset<64>(static_cast<std::uint64_t>(change.value)) << ' ' << code_of(change.track) << '\n';
    return;
  }
  if (change.kind == Kind::Begin) {
    track.open.push_back(change.value);
  } else if (change.kind == Kind::End) {
    const auto found = std::find(track.open.rbegin(), track.open.rend(), change.value);
    track.open.erase(std::prev(found.base()));
  }
  const std::int64_t shown = change.kind == Kind::Instant ? change.value : track.open.empty() ? -1 : track.open.back();
  out << 's' << (shown < 0 ? "idle" : names_[static_cast<std::size_t>(shown)]) << ' ' << code_of(change.track) << '\n';
}

void VcdTrace::write(std::ostream& out) {
  std::ranges::stable_sort(changes_, {}, [](const Change& change) { return std::tuple(change.time, change.kind); });
  write_header(out);
  std::uint64_t time = ~std::uint64_t{0};
  for (const Change& change : changes_) {
    if (change.time != time) out << '#' << (time = change.time) << '\n';
    write_change(out, change);
  }
}

// --- both -----------------------------------------------------------------------------------------------------------

TrackId TwoProbes::track(std::string_view path) {
  const Pair pair{first_.track(path), second_.track(path)};
  const auto [place, fresh] = number_of_.emplace(pair, static_cast<TrackId>(tracks_.size()));
  if (fresh) tracks_.push_back(pair);
  return place->second;
}

void TwoProbes::slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                      std::uint64_t flow) {
  first_.slice(tracks_.at(track).first, begin, end, name, flow);
  second_.slice(tracks_[track].second, begin, end, name, flow);
}

void TwoProbes::activity(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
                         std::uint64_t flow) {
  first_.activity(tracks_.at(track).first, begin, end, name, flow);
  second_.activity(tracks_[track].second, begin, end, name, flow);
}

void TwoProbes::instant(TrackId track, sc_core::sc_time at, std::string_view name, std::uint64_t flow) {
  first_.instant(tracks_.at(track).first, at, name, flow);
  second_.instant(tracks_[track].second, at, name, flow);
}

void TwoProbes::counter(TrackId track, sc_core::sc_time at, std::int64_t value) {
  first_.counter(tracks_.at(track).first, at, value);
  second_.counter(tracks_[track].second, at, value);
}

}  // namespace aie4::trace
