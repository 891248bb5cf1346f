// SPDX-License-Identifier: Apache-2.0
#include "sim/compute/thread_executor.hpp"

#include <algorithm>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::compute {
namespace {

/// Some hundred microseconds. Calls come in flocks, as cores start and end together; a thread that falls asleep between
/// two of them comes back when the simulation has computed most of the next one itself.
constexpr unsigned kLooks = 10000;

template <class Condition>
void look_out_for(const Condition& condition) {
  for (unsigned look = 0; look < kLooks && !condition(); ++look) {
#if defined(__x86_64__)
    _mm_pause();
#endif
  }
}

}  // namespace

ThreadExecutor::ThreadExecutor(unsigned threads)
    : threads_(std::clamp(threads == 0 ? std::thread::hardware_concurrency() : threads, 1U, kMaxThreads)) {}

ThreadExecutor::~ThreadExecutor() {
  stop_ = true;
  ++news_;
  news_.notify_all();
}

void ThreadExecutor::start_workers() {
  for (unsigned i = 1; i < threads_; ++i) workers_.emplace_back([this] { work(); });
}

KernelExecutor::Ticket ThreadExecutor::submit(const KernelJob& job) {
  if (workers_.empty()) start_workers();
  if (free_.empty()) {
    free_.push_back(slots_.size());
    slots_.emplace_back();
  }
  const std::size_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.job = job;
  slot.state.store(kQueued, std::memory_order_release);
  if (!workers_.empty()) {
    {
      const std::lock_guard lock(mutex_);
      // Taken over long ago.
      while (!queue_.empty() && queue_.front()->state.load(std::memory_order_relaxed) != kQueued) queue_.pop_front();
      queue_.push_back(&slot);
    }
    ++news_;
    news_.notify_one();
  }
  return index + 1;
}

void ThreadExecutor::join(Ticket ticket) {
  Slot& slot = slots_[ticket - 1];
  try_run(slot, workspace_);
  look_out_for([&slot] { return slot.state.load(std::memory_order_relaxed) != kRunning; });
  slot.state.wait(kRunning);
  slot.state.store(kFree, std::memory_order_relaxed);
  free_.push_back(ticket - 1);
  if (slot.error != nullptr) std::rethrow_exception(std::exchange(slot.error, nullptr));
}

void ThreadExecutor::try_run(Slot& slot, Workspace& workspace) {
  std::uint32_t expected = kQueued;
  if (!slot.state.compare_exchange_strong(expected, kRunning)) return;
  try {
    run(slot.job.call, slot.job.operands, workspace);
  } catch (...) {
    slot.error = std::current_exception();
  }
  slot.state.store(kDone, std::memory_order_release);
  slot.state.notify_one();
}

void ThreadExecutor::work() {
  Workspace workspace;
  while (!stop_) {
    const std::uint32_t seen = news_;
    Slot* slot = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!queue_.empty()) {
        // The latest is the one that is not joined for the longest time.
        slot = queue_.back();
        queue_.pop_back();
      }
    }
    if (slot != nullptr) {
      try_run(*slot, workspace);
    } else {
      look_out_for([this, seen] { return news_.load(std::memory_order_relaxed) != seen; });
      news_.wait(seen);
    }
  }
}

}  // namespace aie4::compute
