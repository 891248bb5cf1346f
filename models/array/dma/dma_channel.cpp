// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/dma_channel.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace aie4::array {
namespace {

std::string channel_name(const DmaChannel::Site& site) {
  return fmt::format("{}/DMA/{}", tile_name(site.environment.geometry(), site.tile), site.info().name);
}

}  // namespace

DmaChannel::DmaChannel(sc_core::sc_module_name name, const Site& site)
    : sc_module(name),
      site_(site),
      info_(site_.info()),
      process_(site.environment.waits, channel_name(site)),
      use_(site.environment.resources.add(channel_name(site))),
      waiter_(process_, &use_) {
  if (Probe* probe = site.environment.probe; probe != nullptr) {
    track_ = probe->track(process_.name());
    has_track_ = true;
  }
  SC_THREAD(process);
  SC_METHOD(complete);
  sensitive << completion_due_;
  dont_initialize();
}

// --- registers ----------------------------------------------------------------------------------------------------

void DmaChannel::set_control(std::uint32_t word) {
  const DmaControl before = std::exchange(control_, decode_control(site_.kind, info_, word));
  if (control_.reset && !before.reset) begin_reset();
  control_changed();
  wake();
}

void DmaChannel::push_task(std::uint32_t word) {
  if (control_.reset) {
    guest_error("a task for a channel that is not in reset", fmt::format("queue value {:#010x}", word));
    return;
  }
  // A channel at rest takes its task out of the queue at once; its process only gets to it within the instant.
  const std::size_t taken = task_ || executing() || !completions_.empty() ? 0 : 1;
  if (queue_.size() >= info_.queue_depth + taken) {
    errors_.task_queue_overflow = true;
    raise(DmaEvent::Error, EventPhase::Pulse, now());
    guest_error(fmt::format("at most {} tasks in the queue", info_.queue_depth),
                fmt::format("one more, {:#010x}, which is dropped", word));
    return;
  }
  const DmaTask task = decode_task(word, site_.pool.size());
  queue_.push_back({task, paced_push(task)});
  if (!running_) {
    running_ = true;
    raise(DmaEvent::Running, EventPhase::Begin, now());
  }
  if (!task_) wake();
}

sc_core::sc_time DmaChannel::paced_push(const DmaTask& task) {
  if (site_.kind != TileKind::Shim) return now();
  const Parameters& parameters = site_.environment.parameters;
  const auto nanoseconds = [](std::uint64_t count) {
    return sc_core::sc_time(static_cast<double>(count), sc_core::SC_NS);
  };
  const bool reprogrammed = site_.pool.take_written(task.start_bd_id);
  const std::uint64_t pace = !reprogrammed                           ? 0
                             : info_.direction == DmaDirection::S2mm ? parameters.shim_write_push_ns
                                                                     : parameters.shim_read_push_ns;
  sc_core::sc_time push = now() + nanoseconds(parameters.shim_dispatch_ns);
  if (last_push_) push = std::max(push, *last_push_ + nanoseconds(pace));
  last_push_ = push;
  return push;
}

std::uint32_t DmaChannel::status() const {
  using enum DmaStatusWord::State;
  DmaStatusWord word = errors_;
  word.stalled_lock_acq = stalled_on_lock_;
  word.stalled_stream = stalled_on_stream();
  word.stalled_tct_or_count_fifo_full = token_refused_ || stalled_on_count_fifo_;
  word.channel_running = running_;
  const std::size_t taken = task_ || queue_.empty() ? 0 : 1;
  word.task_queue_size = static_cast<std::uint32_t>(queue_.size() - (executing() ? 0 : taken));
  word.cur_bd = cur_bd_;
  if (!running_) {
    word.status = Idle;
  } else if (word.stalled_lock_acq || word.stalled_stream || word.stalled_tct_or_count_fifo_full) {
    word.status = Stalled;
  } else {
    const bool before_first = !task_ && !executing() && completions_.empty();
    word.status = before_first || now() < present_ready_ ? Starting : Running;
  }
  return encode_status(word);
}

const sc_core::sc_event* DmaChannel::status_not_before(std::uint32_t mask, std::uint32_t wanted) const {
  static const std::uint32_t kRunning = encode_status({.channel_running = true});
  return running_ && (mask & kRunning) != 0 && (wanted & kRunning) == 0 ? &rests_ : nullptr;
}

void DmaChannel::set_paused(bool paused) {
  paused_ = paused;
  control_changed();
  wake();
}

void DmaChannel::token_queue_drained() {
  if (token_refused_) completion_due_.notify(sc_core::SC_ZERO_TIME);
}

void DmaChannel::power_on_reset() {
  control_ = {};
  paused_ = false;
  begin_reset();
}

// --- the process ----------------------------------------------------------------------------------------------------

void DmaChannel::process() {
  for (;;) {
    try {
      check_reset();
      session();
    } catch (const Reset&) {
      reset_pending_ = false;  // What it was about is gone already, and there may be new tasks.
    }
  }
}

void DmaChannel::begin_reset() {
  unwind();
  if (!sc_core::sc_is_running()) return;  // There is no process yet that would have to unwind.
  reset_pending_ = true;
  wake();
  cancel_.notify(sc_core::SC_ZERO_TIME);
}

void DmaChannel::unwind() {
  queue_.clear();
  task_.reset();
  completions_.clear();
  last_push_.reset();
  completion_due_.cancel();
  errors_ = {};
  cur_bd_ = 0;
  if (std::exchange(token_refused_, false)) raise(DmaEvent::TaskTokenStall, EventPhase::End, now());
  if (std::exchange(stalled_on_lock_, false)) raise(DmaEvent::StalledLock, EventPhase::End, now());
  stalled_on_count_fifo_ = false;
  has_predecessor_ = false;
  forget();
  if (!std::exchange(running_, false)) return;
  raise(DmaEvent::Running, EventPhase::End, now());
  rests_.notify();
}

