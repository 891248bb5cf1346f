// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/trace/decoded_trace.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace aie4::trace {
namespace {

/// The fields of a message, one after the other. Throws on anything that is no message.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number = 0;
  std::uint64_t value = 0;
  std::string_view text;

  bool next() {
    if (bytes_.empty()) return false;
    const std::uint64_t key = varint();
    number = key >> 3U;
    text = {};
    value = 0;
    switch (key & 7U) {
      case 0:
        value = varint();
        return true;
      case 1:
        text = take(8);
        std::memcpy(&value, text.data(), 8);
        return true;
      case 2:
        text = take(varint());
        return true;
      default:
        throw std::runtime_error("wire type that the trace does not use");
    }
  }

 private:
  std::uint64_t varint() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      result |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return result;
    }
    throw std::runtime_error("endless varint");
  }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) throw std::runtime_error("truncated");
    const std::string_view result = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return result;
  }

  std::string_view bytes_;
};

constexpr std::uint64_t kBoottime = 6;

/// What packets of one sequence have in common.
struct Sequence {
  std::map<std::uint64_t, std::string> names;
  std::map<std::uint64_t, std::uint64_t> incremental;  ///< Clocks, and the latest time of each.
  std::uint64_t clock = kBoottime;
  std::uint64_t track = 0;
};

struct Event {
  std::uint64_t time = 0;
  std::uint64_t type = 0;
  std::uint64_t track = 0;
  std::string name;
  std::uint64_t flow = 0;
  std::int64_t value = 0;
};

class Decoder {
 public:
  DecodedTrace run(std::string_view bytes) {
    for (Fields trace(bytes); trace.next();) {
      if (trace.number != 1) throw std::runtime_error("not a packet");
      ++result_.packets;
      packet(trace.text);
    }
    std::ranges::stable_sort(events_, {}, &Event::time);
    for (const Event& event : events_) play(event);
    for (const auto& [track, open] : open_) {
      if (!open.empty()) complain("a slice of " + result_.path(track) + " never ends");
    }
    std::ranges::stable_sort(result_.slices, {}, &DecodedSlice::begin);
    return std::move(result_);
  }

 private:
  void complain(std::string what) { result_.complaints.push_back(std::move(what)); }

  void packet(std::string_view bytes) {
    std::optional<std::uint64_t> time;
    std::optional<std::uint64_t> clock;
    std::uint64_t id = 0;
    std::uint64_t flags = 0;
    std::string_view event;
    std::string_view interned;
    std::string_view snapshot;
    std::string_view defaults;
    for (Fields fields(bytes); fields.next();) {
      if (fields.number == 6) snapshot = fields.text;
      if (fields.number == 8) time = fields.value;
      if (fields.number == 10) id = fields.value;
      if (fields.number == 11) event = fields.text;
      if (fields.number == 12) interned = fields.text;
      if (fields.number == 13) flags = fields.value;
      if (fields.number == 58) clock = fields.value;
      if (fields.number == 59) defaults = fields.text;
      if (fields.number == 60) descriptor(fields.text);
    }
    if (id == 0) complain("a packet of no sequence");
    if ((flags & 1U) != 0) {
      sequences_[id] = {};
    } else if (!sequences_.contains(id)) {
      complain("a sequence that does not begin with a cleared state");
    }
    Sequence& sequence = sequences_[id];
    clocks(sequence, snapshot);
    for (Fields fields(defaults); fields.next();) {
      if (fields.number == 58) sequence.clock = fields.value;
      if (fields.number != 11) continue;
      for (Fields event_defaults(fields.text); event_defaults.next();) {
        if (event_defaults.number == 11) sequence.track = event_defaults.value;
      }
    }
    names(sequence, interned);
    if (time) {
      const auto incremental = sequence.incremental.find(clock.value_or(sequence.clock));
      if (incremental != sequence.incremental.end()) {
        time = incremental->second += *time;
      } else if (clock.value_or(sequence.clock) != kBoottime) {
        complain("a time of an unknown clock");
      }
    }
    if (!event.empty()) track_event(sequence, event, time);
    if ((sequence.track != 0 || !sequence.names.empty()) && !event.empty() && (flags & 2U) == 0) {
      complain("an event that needs the state of its sequence does not say so");
    }
  }

