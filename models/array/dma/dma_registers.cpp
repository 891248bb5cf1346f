// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/dma_registers.hpp"

#include <stdexcept>

#include "models/registers/array/types.hpp"
#include "models/registers/generated/compute_fields.hpp"
#include "models/registers/generated/memory_fields.hpp"
#include "models/registers/generated/shim_fields.hpp"

namespace aie4::array {
namespace {

using enum DmaDirection;
using enum DmaRole;

constexpr auto kComputePools = std::to_array<BdPoolInfo>({{"BD 0-15", BdKind::Compute, 16}});
constexpr auto kComputeChannels = std::to_array<DmaChannelInfo>({
    {"S2MM_0", S2mm, Data, 0, 0, 0, 0},
    {"S2MM_1", S2mm, Data, 1, 0, 0, 1},
    {"MM2S_0", Mm2s, Data, 0, 0, 0, 6},
});

constexpr auto kMemoryChannels = std::to_array<DmaChannelInfo>({
    {"S2MM_0", S2mm, Data, 0, 0, 0, 0},
    {"S2MM_1", S2mm, Data, 1, 0, 1, 1},
    {"S2MM_2", S2mm, Data, 2, 0, 2, 2},
    {"S2MM_3", S2mm, Data, 3, 0, 3, 3},
    {"S2MM_4", S2mm, Data, 4, 1, 4, 4},
    {"S2MM_5", S2mm, Data, 5, 1, 5, 5},
    {"S2MM_6", S2mm, Data, 6, 1, 6, 6},
    {"S2MM_7", S2mm, Data, 7, 1, 7, 7},
    {"MM2S_0", Mm2s, Data, 0, 0, 8, 16},
    {"MM2S_1", Mm2s, Data, 1, 0, 9, 17},
    {"MM2S_2", Mm2s, Data, 2, 0, 10, 18},
    {"MM2S_3", Mm2s, Data, 3, 0, 11, 19},
    {"MM2S_4", Mm2s, Data, 4, 0, 12, 20},
    {"MM2S_5", Mm2s, Data, 5, 1, 13, 22},
    {"MM2S_6", Mm2s, Data, 6, 1, 14, 23},
    {"MM2S_7", Mm2s, Data, 7, 1, 15, 24},
    {"MM2S_8", Mm2s, Data, 8, 1, 16, 25},
    {"MM2S_9", Mm2s, Data, 9, 1, 17, 26},
});
constexpr auto make_memory_pools() {
  std::array<BdPoolInfo, kMemoryChannels.size()> pools{};
  for (std::size_t i = 0; i < pools.size(); ++i) pools[i] = {kMemoryChannels[i].name, BdKind::Memory, 16};
  return pools;
}
constexpr auto kMemoryPools = make_memory_pools();

constexpr auto kShimPools = std::to_array<BdPoolInfo>({
    {"BD 0-15", BdKind::Shim, 16},
    {"BD 16-31", BdKind::Shim, 16},
    {"CONTROL_MM2S_0", BdKind::ShimControl, 8},
    {"CONTROL_MM2S_1", BdKind::ShimControl, 8},
    {"TRACE_S2MM", BdKind::ShimTrace, 4},
});
constexpr std::uint8_t kControlQueue = 8;
constexpr std::uint8_t kTraceQueue = 4;  // No public depth: as many as the channel has BDs.
constexpr auto kShimChannels = std::to_array<DmaChannelInfo>({
    {"S2MM_0", S2mm, Data, 0, 0, 0, 0},
    {"S2MM_1", S2mm, Data, 1, 1, 1, 2},
    {"MM2S_0", Mm2s, Data, 0, 0, 0, 6},
    {"MM2S_1", Mm2s, Data, 1, 0, 0, 7},
    {"MM2S_2", Mm2s, Data, 2, 1, 1, 8},
    {"MM2S_3", Mm2s, Data, 3, 1, 1, 9},
    {"CONTROL_MM2S_0", Mm2s, Control, 0, 0, 2, 16, kControlQueue},
    {"CONTROL_MM2S_1", Mm2s, Control, 1, 1, 3, 17, kControlQueue},
    {"TRACE_S2MM", S2mm, Trace, 0, 0, 4, 1, kTraceQueue},
});

namespace compute = registers::compute;
namespace memory = registers::memory;
namespace shim = registers::shim;
using registers::Field;

/// Null: the channel does not have the field.
struct ControlLayout {
  const Field* controller_id = nullptr;
  const Field* reset = nullptr;
  const Field* pause_stream = nullptr;
  const Field* enable_out_of_order = nullptr;
  const Field* fot_mode = nullptr;
  const Field* packet_type = nullptr;
  const Field* compression = nullptr;
};

constexpr ControlLayout control_layout(TileKind kind, const DmaChannelInfo& channel) {
  const bool s2mm = channel.direction == S2mm;
  if (kind == TileKind::Compute) {
    using namespace compute;
    if (!s2mm) return {.controller_id = &dma_mm2s_ctrl::Controller_ID, .reset = &dma_mm2s_ctrl::Reset};
    return {.controller_id = &dma_s2mm_ctrl::Controller_ID,
            .reset = &dma_s2mm_ctrl::Reset,
            .enable_out_of_order = &dma_s2mm_ctrl::Enable_Out_of_Order,
            .fot_mode = &dma_s2mm_ctrl::FoT_Mode};
  }
  if (kind == TileKind::Memory) {
    using namespace memory;
    if (!s2mm) {
      return {.controller_id = &dma_mm2s_ctrl::Controller_ID,
              .reset = &dma_mm2s_ctrl::Reset,
              .packet_type = &dma_mm2s_ctrl::Packet_Type};
    }
    return {.controller_id = &dma_s2mm_ctrl::Controller_ID,
            .reset = &dma_s2mm_ctrl::Reset,
            .enable_out_of_order = &dma_s2mm_ctrl::Enable_Out_of_Order,
            .fot_mode = &dma_s2mm_ctrl::FoT_Mode};
  }
  using namespace shim;
  if (channel.role == Trace) {
    return {.controller_id = &dma_trace_s2mm_ctrl::Controller_ID, .pause_stream = &dma_trace_s2mm_ctrl::Pause_Stream};
  }
  if (channel.role == Control) {
    return {.controller_id = &dma_control_mm2s_ctrl::Controller_ID,
            .pause_stream = &dma_control_mm2s_ctrl::Pause_Stream,
            .packet_type = &dma_control_mm2s_ctrl::Packet_Type,
            .compression = &dma_control_mm2s_ctrl::Decompression_Enable};
  }
  if (!s2mm) {
    return {.controller_id = &dma_mm2s_ctrl::Controller_ID,
            .pause_stream = &dma_mm2s_ctrl::Pause_Stream,
            .packet_type = &dma_mm2s_ctrl::Packet_Type,
            .compression = &dma_mm2s_ctrl::Decompression_Enable};
  }
  return {.controller_id = &dma_s2mm_ctrl::Controller_ID,
          .pause_stream = &dma_s2mm_ctrl::Pause_Stream,
          .enable_out_of_order = &dma_s2mm_ctrl::Enable_Out_of_Order,
          .fot_mode = &dma_s2mm_ctrl::FoT_Mode,
          .compression = &dma_s2mm_ctrl::Compression_Enable};
}

std::uint32_t get(const Field* field, std::uint32_t word) {
  return field == nullptr ? 0 : registers::get(*field, word);
}

std::uint32_t put(const Field* field, std::uint32_t value) {
  return field == nullptr ? 0 : registers::set(*field, 0, value);
}

std::uint32_t put(const Field& field, std::uint32_t value) {
  return registers::set(field, 0, value);
}

// All channels of all tiles have their status bits and their queue fields at the same places; S2MM has the most.
namespace status_fields = compute::dma_s2mm_status;
namespace queue_fields = compute::dma_s2mm_start_queue;

}  // namespace

std::span<const DmaChannelInfo> dma_channels(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return kShimChannels;
    case TileKind::Memory:
      return kMemoryChannels;
    case TileKind::Compute:
      return kComputeChannels;
  }
  return {};
}

