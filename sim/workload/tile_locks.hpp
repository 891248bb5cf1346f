// SPDX-License-Identifier: Apache-2.0
// How plans use locks and iterations of descriptors. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "models/array/dma/buffer_descriptor.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload {

/// A lock of a memory tile that is always 0: what only releases acquires it.
inline constexpr std::uint8_t kZeroLock = 0;

/// Acquire-greater-equal of `count` of an own lock of a memory tile; release of as many.
void acquire(array::BufferDescriptor& bd, std::uint8_t lock, std::uint8_t count = 1);
void release(array::BufferDescriptor& bd, std::uint8_t lock, std::uint8_t count = 1);
/// Successive executions go around `slots` places.
void iterate(array::BufferDescriptor& bd, std::uint32_t step_words, std::uint32_t slots);
/// Makes each descriptor from `first` on lead to the next; `first_bd` is the number of descriptors[0].
void chain(std::vector<array::BufferDescriptor>& descriptors, std::size_t first, std::uint8_t first_bd = 0);

/// Adds executions of a chain; merges with the task before if that is of the same chain.
void add_task(TileChannel& channel, std::size_t bd, std::uint64_t executions, std::uint32_t step);

/// A ring of buffers of a compute tile and its channel: takes one lock, gives another, as often as `executions`.
struct CoreChannel {
  Channel channel;
  std::uint8_t bd = 0;
  std::uint32_t offset = 0;  ///< Bytes.
  std::uint32_t bytes = 0;   ///< Of one buffer.
  std::uint32_t step = 0;    ///< Bytes from one buffer to the next.
  unsigned slots = 1;
  std::uint8_t take = 0;
  std::uint8_t give = 0;
  std::uint64_t executions = 1;
  std::uint32_t last_step = 0;
};
[[nodiscard]] TileChannel core_channel(const CoreChannel& wanted);

/// A descriptor of the shim for `length` words from `word` of an argument on.
[[nodiscard]] array::BufferDescriptor host_descriptor(std::uint64_t word, std::uint64_t length);

}  // namespace aie4::workload
