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
    std::uint64_t sequence = 0;
    std::uint64_t flags = 0;
    std::string_view event;
    std::string_view interned;
    for (Fields fields(bytes); fields.next();) {
      if (fields.number == 8) time = fields.value;
      if (fields.number == 10) sequence = fields.value;
      if (fields.number == 11) event = fields.text;
      if (fields.number == 12) interned = fields.text;
      if (fields.number == 13) flags = fields.value;
      if (fields.number == 60) descriptor(fields.text);
    }
    if (sequence == 0) complain("a packet of no sequence");
    if ((flags & 1U) != 0) {
      names_.clear();
      valid_ = true;
    }
    if ((flags & 2U) != 0 && !valid_) complain("names before the state was cleared for the first time");
    for (Fields data(interned); data.next();) {
      std::uint64_t number = 0;
      std::string text;
      for (Fields entry(data.text); entry.next();) {
        if (entry.number == 1) number = entry.value;
        if (entry.number == 2) text = entry.text;
      }
      ++result_.names;
      if (!names_.emplace(number, text).second) complain("name told twice: " + text);
    }
    if (!event.empty()) track_event(event, time);
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

  void track_event(std::string_view bytes, std::optional<std::uint64_t> time) {
    Event event;
    std::uint64_t name = 0;
    for (Fields fields(bytes); fields.next();) {
      if (fields.number == 9) event.type = fields.value;
      if (fields.number == 10) name = fields.value;
      if (fields.number == 11) event.track = fields.value;
      if (fields.number == 30) event.value = static_cast<std::int64_t>(fields.value);
      if (fields.number == 47) event.flow = fields.value;
    }
    if (name != 0 && !names_.contains(name)) complain("an event has a name that was not told");
    if (name != 0) event.name = names_[name];
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
  std::map<std::uint64_t, std::string> names_;
  bool valid_ = false;
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
