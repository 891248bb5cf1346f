// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "sim/trace/perfetto_fields.hpp"

namespace aie4::trace {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

/// Deeper than anything that is written; a damaged file must not make a chain of a million.
constexpr unsigned kMaxDepth = 64;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  ReadTrace run() {
    pbf_reader file(bytes_.data(), bytes_.size());
    try {
      while (file.next()) {
        if (file.tag() != perfetto::trace::packet || file.wire_type() != pbf_wire_type::length_delimited) {
          fail("something that is no packet");
        }
        packet(pbf_reader(file.get_view()));
        ++packets_;
      }
    } catch (const protozero::exception& error) {
      fail(error.what());
    }
    std::ranges::stable_sort(trace_.events, {}, &ReadEvent::time);
    check_tracks();
    check_nesting();
    return std::move(trace_);
  }

 private:
  [[noreturn]] void fail(std::string_view came) const {
    throw TraceError(
        fmt::format("expected a Perfetto trace as aie4sim writes it, came {} (packet {}, file of {} bytes)", came,
                    packets_, bytes_.size()));
  }

  void packet(pbf_reader message) {
    std::uint64_t time = 0;
    std::uint32_t flags = 0;
    protozero::data_view event;
    protozero::data_view interned;
    protozero::data_view descriptor;
    while (message.next()) {
      switch (message.tag()) {
        case perfetto::trace_packet::timestamp:
          time = varint(message);
          break;
        case perfetto::trace_packet::sequence_flags:
          flags = static_cast<std::uint32_t>(varint(message));
          break;
        case perfetto::trace_packet::track_event:
          event = view(message);
          break;
        case perfetto::trace_packet::interned_data:
          interned = view(message);
          break;
        case perfetto::trace_packet::track_descriptor:
          descriptor = view(message);
          break;
        default:
          message.skip();
      }
    }
    if ((flags & perfetto::trace_packet::SEQ_INCREMENTAL_STATE_CLEARED) != 0) names_.clear();
    if (!interned.empty()) intern(pbf_reader(interned));
    if (!descriptor.empty()) describe(pbf_reader(descriptor));
    if (!event.empty()) track_event(pbf_reader(event), time);
  }

  std::uint64_t varint(pbf_reader& message) const {
    if (message.wire_type() != pbf_wire_type::varint) fail("a field of another type");
    return message.get_uint64();
  }
  protozero::data_view view(pbf_reader& message) const {
    if (message.wire_type() != pbf_wire_type::length_delimited) fail("a field of another type");
    return message.get_view();
  }

  void intern(pbf_reader message) {
    while (message.next()) {
      if (message.tag() != perfetto::interned_data::event_names) {
        message.skip();
        continue;
      }
      std::uint64_t number = 0;
      std::string text;
      pbf_reader entry(view(message));
      while (entry.next()) {
        if (entry.tag() == perfetto::interned_data::iid) {
          number = varint(entry);
        } else if (entry.tag() == perfetto::interned_data::name) {
          text = std::string(view(entry));
        } else {
          entry.skip();
        }
      }
      names_[number] = static_cast<std::uint32_t>(trace_.names.size());
      trace_.names.push_back(std::move(text));
    }
  }

  void describe(pbf_reader message) {
    std::uint64_t uuid = 0;
    ReadTrack track;
    while (message.next()) {
      switch (message.tag()) {
        case perfetto::track_descriptor::uuid:
          uuid = varint(message);
          break;
        case perfetto::track_descriptor::name:
          track.name = std::string(view(message));
          break;
        case perfetto::track_descriptor::parent_uuid:
          track.parent = varint(message);
          break;
        case perfetto::track_descriptor::sibling_order_rank:
          track.rank = static_cast<std::uint32_t>(varint(message));
          break;
        case perfetto::track_descriptor::counter:
          track.counter = true;
          message.skip();
          break;
        default:
          message.skip();
      }
    }
    trace_.tracks[uuid] = std::move(track);
  }

  void track_event(pbf_reader message, std::uint64_t time) {
    ReadEvent event{.time = time};
    std::uint64_t kind = 0;
    while (message.next()) {
      switch (message.tag()) {
        case perfetto::track_event::type:
          kind = varint(message);
          break;
        case perfetto::track_event::track_uuid:
          event.track = varint(message);
          break;
        case perfetto::track_event::name_iid: {
          const auto found = names_.find(varint(message));
          if (found == names_.end()) fail("a name that was not told");
          event.name = found->second;
          break;
        }
        case perfetto::track_event::counter_value:
          event.value = static_cast<std::int64_t>(varint(message));
          break;
        case perfetto::track_event::flow_ids:
          if (message.wire_type() != pbf_wire_type::fixed64) fail("a field of another type");
          event.flow = message.get_fixed64();
          break;
        default:
          message.skip();
      }
    }
    if (kind < 1 || kind > 4) fail(fmt::format("an event of kind {}", kind));
    event.kind = static_cast<ReadKind>(kind);
    trace_.events.push_back(event);
  }

  void check_tracks() const {
    for (const auto& [uuid, track] : trace_.tracks) {
      unsigned depth = 0;
      for (std::uint64_t above = track.parent; above != 0;) {
        const auto found = trace_.tracks.find(above);
        if (found == trace_.tracks.end()) fail("a track " + track.name + " below none");
        above = found->second.parent;
        if (++depth > kMaxDepth) fail("a track " + track.name + " below itself");
      }
    }
  }

  void check_nesting() const {
    std::map<std::uint64_t, std::size_t> open;
    for (const ReadEvent& event : trace_.events) {
      const auto track = trace_.tracks.find(event.track);
      if (track == trace_.tracks.end()) fail("an event of a track that is not described");
      if (event.kind == ReadKind::Begin) ++open[event.track];
      if (event.kind == ReadKind::End && open[event.track]-- == 0) {
        fail("an end without a begin on track " + track->second.name);
      }
    }
    for (const auto& [track, count] : open) {
      if (count != 0) fail("a slice without an end on track " + trace_.tracks.at(track).name);
    }
  }

  std::string_view bytes_;
  ReadTrace trace_;
  std::map<std::uint64_t, std::uint32_t> names_;
  std::size_t packets_ = 0;
};

}  // namespace

std::string ReadTrace::path(std::uint64_t track) const {
  const ReadTrack& found = tracks.at(track);
  return found.parent == 0 ? found.name : path(found.parent) + "/" + found.name;
}

ReadTrace read_trace(std::string_view bytes) {
  return Reader(bytes).run();
}

}  // namespace aie4::trace