void DmaChannel::sleep_until(sc_core::sc_time time) {
  while (now() < time) {
    wake_.notify(time - now());
    sleep();
  }
}

void DmaChannel::sleep() {
  sc_core::wait(wake_);
  check_reset();
}

// --- order of BDs
// -----------------------------------------------------------------------------------------------------

void DmaChannel::await_task() {
  for (;;) {
    if (control_.reset || (!task_ && queue_.empty())) {
      const WaitRegistry::Scope scope(process_, {WaitReason::Host, "a task"});
      sleep();
    } else if (token_refused_ && !task_) {
      const WaitRegistry::Scope scope(process_, {WaitReason::Token, "the token queue of the tile"});
      sleep();
    } else if (!task_ && queue_.front().pushed > now()) {
      const WaitRegistry::Scope scope(process_, {WaitReason::Host, "the pace at which tasks are pushed"});
      sleep_until(queue_.front().pushed);
    } else {
      return;
    }
  }
}

std::optional<unsigned> DmaChannel::peek() const {
  if (task_) return task_->next_bd;
  if (queue_.empty() || token_refused_ || queue_.front().pushed > now()) return std::nullopt;
  return queue_.front().task.start_bd_id;
}

sc_core::sc_time DmaChannel::ready_time() const {
  const Parameters& parameters = site_.environment.parameters;
  if (!has_predecessor_ || now() > predecessor_end_) {
    return now() + cycles((task_->first ? parameters.dma_channel_start_cycles : 0) + parameters.dma_bd_setup_cycles);
  }
  const bool prefetched = task_->known_since + cycles(parameters.dma_bd_setup_cycles) <= predecessor_end_;
  return predecessor_end_ + cycles(prefetched ? parameters.dma_bd_bubble_cycles : parameters.dma_bd_chain_cycles);
}

DmaChannel::Execution DmaChannel::load(std::optional<unsigned> bd_id) {
  if (!task_) {
    const Queued& front = queue_.front();
    task_ = ActiveTask{.task = front.task,
                       .left = front.task.repeat_count + 1,
                       .next_bd = front.task.start_bd_id,
                       .known_since = std::max(front.pushed, predecessor_ready_)};
    queue_.pop_front();
  }
  Execution execution;
  execution.bd_id = bd_id.value_or(task_->next_bd);
  execution.bd = site_.pool.load(execution.bd_id);
  execution.loaded = now();
  execution.ready = ready_time();
  execution.first_of_task = task_->first;
  task_->first = false;
  task_->known_since = execution.ready;
  predecessor_ready_ = execution.ready;
  present_ready_ = execution.ready;
  cur_bd_ = execution.bd_id;
  if (execution.first_of_task) raise(DmaEvent::StartTask, EventPhase::Pulse, now());

  bool chain_goes_on = execution.bd.use_next_bd && !bd_id;
  if (chain_goes_on && execution.bd.next_bd >= site_.pool.size()) {
    errors_.error_bd_unavail = true;
    raise(DmaEvent::Error, EventPhase::Pulse, now());
    guest_error(fmt::format("a next BD below {}", site_.pool.size()), fmt::format("BD {}", execution.bd.next_bd));
    chain_goes_on = false;
  }
  if (chain_goes_on) {
    task_->next_bd = execution.bd.next_bd;
  } else if (--task_->left != 0) {
    task_->next_bd = task_->task.start_bd_id;
  } else {
    execution.last_of_task = true;
    execution.token = task_->task.enable_token_issue;
    task_.reset();
  }
  if (execution.bd.enable_compression && control_.compression) {
    site_.environment.diagnostics.unmodelled("feature", "DMA compression: passed through", process_.name());
  }
  return execution;
}

void DmaChannel::acquire(Execution& execution) {
  if (!execution.bd.lock_acq_enable) return;
  sleep_until(execution.ready);
  const LockReference lock = site_.locks.find(execution.bd.lock_acq_id);
  const sc_core::sc_time since = now();
  stalled_on_lock_ = true;  // Seen only if it has to wait.
  if (lock.unit == nullptr) {
    errors_.error_lock_access_to_unavail = true;
    raise(DmaEvent::Error, EventPhase::Pulse, now());
    guest_error("the number of a lock that there is",
                fmt::format("lock {} in BD {}", execution.bd.lock_acq_id, execution.bd_id));
    const WaitRegistry::Scope scope(
        process_, {WaitReason::Lock, "a lock that does not exist", execution.bd.lock_acq_id, "a reset of the channel"});
    for (;;) sleep();
  }
  if (!lock.unit->acquire(waiter_, lock.lock, execution.bd.lock_acq_value, &cancel_)) throw Reset{};
  check_reset();
  stalled_on_lock_ = false;
  execution.ready = waiter_.granted_at();
  present_ready_ = execution.ready;
  predecessor_ready_ = execution.ready;
  if (task_) task_->known_since = execution.ready;
  if (now() == since) return;
  raise(DmaEvent::StalledLock, EventPhase::Begin, since);
  raise(DmaEvent::StalledLock, EventPhase::End, now());
  if (has_track_) {
    site_.environment.probe->slice(track_, since, now(), fmt::format("lock {}", execution.bd.lock_acq_id));
  }
}

void DmaChannel::passed(const Execution& execution, const sc_core::sc_time& end) {
  site_.pool.advance_iteration(execution.bd_id);
  has_predecessor_ = true;
  predecessor_end_ = end;
}

}  // namespace aie4::array
