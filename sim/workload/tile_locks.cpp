// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/tile_locks.hpp"

#include <algorithm>

namespace aie4::workload {

using array::BufferDescriptor;

void acquire(BufferDescriptor& bd, std::uint8_t lock, std::uint8_t count) {
  bd.lock_acq_enable = true;
  bd.lock_acq_id = kOwnLock + lock;
  bd.lock_acq_value = static_cast<std::int8_t>(-count);
}

void release(BufferDescriptor& bd, std::uint8_t lock, std::uint8_t count) {
  if (!bd.lock_acq_enable) {
    bd.lock_acq_enable = true;
    bd.lock_acq_id = kOwnLock + kZeroLock;
    bd.lock_acq_value = 0;
  }
  bd.lock_rel_id = kOwnLock + lock;
  bd.lock_rel_value = static_cast<std::int8_t>(count);
}

void iterate(BufferDescriptor& bd, std::uint32_t step_words, std::uint32_t slots) {
  bd.iteration_stepsize = slots > 1 ? step_words : 0;
  bd.iteration_wrap = slots > 1 ? slots - 1 : 0;
}

void chain(std::vector<BufferDescriptor>& descriptors, std::size_t first, std::uint8_t first_bd) {
  for (std::size_t i = first; i + 1 < descriptors.size(); ++i) {
    descriptors[i].use_next_bd = true;
    descriptors[i].next_bd = static_cast<std::uint32_t>(first_bd + i + 1);
  }
}

void add_task(TileChannel& channel, std::size_t bd, std::uint64_t executions, std::uint32_t step) {
  while (executions != 0) {
    Task* last = channel.tasks.empty() ? nullptr : &channel.tasks.back();
    const bool merges = last != nullptr && last->bd == bd && last->executions < kMaxExecutions;
    const std::uint64_t room = merges ? kMaxExecutions - last->executions : kMaxExecutions;
    const std::uint64_t now = std::min(room, executions);
    if (merges) {
      last->executions += now;
      last->step = step;
    } else {
      channel.tasks.push_back({static_cast<std::uint8_t>(bd), now, step});
    }
    executions -= now;
  }
}

TileChannel core_channel(const CoreChannel& wanted) {
  BufferDescriptor bd;
  bd.base_address = wanted.offset / 4;
  bd.buffer_length = wanted.bytes / 4;
  iterate(bd, wanted.step / 4, wanted.slots);
  bd.lock_acq_enable = true;
  bd.lock_acq_id = wanted.take;
  bd.lock_acq_value = -1;
  bd.lock_rel_id = wanted.give;
  bd.lock_rel_value = 1;
  TileChannel result{.channel = wanted.channel, .bds = {bd}, .first_bd = wanted.bd, .tasks = {}};
  add_task(result, wanted.bd, wanted.executions, wanted.last_step);
  return result;
}

BufferDescriptor host_descriptor(std::uint64_t word, std::uint64_t length) {
  constexpr std::uint32_t kBurstCode = 3;  // 512 bytes (tile-array notes 2.2).
  constexpr std::uint32_t kAxCache = 2;    // As in AMD's programs.
  BufferDescriptor bd;
  bd.base_address = word * 4;
  bd.buffer_length = static_cast<std::uint32_t>(length);
  bd.burst_length = kBurstCode;
  bd.axcache = kAxCache;
  return bd;
}

}  // namespace aie4::workload
