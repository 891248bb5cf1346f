// SPDX-License-Identifier: Apache-2.0
#include "models/array/event/event_groups.hpp"

#include "models/registers/array/events.hpp"

namespace aie4::array {
namespace {

using registers::ComputeEvent;
using registers::MemoryEvent;
using registers::ShimEvent;

template <class Event>
constexpr EventGroup group(Event event, Event first, Event last, std::uint8_t skip = 0) {
  return {static_cast<std::uint8_t>(event), static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last), skip};
}

using C = ComputeEvent;
// The three error groups have the same members; each has its own enables [inferred from the equal register layout].
constexpr EventGroup kCompute[] = {
    group(C::group_0, C::timer_sync, C::edge_detection_event_7),
    group(C::group_pc_event, C::pc_0, C::pc_range_8_9),
    group(C::group_stall, C::memory_stall, C::ecc_scrubbing_stall),
    group(C::group_program_flow, C::instr_event_0, C::instr_lock_release_req),
    group(C::group_errors_0, C::srs_overflow, C::dma_task_token_stall),
    group(C::group_errors_1, C::srs_overflow, C::dma_task_token_stall),
    group(C::group_errors_2, C::srs_overflow, C::dma_task_token_stall),
    group(C::group_stream_switch, C::port_idle_0, C::port_tlast_5),
    group(C::group_watchpoint, C::watchpoint_0, C::watchpoint_2),
    group(C::group_dma_activity, C::dma_s2mm_0_start_bd, C::dma_mm2s_0_running),
    group(C::group_lock, C::lock_sel0_acq_eq, C::lock_sel5_equal_to_value),
    group(C::group_memory_conflict, C::conflict_dm_bank_0, C::conflict_dm_bank_7),
    group(C::group_broadcast, C::broadcast_0, C::broadcast_15),
    group(C::group_user_event, C::user_event_0, C::user_event_7),
};

using M = MemoryEvent;
constexpr EventGroup kMemory[] = {
    group(M::group_0, M::timer_sync, M::edge_detection_event_7),
    group(M::group_watchpoint, M::watchpoint_0, M::watchpoint_3),
    group(M::group_dma_activity, M::dma_s2mm_sel0_start_bd, M::dma_mm2s_sel1_running),
    group(M::group_lock, M::lock_sel0_acq_eq, M::lock_sel7_equal_to_value),
    group(M::group_stream_switch, M::port_idle_0, M::port_tlast_7),
    group(M::group_memory_conflict, M::conflict_dm_bank_0, M::conflict_dm_bank_23),
    group(M::group_errors, M::dm_ecc_error_scrub_corrected, M::dma_task_token_stall),
    group(M::group_broadcast, M::broadcast_0, M::broadcast_15),
    group(M::group_user_event, M::user_event_0, M::user_event_7),
};

using S = ShimEvent;
constexpr EventGroup kShim[] = {
    group(S::group_0, S::timer_sync, S::edge_detection_event_7),
    group(S::group_dma_activity, S::dma_s2mm_0_start_bd, S::dma_mm2s_3_running),
    group(S::group_dma_activity, S::dma_s2mm_0_start_bd, S::dma_mm2s_3_running, 32),
    group(S::uc_dma_group_activity, S::uc_dma_dm2mm_a_start_bd, S::uc_dma_mm2dm_b_running),
    group(S::group_lock, S::lock_0_acq_eq, S::lock_5_equal_to_value),
    group(S::group_errors, S::axi_mm_subordinate_tile_error, S::uc_module_b_ecc_error_2bit),
    group(S::stream_switch_group_errors, S::stream_switch_port_idle_0, S::stream_switch_port_tlast_5),
    group(S::uc_core_program_flow_group_errors, S::uc_core_sleep, S::uc_core_stream_put),
    group(S::uc_core_group_pc_status_event, S::uc_core_pc_0, S::uc_core_status_7),
    group(S::group_broadcast, S::broadcast_0, S::broadcast_15),
};

}  // namespace

std::span<const EventGroup> event_groups(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return kShim;
    case TileKind::Memory:
      return kMemory;
    case TileKind::Compute:
      return kCompute;
  }
  return {};
}

unsigned group_bit(TileKind kind, const EventGroup& group, std::uint8_t event) {
  constexpr unsigned kBits = 32;
  if (event < group.first || event > group.last) return kBits;
  unsigned member = 0;
  for (std::uint8_t other = group.first; other < event; ++other) {
    if (!registers::event_name(kind, other).empty()) ++member;
  }
  return member < group.skip || member - group.skip >= kBits ? kBits : member - group.skip;
}

std::uint8_t first_broadcast_event(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return static_cast<std::uint8_t>(ShimEvent::broadcast_0);
    case TileKind::Memory:
      return static_cast<std::uint8_t>(MemoryEvent::broadcast_0);
    case TileKind::Compute:
      return static_cast<std::uint8_t>(ComputeEvent::broadcast_0);
  }
  return 0;
}

}  // namespace aie4::array
