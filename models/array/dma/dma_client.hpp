// SPDX-License-Identifier: Apache-2.0
// What DMA channels tell the tile around them: events for its event logic, tokens for its token unit.
// Source: AIE4 tile-array notes 2.4, 4.6 and appendix A.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <systemc>

namespace aie4::array {

/// In the order of the event ids of each channel; the last three are shared by the channels of a tile.
enum class DmaEvent : std::uint8_t {
  StartBd,
  StartTask,
  FinishedBd,
  FinishedTask,
  StalledLock,  ///< This and the next three last.
  StreamStall,  ///< S2MM: stream_starvation; MM2S: stream_backpressure.
  MemoryStall,  ///< S2MM: memory_backpressure; MM2S: memory_starvation.
  Running,
  TaskTokenStall,  ///< Lasts. dma_task_token_stall.
  Error,           ///< dma_error.
  HwError,         ///< dma_hw_error: an AXI error, shim only.
};
inline constexpr std::size_t kDmaEvents = 11;

enum class EventPhase : std::uint8_t {
  Pulse,  ///< One cycle.
  Begin,
  End,
};

/// A task-complete token as the channel knows it.
struct TaskToken {
  std::uint8_t actor = 0;
  std::uint8_t controller_id = 0;
  std::optional<std::uint32_t> fot_count = {};  ///< Words; finish-on-TLAST mode 2 only.
};

/// Implemented by the tile. Channels are indices of dma_channels().
class DmaClient {
 public:
  virtual ~DmaClient() = default;

  /// `at` may be off from now by the length of a burst either way: stalls come to light when they are over. For one
  /// channel and event, phases come in order of time.
  virtual void dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at) = 0;

  /// Takes a token; false if its queue is full: then DmaEngine::token_queue_drained() is called once it is not.
  virtual bool issue_token(unsigned channel, const TaskToken& token) = 0;
};

}  // namespace aie4::array