std::span<const BdPoolInfo> dma_pools(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return kShimPools;
    case TileKind::Memory:
      return kMemoryPools;
    case TileKind::Compute:
      return kComputePools;
  }
  return {};
}

unsigned dma_channel_index(TileKind kind, DmaDirection direction, unsigned number, DmaRole role) {
  unsigned index = 0;
  for (const DmaChannelInfo& channel : dma_channels(kind)) {
    if (channel.direction == direction && channel.role == role && channel.number == number) return index;
    ++index;
  }
  throw std::out_of_range("no such DMA channel");
}

DmaTask decode_task(std::uint32_t word, unsigned bds) {
  return {.enable_token_issue = registers::get(queue_fields::Enable_Token_Issue, word) != 0,
          .repeat_count = registers::get(queue_fields::Repeat_Count, word),
          .start_bd_id = registers::get(queue_fields::Start_BD_ID, word) % bds};
}

std::uint32_t encode_task(const DmaTask& task) {
  return put(queue_fields::Enable_Token_Issue, task.enable_token_issue ? 1 : 0) |
         put(queue_fields::Repeat_Count, task.repeat_count) | put(queue_fields::Start_BD_ID, task.start_bd_id);
}

DmaControl decode_control(TileKind kind, const DmaChannelInfo& channel, std::uint32_t word) {
  const ControlLayout layout = control_layout(kind, channel);
  return {.reset = get(layout.reset, word) != 0,
          .pause_stream = get(layout.pause_stream, word) != 0,
          .enable_out_of_order = get(layout.enable_out_of_order, word) != 0,
          .compression = get(layout.compression, word) != 0,
          .packet_type = get(layout.packet_type, word),
          .controller_id = get(layout.controller_id, word),
          .fot_mode = static_cast<FotMode>(get(layout.fot_mode, word))};
}

