// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/thread_states.hpp"

#include <algorithm>

namespace aie4::profile {
namespace {

struct Thread {
  bool known = false;
  bool running = false;
  bool asleep = false;
  bool ioctl = false;
  bool interrupted = false;

  [[nodiscard]] ThreadState state() const {
    if (!known) return ThreadState::Unknown;
    if (!running) return asleep ? ThreadState::Asleep : ThreadState::Runnable;
    if (interrupted) return ThreadState::Interrupted;
    return ioctl ? ThreadState::Driver : ThreadState::User;
  }

  void see(const GuestEntry& entry, std::uint32_t pid) {
    if (entry.kind == EntryKind::Switch && entry.other == pid) {
      known = running = true;
      asleep = interrupted = false;
      return;
    }
    if (entry.kind == EntryKind::Waking && entry.other == pid) {
      asleep = false;
      return;
    }
    if (entry.pid != pid) return;
    known = true;
    running = entry.kind != EntryKind::Switch;
    switch (entry.kind) {
      case EntryKind::Switch:
        asleep = entry.asleep;
        interrupted = false;
        break;
      case EntryKind::InterruptEnter:
        interrupted = true;
        break;
      case EntryKind::InterruptExit:
        interrupted = false;
        break;
      case EntryKind::IoctlEnter:
        ioctl = true;
        break;
      case EntryKind::IoctlExit:
        ioctl = false;
        break;
      default:
        break;
    }
  }
};

}  // namespace

std::vector<StateChange> thread_states(const GuestRecord& record, std::uint32_t pid) {
  std::vector<StateChange> states;
  Thread thread;
  for (const GuestEntry& entry : record.entries) {
    thread.see(entry, pid);
    const ThreadState state = thread.state();
    if (state != (states.empty() ? ThreadState::Unknown : states.back().state)) states.push_back({entry.time, state});
  }
  return states;
}

ThreadState state_at(const std::vector<StateChange>& states, Nanoseconds time) {
  const auto after = std::ranges::upper_bound(states, time, {}, &StateChange::time);
  return after == states.begin() ? ThreadState::Unknown : std::prev(after)->state;
}

Processor::Processor(const GuestRecord& record) {
  for (const GuestEntry& entry : record.entries) {
    const std::uint32_t pid = entry.kind == EntryKind::Switch ? entry.other : entry.pid;
    if (turns_.empty() || turns_.back().pid != pid) turns_.push_back({entry.time, pid});
  }
}

std::uint32_t Processor::at(Nanoseconds time) const {
  const auto after = std::ranges::upper_bound(turns_, time, {}, &Turn::time);
  return after == turns_.begin() ? 0 : std::prev(after)->pid;
}

}  // namespace aie4::profile
