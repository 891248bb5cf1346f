// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_writer.hpp"

#include <ostream>
#include <protozero/pbf_writer.hpp>

#include "sim/trace/perfetto_fields.hpp"

namespace aie4::trace {
namespace {

using protozero::pbf_writer;

using namespace perfetto;  // NOLINT(google-build-using-namespace): only names of fields

/// All packets come from one writer; another producer whose file is appended has another number.
constexpr std::uint32_t kSequence = 0xA1E4;

std::string& event_of(std::string& message, std::int32_t type, std::uint64_t track) {
  message.clear();
  pbf_writer event(message);
  event.add_enum(track_event::type, type);
  event.add_uint64(track_event::track_uuid, track);
  return message;
}

void add_name(std::string& message, std::uint64_t name, std::uint64_t flow) {
  pbf_writer event(message);
  event.add_uint64(track_event::name_iid, name);
  if (flow != 0) event.add_fixed64(track_event::flow_ids, flow);
}

}  // namespace

void PerfettoWriter::describe(const Track& track) {
  event_.clear();
  pbf_writer descriptor(event_);
  descriptor.add_uint64(track_descriptor::uuid, track.uuid);
  if (track.parent != 0) descriptor.add_uint64(track_descriptor::parent_uuid, track.parent);
  descriptor.add_string(track_descriptor::name, track.name.data(), track.name.size());
  if (track.counter) descriptor.add_message(track_descriptor::counter, "", 0);
  descriptor.add_enum(track_descriptor::child_ordering, track_descriptor::EXPLICIT);
  descriptor.add_int32(track_descriptor::sibling_order_rank, static_cast<std::int32_t>(track.rank));
  packet_.clear();
  pbf_writer(packet_).add_message(trace_packet::track_descriptor, event_);
  finish_packet(0);
}

void PerfettoWriter::name(std::uint64_t number, std::string_view text) {
  std::string entry;
  pbf_writer(entry).add_uint64(interned_data::iid, number);
  pbf_writer(entry).add_string(interned_data::name, text.data(), text.size());
  event_.clear();
  pbf_writer(event_).add_message(interned_data::event_names, entry);
  packet_.clear();
  pbf_writer(packet_).add_message(trace_packet::interned_data, event_);
  finish_packet(trace_packet::SEQ_NEEDS_INCREMENTAL_STATE);
}

void PerfettoWriter::forget_names() {
  packet_.clear();
  finish_packet(trace_packet::SEQ_INCREMENTAL_STATE_CLEARED);
}

void PerfettoWriter::begin(std::uint64_t time, std::uint64_t track, std::uint64_t name, std::uint64_t flow) {
  add_name(event_of(event_, track_event::TYPE_SLICE_BEGIN, track), name, flow);
  packet(time, trace_packet::track_event);
}

void PerfettoWriter::end(std::uint64_t time, std::uint64_t track) {
  event_of(event_, track_event::TYPE_SLICE_END, track);
  packet(time, trace_packet::track_event);
}

void PerfettoWriter::instant(std::uint64_t time, std::uint64_t track, std::uint64_t name, std::uint64_t flow) {
  add_name(event_of(event_, track_event::TYPE_INSTANT, track), name, flow);
  packet(time, trace_packet::track_event);
}

void PerfettoWriter::count(std::uint64_t time, std::uint64_t track, std::int64_t value) {
  pbf_writer(event_of(event_, track_event::TYPE_COUNTER, track)).add_int64(track_event::counter_value, value);
  packet(time, trace_packet::track_event);
}

void PerfettoWriter::packet(std::uint64_t time, std::uint32_t kind) {
  packet_.clear();
  pbf_writer packet(packet_);
  packet.add_uint64(trace_packet::timestamp, time);
  packet.add_message(kind, event_);
  finish_packet(trace_packet::SEQ_NEEDS_INCREMENTAL_STATE);
}

void PerfettoWriter::finish_packet(std::uint32_t flags) {
  pbf_writer packet(packet_);
  packet.add_uint32(trace_packet::trusted_packet_sequence_id, kSequence);
  if (flags != 0) packet.add_uint32(trace_packet::sequence_flags, flags);
  pbf_writer(buffer_).add_message(perfetto::trace::packet, packet_);
  if (buffer_.size() >= kBuffer) flush();
}

void PerfettoWriter::flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

}  // namespace aie4::trace
