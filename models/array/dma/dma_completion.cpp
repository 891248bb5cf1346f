// SPDX-License-Identifier: Apache-2.0
// The end of a BD, and what DMA channels report: the second half of DmaChannel.
#include <fmt/format.h>
#include <utility>

#include "models/array/dma/dma_channel.hpp"

namespace aie4::array {

DmaChannel::Ending::Ending(const Execution& execution)
    : bd_id(execution.bd_id),
      lock_rel_id(execution.bd.lock_rel_id),
      lock_rel_value(execution.bd.lock_rel_value),
      last_of_task(execution.last_of_task),
      token(execution.token),
      token_count(execution.token_count),
      loaded(execution.loaded),
      words(execution.words),
      flow(execution.flow) {}

void DmaChannel::post(const Ending& ending, const sc_core::sc_time& at) {
  completions_.push_back({std::max(at, now()), ending});
  if (completions_.size() == 1) completion_due_.notify(completions_.front().at - now());
}

void DmaChannel::complete() {
  while (!completions_.empty() && completions_.front().at <= now()) {
    if (!finish(completions_.front())) return;  // token_queue_drained() tries again.
    completions_.pop_front();
  }
  if (!completions_.empty()) {
    completion_due_.notify(completions_.front().at - now());
  } else {
    rest_if_idle();
  }
}

void DmaChannel::rest_if_idle() {
  if (!running_ || !idle()) return;
  running_ = false;
  raise(DmaEvent::Running, EventPhase::End, now());
  rests_.notify();
}

bool DmaChannel::finish(const Completion& completion) {
  const Ending& ending = completion.ending;
  if (!token_refused_) {
    if (ending.lock_rel_value != 0) {
      const Parameters& parameters = site_.environment.parameters;
      const LockReference lock = site_.locks.find(ending.lock_rel_id);
      if (lock.unit != nullptr) {
        const std::uint64_t cost =
            site_.kind == TileKind::Memory ? parameters.lock_mem_release_cycles : parameters.dma_lock_release_cycles;
        lock.unit->release(lock.lock, ending.lock_rel_value, process_.name(), now() + cycles(cost));
      } else {
        errors_.error_lock_access_to_unavail = true;
        raise(DmaEvent::Error, EventPhase::Pulse, now());
        guest_error("the number of a lock that there is",
                    fmt::format("lock {} in BD {}", ending.lock_rel_id, ending.bd_id));
      }
    }
    ++use_.operations;
    raise(DmaEvent::FinishedBd, EventPhase::Pulse, now());
    if (has_track_) {
      site_.environment.probe->slice(track_, ending.loaded, now(),
                                     fmt::format("BD {}: {} B", ending.bd_id, ending.words * 4), ending.flow);
    }
  }
  if (!ending.last_of_task) return true;
  if (ending.token) {
    const TaskToken token{.actor = info_.actor,
                          .controller_id = static_cast<std::uint8_t>(control_.controller_id),
                          .fot_count = ending.token_count};
    if (!site_.client.issue_token(site_.index, token)) {
      if (!std::exchange(token_refused_, true)) raise(DmaEvent::TaskTokenStall, EventPhase::Begin, now());
      return false;
    }
    if (std::exchange(token_refused_, false)) {
      raise(DmaEvent::TaskTokenStall, EventPhase::End, now());
      wake();
    }
  }
  raise(DmaEvent::FinishedTask, EventPhase::Pulse, now());
  return true;
}

// --- reports
// ----------------------------------------------------------------------------------------------------------

void DmaChannel::stalled(WaitReason reason, DmaEvent event, const sc_core::sc_time& begin, const sc_core::sc_time& end,
                         std::string_view name) {
  use_.stall(reason, end - begin);
  raise(event, EventPhase::Begin, begin);
  raise(event, EventPhase::End, end);
  if (has_track_) site_.environment.probe->slice(track_, begin, end, name);
}

void DmaChannel::memory_failed(MemoryStatus status, std::uint64_t address) {
  if (status == MemoryStatus::SlaveError) {
    raise(DmaEvent::HwError, EventPhase::Pulse, now());
  } else {
    errors_.error_dm_access_to_unavail = true;
  }
  raise(DmaEvent::Error, EventPhase::Pulse, now());
  guest_error("addresses of memory in the BD",
              fmt::format("{} at {:#x}, BD {}", status == MemoryStatus::SlaveError ? "an error response" : "none",
                          address, cur_bd_));
}

void DmaChannel::guest_error(std::string expected, std::string came) {
  site_.environment.diagnostics.report({.category = FaultCategory::GuestError,
                                        .where = process_.name(),
                                        .expected = std::move(expected),
                                        .came = std::move(came),
                                        .blame = "the control code that wrote the BD or the queue"});
}

}  // namespace aie4::array
