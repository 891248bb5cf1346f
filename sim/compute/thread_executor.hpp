// SPDX-License-Identifier: Apache-2.0
// Kernel calls on the threads of the host, while the simulation goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "models/compute/kernels/executor.hpp"
#include "models/compute/kernels/workspace.hpp"

namespace aie4::compute {

/// `threads` compute: the simulation's own, which takes over what nobody has begun when it is joined, and the workers
/// that it starts with the first call. With one thread there are none, and calls are computed when they are joined.
class ThreadExecutor final : public KernelExecutor {
 public:
  /// 1..kMaxThreads; 0: as many as the host has cores.
  explicit ThreadExecutor(unsigned threads);
  ~ThreadExecutor() override;

  Ticket submit(const KernelJob& job) override;
  /// Rethrows what the call threw.
  void join(Ticket ticket) override;

  [[nodiscard]] unsigned threads() const { return threads_; }
  static constexpr unsigned kMaxThreads = 256;

 private:
  enum State : std::uint32_t { kFree, kQueued, kRunning, kDone };
  struct Slot {
    std::atomic<std::uint32_t> state = kFree;
    KernelJob job;
    std::exception_ptr error;
  };

  void start_workers();
  void work();
  /// Runs the job if it is still queued.
  static void try_run(Slot& slot, Workspace& workspace);

  unsigned threads_;
  Workspace workspace_;
  std::deque<Slot> slots_;  ///< Ticket t is slot t - 1. Grows; addresses stay.
  std::vector<std::size_t> free_;
  std::mutex mutex_;         ///< Guards queue_.
  std::deque<Slot*> queue_;  ///< May name slots that the simulation took over.
  std::atomic<std::uint32_t> news_ = 0;
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace aie4::compute
