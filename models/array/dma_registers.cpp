// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma_registers.hpp"

#include <stdexcept>

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

/// Where a field is; width 0: the channel does not have it.
struct Position {
  std::uint8_t lsb = 0;
  std::uint8_t width = 0;

  [[nodiscard]] constexpr std::uint32_t mask() const { return (1U << width) - 1U; }
  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const { return (word >> lsb) & mask(); }
  [[nodiscard]] constexpr std::uint32_t put(std::uint32_t value) const { return (value & mask()) << lsb; }
};

struct ControlLayout {
  Position reset;
  Position pause_stream;
  Position enable_out_of_order;
  Position decompression_enable;
  Position packet_type;
  Position controller_id{8, 8};
  Position fot_mode;
};

constexpr ControlLayout control_layout(TileKind kind, const DmaChannelInfo& channel) {
  ControlLayout layout;
  if (kind == TileKind::Shim) {
    layout.pause_stream = {2, 1};
  } else {
    layout.reset = {1, 1};
  }
  if (channel.direction == S2mm && channel.role == Data) {
    layout.enable_out_of_order = {3, 1};
    layout.fot_mode = {16, 2};
  }
  if (channel.direction == Mm2s && kind == TileKind::Memory) layout.packet_type = {2, 3};
  if (channel.direction == Mm2s && kind == TileKind::Shim) {
    layout.packet_type = {3, 3};
    layout.decompression_enable = {6, 1};
  }
  return layout;
}

constexpr Position kEnableTokenIssue{31, 1};
constexpr Position kRepeatCount{16, 12};
constexpr Position kStartBdId{0, 5};

constexpr Position kStatus{0, 2};
constexpr Position kStalledLockAcq{2, 1};
constexpr Position kStalledLockRel{3, 1};
constexpr Position kStalledStream{4, 1};
constexpr Position kStalledTct{5, 1};
constexpr Position kErrorLock{8, 1};  // 8 to 13 and 18 as in AIE2PS.
constexpr Position kErrorDm{9, 1};
constexpr Position kErrorBdUnavail{10, 1};
constexpr Position kErrorBdInvalid{11, 1};
constexpr Position kErrorFotLength{12, 1};
constexpr Position kErrorFotBds{13, 1};
constexpr Position kOverflow{18, 1};
constexpr Position kRunning{19, 1};
constexpr Position kQueueSize{20, 5};
constexpr Position kCurBd{27, 4};  // Assumed.

constexpr Position kFotBdId{24, 6};
constexpr Position kFotLast{30, 1};
constexpr Position kFotValid{31, 1};

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
  return {.enable_token_issue = kEnableTokenIssue.get(word) != 0,
          .repeat_count = kRepeatCount.get(word),
          .start_bd_id = kStartBdId.get(word) % bds};
}

std::uint32_t encode_task(const DmaTask& task) {
  return kEnableTokenIssue.put(task.enable_token_issue ? 1 : 0) | kRepeatCount.put(task.repeat_count) |
         kStartBdId.put(task.start_bd_id);
}

DmaControl decode_control(TileKind kind, const DmaChannelInfo& channel, std::uint32_t word) {
  const ControlLayout layout = control_layout(kind, channel);
  return {.reset = layout.reset.get(word) != 0,
          .pause_stream = layout.pause_stream.get(word) != 0,
          .enable_out_of_order = layout.enable_out_of_order.get(word) != 0,
          .decompression_enable = layout.decompression_enable.get(word) != 0,
          .packet_type = layout.packet_type.get(word),
          .controller_id = layout.controller_id.get(word),
          .fot_mode = static_cast<FotMode>(layout.fot_mode.get(word))};
}

std::uint32_t encode_control(TileKind kind, const DmaChannelInfo& channel, const DmaControl& control) {
  const ControlLayout layout = control_layout(kind, channel);
  return layout.reset.put(control.reset ? 1 : 0) | layout.pause_stream.put(control.pause_stream ? 1 : 0) |
         layout.enable_out_of_order.put(control.enable_out_of_order ? 1 : 0) |
         layout.decompression_enable.put(control.decompression_enable ? 1 : 0) |
         layout.packet_type.put(control.packet_type) | layout.controller_id.put(control.controller_id) |
         layout.fot_mode.put(static_cast<std::uint32_t>(control.fot_mode));
}

std::uint32_t encode_status(const DmaStatusWord& status) {
  const auto bit = [](Position position, bool value) { return position.put(value ? 1 : 0); };
  return kStatus.put(static_cast<std::uint32_t>(status.status)) | bit(kStalledLockAcq, status.stalled_lock_acq) |
         bit(kStalledLockRel, status.stalled_lock_rel) | bit(kStalledStream, status.stalled_stream) |
         bit(kStalledTct, status.stalled_tct_or_count_fifo_full) |
         bit(kErrorLock, status.error_lock_access_to_unavail) | bit(kErrorDm, status.error_dm_access_to_unavail) |
         bit(kErrorBdUnavail, status.error_bd_unavail) | bit(kErrorBdInvalid, status.error_bd_invalid) |
         bit(kErrorFotLength, status.error_fot_length) | bit(kErrorFotBds, status.error_fot_bds_in_task) |
         bit(kOverflow, status.task_queue_overflow) | bit(kRunning, status.channel_running) |
         kQueueSize.put(status.task_queue_size) | kCurBd.put(status.cur_bd);
}

DmaStatusWord decode_status(std::uint32_t word) {
  const auto bit = [word](Position position) { return position.get(word) != 0; };
  return {.status = static_cast<DmaStatusWord::State>(kStatus.get(word)),
          .stalled_lock_acq = bit(kStalledLockAcq),
          .stalled_lock_rel = bit(kStalledLockRel),
          .stalled_stream = bit(kStalledStream),
          .stalled_tct_or_count_fifo_full = bit(kStalledTct),
          .error_lock_access_to_unavail = bit(kErrorLock),
          .error_dm_access_to_unavail = bit(kErrorDm),
          .error_bd_unavail = bit(kErrorBdUnavail),
          .error_bd_invalid = bit(kErrorBdInvalid),
          .error_fot_length = bit(kErrorFotLength),
          .error_fot_bds_in_task = bit(kErrorFotBds),
          .task_queue_overflow = bit(kOverflow),
          .channel_running = bit(kRunning),
          .task_queue_size = kQueueSize.get(word),
          .cur_bd = kCurBd.get(word)};
}

std::uint32_t encode_fot_count(TileKind kind, const FotCount& count) {
  if (!count.valid) return 0;
  const std::uint32_t mask = kind == TileKind::Memory ? write_count_mask(kind) : write_count_mask(TileKind::Shim);
  return kFotValid.put(1) | kFotLast.put(count.last_in_task ? 1 : 0) | kFotBdId.put(count.bd_id) |
         (count.write_count & mask);
}

std::uint32_t write_count_mask(TileKind kind) {
  switch (kind) {
    case TileKind::Shim:
      return (1U << 18U) - 1U;
    case TileKind::Memory:
      return (1U << 23U) - 1U;
    case TileKind::Compute:
      return (1U << 15U) - 1U;
  }
  return 0;
}

}  // namespace aie4::array
