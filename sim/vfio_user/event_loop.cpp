// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/event_loop.hpp"

#include <cerrno>
#include <system_error>

namespace aie4::vfio_user {

EventLoop::EventLoop(Clock clock) : clock_(clock), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

int EventLoop::add(int fd, std::uint32_t events, ReadyHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

void EventLoop::modify(int fd, std::uint32_t events, ReadyHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::remove(int fd, const ReadyHandler& handler) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (int index = next_; index < ready_; ++index) {
    epoll_event& event = events_[static_cast<std::size_t>(index)];
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
}

int EventLoop::wait(int timeout_ms) {
  next_ = 0;
  const TimePoint began = clock_();
  ready_ = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
  if (ready_ < 0) ready_ = 0;  // EINTR: a signal; its handler has set a flag that the caller looks at.
  woke_at_ = clock_();
  const auto allowed = std::chrono::milliseconds(timeout_ms) + std::chrono::seconds(1);
  arrived_at_ = woke_at_ - began > allowed ? began : woke_at_;
  return ready_;
}

void EventLoop::dispatch() {
  while (next_ < ready_) {
    const epoll_event event = events_[static_cast<std::size_t>(next_++)];
    if (event.data.ptr != nullptr) static_cast<ReadyHandler*>(event.data.ptr)->ready(event.events);
  }
  ready_ = next_ = 0;
}

}  // namespace aie4::vfio_user
