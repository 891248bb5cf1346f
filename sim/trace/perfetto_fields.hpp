// SPDX-License-Identifier: Apache-2.0
// Numbers of fields and of enumerators of the trace format of Perfetto, called as there (public:
// protos/perfetto/trace/*.proto).
#pragma once

#include <cstdint>

namespace aie4::trace::perfetto {

namespace trace {
inline constexpr std::uint32_t packet = 1;
}  // namespace trace

namespace trace_packet {
inline constexpr std::uint32_t timestamp = 8;
inline constexpr std::uint32_t trusted_packet_sequence_id = 10;
inline constexpr std::uint32_t track_event = 11;
inline constexpr std::uint32_t interned_data = 12;
inline constexpr std::uint32_t sequence_flags = 13;
inline constexpr std::uint32_t track_descriptor = 60;
inline constexpr std::uint32_t SEQ_INCREMENTAL_STATE_CLEARED = 1;
inline constexpr std::uint32_t SEQ_NEEDS_INCREMENTAL_STATE = 2;
}  // namespace trace_packet

namespace track_descriptor {
inline constexpr std::uint32_t uuid = 1;
inline constexpr std::uint32_t name = 2;
inline constexpr std::uint32_t parent_uuid = 5;
inline constexpr std::uint32_t counter = 8;
inline constexpr std::uint32_t child_ordering = 11;
inline constexpr std::uint32_t sibling_order_rank = 12;
inline constexpr std::int32_t EXPLICIT = 3;
}  // namespace track_descriptor

namespace track_event {
inline constexpr std::uint32_t type = 9;
inline constexpr std::uint32_t name_iid = 10;
inline constexpr std::uint32_t track_uuid = 11;
inline constexpr std::uint32_t counter_value = 30;
inline constexpr std::uint32_t flow_ids = 47;
inline constexpr std::int32_t TYPE_SLICE_BEGIN = 1;
inline constexpr std::int32_t TYPE_SLICE_END = 2;
inline constexpr std::int32_t TYPE_INSTANT = 3;
inline constexpr std::int32_t TYPE_COUNTER = 4;
}  // namespace track_event

namespace interned_data {
inline constexpr std::uint32_t event_names = 2;
inline constexpr std::uint32_t iid = 1;
inline constexpr std::uint32_t name = 2;
}  // namespace interned_data

}  // namespace aie4::trace::perfetto