std::uint32_t encode_control(TileKind kind, const DmaChannelInfo& channel, const DmaControl& control) {
  const ControlLayout layout = control_layout(kind, channel);
  return put(layout.reset, control.reset ? 1 : 0) | put(layout.pause_stream, control.pause_stream ? 1 : 0) |
         put(layout.enable_out_of_order, control.enable_out_of_order ? 1 : 0) |
         put(layout.compression, control.compression ? 1 : 0) | put(layout.packet_type, control.packet_type) |
         put(layout.controller_id, control.controller_id) |
         put(layout.fot_mode, static_cast<std::uint32_t>(control.fot_mode));
}

std::uint32_t encode_status(const DmaStatusWord& status) {
  using namespace status_fields;
  const auto bit = [](const Field& field, bool value) { return put(field, value ? 1 : 0); };
  return put(Status, static_cast<std::uint32_t>(status.status)) | bit(Stalled_Lock_Acq, status.stalled_lock_acq) |
         bit(Stalled_Lock_Rel, status.stalled_lock_rel) | bit(Stalled_Stream_Starvation, status.stalled_stream) |
         bit(Stalled_TCT_or_Count_FIFO_Full, status.stalled_tct_or_count_fifo_full) |
         bit(Error_Lock_Access_to_Unavail, status.error_lock_access_to_unavail) |
         bit(Error_DM_Access_to_Unavail, status.error_dm_access_to_unavail) |
         bit(Error_BD_Unavail, status.error_bd_unavail) | bit(Error_BD_Invalid, status.error_bd_invalid) |
         bit(Error_FoT_Length, status.error_fot_length) | bit(Error_FoT_BDs_in_Task, status.error_fot_bds_in_task) |
         bit(Task_Queue_Overflow, status.task_queue_overflow) | bit(Channel_Running, status.channel_running) |
         put(Task_Queue_Size, status.task_queue_size) | put(Cur_BD, status.cur_bd);
}

DmaStatusWord decode_status(std::uint32_t word) {
  using namespace status_fields;
  const auto bit = [word](const Field& field) { return registers::get(field, word) != 0; };
  return {.status = static_cast<DmaStatusWord::State>(registers::get(Status, word)),
          .stalled_lock_acq = bit(Stalled_Lock_Acq),
          .stalled_lock_rel = bit(Stalled_Lock_Rel),
          .stalled_stream = bit(Stalled_Stream_Starvation),
          .stalled_tct_or_count_fifo_full = bit(Stalled_TCT_or_Count_FIFO_Full),
          .error_lock_access_to_unavail = bit(Error_Lock_Access_to_Unavail),
          .error_dm_access_to_unavail = bit(Error_DM_Access_to_Unavail),
          .error_bd_unavail = bit(Error_BD_Unavail),
          .error_bd_invalid = bit(Error_BD_Invalid),
          .error_fot_length = bit(Error_FoT_Length),
          .error_fot_bds_in_task = bit(Error_FoT_BDs_in_Task),
          .task_queue_overflow = bit(Task_Queue_Overflow),
          .channel_running = bit(Channel_Running),
          .task_queue_size = registers::get(Task_Queue_Size, word),
          .cur_bd = registers::get(Cur_BD, word)};
}

std::uint32_t encode_fot_count(TileKind kind, const FotCount& count) {
  if (!count.valid) return 0;
  using namespace compute::dma_s2mm_fot_count_fifo_pop;
  const Field& words = kind == TileKind::Memory ? memory::dma_s2mm_fot_count_fifo_pop::Write_Count : Write_Count;
  return put(Valid, 1) | put(Last_in_Task, count.last_in_task ? 1 : 0) | put(BD_ID, count.bd_id) |
         put(words, count.write_count);
}

std::uint32_t write_count_mask(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return shim::dma_s2mm_current_write_count::Current_Write_Count.mask();
    case TileKind::Memory:
      return memory::dma_s2mm_current_write_count::Current_Write_Count.mask();
    case TileKind::Compute:
      return compute::dma_s2mm_current_write_count::Current_Write_Count.mask();
  }
  return 0;
}

}  // namespace aie4::array
