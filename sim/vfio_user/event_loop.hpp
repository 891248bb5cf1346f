// SPDX-License-Identifier: Apache-2.0
// epoll with handlers, for one thread.
#pragma once

#include <array>
#include <cstdint>
#include <sys/epoll.h>

#include "sim/vfio_user/log.hpp"
#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user {

/// Reacts when its descriptor is ready.
class ReadyHandler {
 public:
  virtual ~ReadyHandler() = default;
  /// `events` as epoll gives them.
  virtual void ready(std::uint32_t events) = 0;
};

class EventLoop {
 public:
  explicit EventLoop(Clock clock);

  /// 0 or a positive errno (EPERM: this kind of file cannot be waited for).
  int add(int fd, std::uint32_t events, ReadyHandler& handler);
  void modify(int fd, std::uint32_t events, ReadyHandler& handler);
  /// Before the descriptor is closed: the client holds copies of some, so that closing alone would not remove them.
  /// A handler removed while events are being handed out is not called any more.
  void remove(int fd, const ReadyHandler& handler);

  /// Waits at most `timeout_ms` (0: looks only). Returns the number of ready descriptors.
  int wait(int timeout_ms);
  /// When the last `wait` returned.
  [[nodiscard]] TimePoint woke_at() const { return woke_at_; }
  /// The earliest moment at which what the last `wait` found can have arrived. That is when it returned, unless the
  /// whole process stood still meanwhile (stopped, swapped out): then it is when it began to wait.
  [[nodiscard]] TimePoint arrived_at() const { return arrived_at_; }
  /// Calls the handlers found by the last `wait`.
  void dispatch();

 private:
  Clock clock_;
  UniqueFd epoll_;
  TimePoint woke_at_;
  TimePoint arrived_at_;
  std::array<epoll_event, 32> events_{};
  int ready_ = 0;
  int next_ = 0;
};

}  // namespace aie4::vfio_user
