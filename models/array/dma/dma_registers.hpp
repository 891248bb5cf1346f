// SPDX-License-Identifier: Apache-2.0
// Which DMA channels and BD pools a tile has, and the layout of the channels' registers. Pure; offsets are not here.
// Source: AIE4 tile-array notes 2.1 to 2.3, 2.7, 4.6.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/array/dma/buffer_descriptor.hpp"
#include "models/array/geometry.hpp"

namespace aie4::array {

enum class DmaDirection : std::uint8_t { S2mm, Mm2s };
enum class DmaRole : std::uint8_t { Data, Control, Trace };

/// BDs that some channels share.
struct BdPoolInfo {
  std::string_view name;  ///< "BD 16-31", "S2MM_3".
  BdKind kind = BdKind::Compute;
  std::uint8_t bds = 0;
};

struct DmaChannelInfo {
  std::string_view name;  ///< "S2MM_0", "MM2S_9", "CONTROL_MM2S_1", "TRACE_S2MM".
  DmaDirection direction = DmaDirection::S2mm;
  DmaRole role = DmaRole::Data;
  std::uint8_t number = 0;  ///< Among the channels of its direction and role, half B after half A.
  std::uint8_t half = 0;    ///< 0: A, 1: B.
  std::uint8_t pool = 0;    ///< Index into dma_pools().
  std::uint8_t actor = 0;   ///< In task-complete tokens.
  std::uint8_t queue_depth = 16;
};

/// In a fixed order: compute S2MM 0-1, MM2S 0; memory S2MM 0-7, MM2S 0-9; shim S2MM 0-1, MM2S 0-3, CONTROL_MM2S 0-1,
/// TRACE_S2MM.
[[nodiscard]] std::span<const DmaChannelInfo> dma_channels(TileKind kind);
/// Compute: one. Memory: one a channel, in the order of channels. Shim: BD 0-15, BD 16-31, control A, control B, trace.
[[nodiscard]] std::span<const BdPoolInfo> dma_pools(TileKind kind);

/// Index of a channel in dma_channels(); such a channel must exist.
[[nodiscard]] unsigned dma_channel_index(TileKind kind, DmaDirection direction, unsigned number,
                                         DmaRole role = DmaRole::Data);

/// A write to the start or task queue.
struct DmaTask {
  bool enable_token_issue = false;
  std::uint32_t repeat_count = 0;  ///< As stored: executions minus one, 0..4095.
  std::uint32_t start_bd_id = 0;

  friend bool operator==(const DmaTask&, const DmaTask&) = default;
};
/// `bds`: those of the channel's pool. The BD id is taken modulo this: half-B queues of the shim have been seen with
/// ids 0..15 and with ids 16..31.
[[nodiscard]] DmaTask decode_task(std::uint32_t word, unsigned bds);
[[nodiscard]] std::uint32_t encode_task(const DmaTask& task);

enum class FotMode : std::uint8_t { Off, NoCount, CountInToken, CountFifo };

/// The control register. Fields that a channel does not have keep these defaults.
struct DmaControl {
  bool reset = false;
  bool pause_stream = false;
  bool enable_out_of_order = false;
  bool compression = false;  ///< S2MM: Compression_Enable, MM2S: Decompression_Enable.
  std::uint32_t packet_type = 0;
  std::uint32_t controller_id = 0;
  FotMode fot_mode = FotMode::Off;

  friend bool operator==(const DmaControl&, const DmaControl&) = default;
};
[[nodiscard]] DmaControl decode_control(TileKind kind, const DmaChannelInfo& channel, std::uint32_t word);
[[nodiscard]] std::uint32_t encode_control(TileKind kind, const DmaChannelInfo& channel, const DmaControl& control);

/// The status register. Positions of the error bits and of Cur_BD are assumed.
struct DmaStatusWord {
  enum class State : std::uint8_t { Idle, Starting, Running, Stalled };

  State status = State::Idle;
  bool stalled_lock_acq = false;
  bool stalled_lock_rel = false;
  bool stalled_stream = false;  ///< S2MM: starvation; MM2S: backpressure.
  bool stalled_tct_or_count_fifo_full = false;
  bool error_lock_access_to_unavail = false;
  bool error_dm_access_to_unavail = false;
  bool error_bd_unavail = false;
  bool error_bd_invalid = false;
  bool error_fot_length = false;
  bool error_fot_bds_in_task = false;
  bool task_queue_overflow = false;
  bool channel_running = false;
  std::uint32_t task_queue_size = 0;
  std::uint32_t cur_bd = 0;

  friend bool operator==(const DmaStatusWord&, const DmaStatusWord&) = default;
};
[[nodiscard]] std::uint32_t encode_status(const DmaStatusWord& status);
[[nodiscard]] DmaStatusWord decode_status(std::uint32_t word);

/// What all AIE4 control code polls for 0 before it takes a channel for idle.
inline constexpr std::uint32_t kDmaBusyMask = 0x01F8'003C;

/// What reading `fot_count_fifo_pop` gives.
struct FotCount {
  bool valid = false;
  bool last_in_task = false;
  std::uint32_t bd_id = 0;
  std::uint32_t write_count = 0;  ///< Words.
};
[[nodiscard]] std::uint32_t encode_fot_count(TileKind kind, const FotCount& count);
/// Width of `Current_Write_Count`: 15 bits compute, 23 memory, 18 shim.
[[nodiscard]] std::uint32_t write_count_mask(TileKind kind);

}  // namespace aie4::array