  void clocks(Sequence& sequence, std::string_view snapshot) {
    for (Fields fields(snapshot); fields.next();) {
      std::uint64_t clock = 0;
      std::uint64_t time = 0;
      bool incremental = false;
      for (Fields entry(fields.text); entry.next();) {
        if (entry.number == 1) clock = entry.value;
        if (entry.number == 2) time = entry.value;
        if (entry.number == 3) incremental = entry.value != 0;
      }
      if (clock == kBoottime && time != 0) complain("a snapshot that this reader does not need");
      if (incremental) sequence.incremental[clock] = time;
    }
  }

  void names(Sequence& sequence, std::string_view interned) {
    for (Fields data(interned); data.next();) {
      std::uint64_t number = 0;
      std::string text;
      for (Fields entry(data.text); entry.next();) {
        if (entry.number == 1) number = entry.value;
        if (entry.number == 2) text = entry.text;
      }
      ++result_.names;
      if (!sequence.names.emplace(number, text).second) complain("name told twice: " + text);
    }
  }

  void descriptor(std::string_view bytes) {
    std::uint64_t uuid = 0;
    DecodedTrack track;
    for (Fields fields(bytes); fields.next();) {
      if (fields.number == 1) uuid = fields.value;
      if (fields.number == 2) track.name = fields.text;
      if (fields.number == 5) track.parent = fields.value;
      if (fields.number == 8) track.counter = true;
      if (fields.number == 11) track.child_ordering = static_cast<std::int64_t>(fields.value);
      if (fields.number == 12) track.rank = static_cast<std::int64_t>(fields.value);
    }
    if (track.parent != 0 && !result_.tracks.contains(track.parent)) complain(track.name + " comes before its parent");
    if (!result_.tracks.emplace(uuid, track).second) complain(track.name + " is described twice");
  }

  void track_event(const Sequence& sequence, std::string_view bytes, std::optional<std::uint64_t> time) {
    Event event;
    event.track = sequence.track;
    std::uint64_t name = 0;
    for (Fields fields(bytes); fields.next();) {
      if (fields.number == 9) event.type = fields.value;
      if (fields.number == 10) name = fields.value;
      if (fields.number == 11) event.track = fields.value;
      if (fields.number == 30) event.value = static_cast<std::int64_t>(fields.value);
      if (fields.number == 47) event.flow = fields.value;
    }
    if (name != 0) {
      const auto found = sequence.names.find(name);
      if (found == sequence.names.end()) complain("an event has a name that was not told");
      event.name = found == sequence.names.end() ? "?" : found->second;
    }
    if (!time) complain("an event without time");
    event.time = time.value_or(0);
    if (!result_.tracks.contains(event.track)) complain("an event of a track that was not described");
    events_.push_back(event);
  }

  void play(const Event& event) {
    std::vector<DecodedSlice>& open = open_[event.track];
    if (event.type == 4) {
      result_.counts.push_back({result_.path(event.track), event.time, event.value});
    } else if (event.type == 2) {
      if (open.empty()) {
        complain("an end without begin");
        return;
      }
      open.back().end = event.time;
      result_.slices.push_back(open.back());
      open.pop_back();
    } else {
      const DecodedSlice slice{.path = result_.path(event.track),
                               .begin = event.time,
                               .end = event.time,
                               .name = event.name,
                               .flow = event.flow,
                               .track = event.track,
                               .depth = static_cast<unsigned>(open.size())};
      (event.type == 3 ? result_.instants : open).push_back(slice);
    }
  }

  DecodedTrace result_;
  std::map<std::uint64_t, Sequence> sequences_;
  std::vector<Event> events_;
  std::map<std::uint64_t, std::vector<DecodedSlice>> open_;
};

}  // namespace

std::string DecodedTrace::path(std::uint64_t track) const {
  const auto found = tracks.find(track);
  if (found == tracks.end()) return "?";
  return found->second.parent == 0 ? found->second.name : path(found->second.parent) + "/" + found->second.name;
}

DecodedTrace decode_trace(std::string_view bytes) {
  return Decoder().run(bytes);
}

}  // namespace aie4::trace
