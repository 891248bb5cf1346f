// SPDX-License-Identifier: Apache-2.0
// What a thread of the guest did at any time, from the kernel's events.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/profile/guest_record.hpp"

namespace aie4::profile {

enum class ThreadState : std::uint8_t {
  Unknown,      ///< Nothing was traced of it yet.
  User,         ///< It runs; page faults and system calls other than ioctl are counted here.
  Driver,       ///< In an ioctl.
  Interrupted,  ///< A handler runs in its stead.
  Asleep,       ///< It waits for something.
  Runnable,     ///< It could run, and another does.
};

/// From `time` on, until the next.
struct StateChange {
  Nanoseconds time = 0;
  ThreadState state = ThreadState::Unknown;
};

/// In order of time; equal times in the order of the trace.
[[nodiscard]] std::vector<StateChange> thread_states(const GuestRecord& record, std::uint32_t pid);

[[nodiscard]] ThreadState state_at(const std::vector<StateChange>& states, Nanoseconds time);

/// Who has the processor at a time; 0: nobody, or not known. For a guest of one processor.
class Processor {
 public:
  explicit Processor(const GuestRecord& record);
  [[nodiscard]] std::uint32_t at(Nanoseconds time) const;

 private:
  struct Turn {
    Nanoseconds time = 0;
    std::uint32_t pid = 0;
  };
  std::vector<Turn> turns_;
};

}  // namespace aie4::profile
