// SPDX-License-Identifier: Apache-2.0
// The memory side of DMA channels: data memory of the own and of neighbouring tiles, or host memory for shim tiles.
#pragma once

#include <cstdint>
#include <span>

#include <systemc>

namespace aie4::array {

/// Words at consecutive addresses.
struct MemoryRun {
  std::uint64_t address = 0;  ///< Bytes, 4-byte aligned, as the engine's address generator gives it.
  std::uint32_t words = 0;
};

enum class MemoryStatus : std::uint8_t {
  Ok,
  Unavailable,  ///< No memory at some address (status bit "DM unavailable"); nothing was touched.
  SlaveError,   ///< The host side refused (shim only; AXI error events); nothing was touched.
};

class DmaMemory {
 public:
  struct Result {
    MemoryStatus status = MemoryStatus::Ok;
    sc_core::sc_time done;  ///< When the last word has been read or has landed, absolute.
    /// When the memory can begin the channel's next access without a bubble, absolute: `done` less what is pipelined. A
    /// channel that asks for its next run at this time hides the latency, as far as its buffers allow.
    sc_core::sc_time next;
  };

  /// What a buffer descriptor says of its accesses.
  struct Attributes {
    std::uint32_t burst_bytes = 64;  ///< Of an AXI burst: 64, 128, 256, 512.
    bool task_start = false;         ///< The first descriptor of a task: costs what a task costs.
    std::uint8_t qos = 0;
  };

  virtual ~DmaMemory() = default;

  /// A buffer descriptor starts; told before its first access. Only host memory cares.
  virtual void begin(unsigned /*channel*/, const Attributes& /*attributes*/) {}

  /// Moves the words of all runs, in order. `start`: when the engine asks, now or later. The data moves at once, the
  /// caller spends the time. `channel` tells requesters apart for arbitration.
  virtual Result read(unsigned channel, std::span<const MemoryRun> runs, std::span<std::uint32_t> words,
                      sc_core::sc_time start) = 0;
  virtual Result write(unsigned channel, std::span<const MemoryRun> runs, std::span<const std::uint32_t> words,
                       sc_core::sc_time start) = 0;
};

}  // namespace aie4::array
