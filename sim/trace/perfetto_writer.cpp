// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_writer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <ostream>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>
#include <utility>

#include "sim/trace/perfetto_fields.hpp"

namespace aie4::trace {
namespace {

using protozero::pbf_writer;

using namespace perfetto;  // NOLINT(google-build-using-namespace): only names of fields

/// Descriptions and counters are in the first sequence, each line of events in one of its own. Another producer whose
/// file is appended has other numbers: those of Perfetto's own are small.
constexpr std::uint32_t kSequence = 0x1000;

/// The key of a field, in one byte or two.
constexpr std::uint32_t key(std::uint32_t field, protozero::pbf_wire_type type) {
  const std::uint32_t value = field << 3U | static_cast<std::uint32_t>(type);
  return value < 0x80 ? value : (value & 0x7FU) | 0x80U | value >> 7U << 8U;
}
using enum protozero::pbf_wire_type;
constexpr std::uint32_t kPacket = key(perfetto::trace::packet, length_delimited);
constexpr std::uint32_t kTimestamp = key(trace_packet::timestamp, varint);
constexpr std::uint32_t kSequenceId = key(trace_packet::trusted_packet_sequence_id, varint);
constexpr std::uint32_t kTrackEvent = key(trace_packet::track_event, length_delimited);
constexpr std::uint32_t kSequenceFlags = key(trace_packet::sequence_flags, varint);
constexpr std::uint32_t kType = key(track_event::type, varint);
constexpr std::uint32_t kNameIid = key(track_event::name_iid, varint);
constexpr std::uint32_t kFlowIds = key(track_event::flow_ids, fixed64);
static_assert(std::max({kPacket, kTimestamp, kSequenceId, kTrackEvent, kSequenceFlags, kType, kNameIid}) < 0x80);
static_assert(kFlowIds > 0x80);

/// Of a packet with an event: keys and lengths, four varints, an enumerator, the flow.
constexpr std::size_t kLargestEvent = 12 + 4 * protozero::max_varint_length + 8;
static_assert(kLargestEvent < 0x80, "lengths have one byte");

char* put(char* to, std::uint32_t byte) {
  *to = static_cast<char>(byte);
  return to + 1;
}
char* put_varint(char* to, std::uint64_t value) {
  return to + protozero::add_varint_to_buffer(to, value);
}

}  // namespace

PerfettoWriter::PerfettoWriter(std::ostream& out) : out_(out), buffer_(std::make_unique<char[]>(kBuffer)) {
  packet_.clear();
  put_packet(kSequence, trace_packet::SEQ_INCREMENTAL_STATE_CLEARED);
}

void PerfettoWriter::describe(const Track& track) {
  message_.clear();
  pbf_writer descriptor(message_);
  descriptor.add_uint64(track_descriptor::uuid, track.uuid);
  if (track.parent != 0) descriptor.add_uint64(track_descriptor::parent_uuid, track.parent);
  descriptor.add_string(track_descriptor::name, track.name.data(), track.name.size());
  if (track.counter) descriptor.add_message(track_descriptor::counter, "", 0);
  descriptor.add_enum(track_descriptor::child_ordering, track_descriptor::EXPLICIT);
  descriptor.add_int32(track_descriptor::sibling_order_rank, static_cast<std::int32_t>(track.rank));
  packet_.clear();
  pbf_writer(packet_).add_message(trace_packet::track_descriptor, message_);
  put_packet(kSequence, 0);
}

void PerfettoWriter::count(std::uint64_t time, std::uint64_t track, std::int64_t value) {
  message_.clear();
  pbf_writer event(message_);
  event.add_enum(track_event::type, track_event::TYPE_COUNTER);
  event.add_uint64(track_event::track_uuid, track);
  event.add_int64(track_event::counter_value, value);
  packet_.clear();
  pbf_writer packet(packet_);
  packet.add_uint64(trace_packet::timestamp, time);
  packet.add_message(trace_packet::track_event, message_);
  put_packet(kSequence, 0);
}

PerfettoWriter::Line PerfettoWriter::open(std::uint64_t track) {
  Line line;
  line.sequence_ = kSequence + ++sequences_;
  packet_.clear();
  pbf_writer packet(packet_);
  {
    pbf_writer snapshot(packet, trace_packet::clock_snapshot);
    for (const std::uint32_t id : {clock::BOOTTIME, clock::FIRST_OF_SEQUENCE}) {
      pbf_writer entry(snapshot, clock_snapshot::clocks);
      entry.add_uint32(clock::clock_id, id);
      entry.add_uint64(clock::timestamp, 0);
      if (id == clock::FIRST_OF_SEQUENCE) entry.add_bool(clock::is_incremental, true);
    }
  }
  {
    pbf_writer defaults(packet, trace_packet::trace_packet_defaults);
    pbf_writer(defaults, trace_packet_defaults::track_event_defaults)
        .add_uint64(track_event_defaults::track_uuid, track);
    defaults.add_uint32(trace_packet_defaults::timestamp_clock_id, clock::FIRST_OF_SEQUENCE);
  }
  put_packet(line.sequence_, trace_packet::SEQ_INCREMENTAL_STATE_CLEARED);
  static_assert(4 + protozero::max_varint_length <= std::tuple_size_v<decltype(line.middle_)>);
  char* to = put(line.middle_.data(), kSequenceId);
  to = put_varint(to, line.sequence_);
  to = put(to, kSequenceFlags);
  to = put(to, trace_packet::SEQ_NEEDS_INCREMENTAL_STATE);
  to = put(to, kTrackEvent);
  line.middle_length_ = static_cast<std::size_t>(to - line.middle_.data());
  return line;
}

void PerfettoWriter::name(const Line& line, std::uint64_t number, std::string_view text) {
  packet_.clear();
  pbf_writer packet(packet_);
  {
    pbf_writer data(packet, trace_packet::interned_data);
    pbf_writer entry(data, interned_data::event_names);
    entry.add_uint64(interned_data::iid, number);
    entry.add_string(interned_data::name, text.data(), text.size());
  }
  put_packet(line.sequence_, trace_packet::SEQ_NEEDS_INCREMENTAL_STATE);
}

void PerfettoWriter::begin(Line& line, std::uint64_t time, std::uint64_t name, std::uint64_t flow) {
  event(line, time, track_event::TYPE_SLICE_BEGIN, name, flow);
}

void PerfettoWriter::end(Line& line, std::uint64_t time) {
  event(line, time, track_event::TYPE_SLICE_END, 0, 0);
}

void PerfettoWriter::instant(Line& line, std::uint64_t time, std::uint64_t name, std::uint64_t flow) {
  event(line, time, track_event::TYPE_INSTANT, name, flow);
}

/// By hand: there are two of them for each slice, and this is what a timeline costs.
void PerfettoWriter::event(Line& line, std::uint64_t time, std::int32_t type, std::uint64_t name, std::uint64_t flow) {
  char* const packet = room(kLargestEvent);
  char* to = packet + 2;
  to = put(to, kTimestamp);
  to = put_varint(to, time - std::exchange(line.time_, time));
  std::memcpy(to, line.middle_.data(), line.middle_.size());
  to += line.middle_length_;
  char* const event = to + 1;
  to = put(event, kType);
  to = put(to, static_cast<std::uint32_t>(type));
  if (name != 0) {
    to = put(to, kNameIid);
    to = put_varint(to, name);
  }
  if (flow != 0) {
    to = put(put(to, kFlowIds & 0xFFU), kFlowIds >> 8U);
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(to, &flow, sizeof(flow));
    to += sizeof(flow);
  }
  event[-1] = static_cast<char>(to - event);
  packet[0] = static_cast<char>(kPacket);
  packet[1] = static_cast<char>(to - packet - 2);
  used_ += static_cast<std::size_t>(to - packet);
}

void PerfettoWriter::put_packet(std::uint32_t sequence, std::uint32_t flags) {
  pbf_writer packet(packet_);
  packet.add_uint32(trace_packet::trusted_packet_sequence_id, sequence);
  if (flags != 0) packet.add_uint32(trace_packet::sequence_flags, flags);
  message_.clear();
  pbf_writer(message_).add_message(perfetto::trace::packet, packet_);
  if (message_.size() > kBuffer) {
    flush();
    out_.write(message_.data(), static_cast<std::streamsize>(message_.size()));
    return;
  }
  std::memcpy(room(message_.size()), message_.data(), message_.size());
  used_ += message_.size();
}

char* PerfettoWriter::room(std::size_t bytes) {
  if (kBuffer - used_ < bytes) flush();
  return &buffer_[used_];
}

void PerfettoWriter::flush() {
  out_.write(buffer_.get(), static_cast<std::streamsize>(used_));
  used_ = 0;
}

}  // namespace aie4::trace
