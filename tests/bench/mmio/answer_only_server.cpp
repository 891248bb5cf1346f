// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/mmio/answer_only_server.hpp"

#include <array>
#include <cstdint>
#include <sched.h>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "sim/vfio_user/protocol.hpp"

namespace aie4::vfio_user::bench {

AnswerOnlyServer::AnswerOnlyServer(std::string path, std::chrono::microseconds busy_poll)
    : listener_(std::move(path)), busy_poll_(busy_poll), stop_(::eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}

AnswerOnlyServer::~AnswerOnlyServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof(one));
  thread_.join();
}

void AnswerOnlyServer::run() {
  using Clock = std::chrono::steady_clock;
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  UniqueFd client;
  const auto watch = [&epoll](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event);
  };
  watch(listener_.fd());
  watch(stop_.get());
  // Header, access and four bytes of data; only id and command change.
  std::array<std::byte, sizeof(Header) + sizeof(RegionAccess) + 4> reply{};
  Header answer;
  answer.size = reply.size();
  answer.flags = kTypeReply;
  store(std::span(reply).subspan(sizeof(Header)), RegionAccess{0, 2, 4});
  std::array<std::byte, 4096> request;
  Clock::time_point last_message{};
  for (;;) {
    epoll_event event{};
    const bool look = Clock::now() - last_message < busy_poll_;
    if (::epoll_wait(epoll.get(), &event, 1, look ? 0 : 1000) <= 0) {
      if (look) ::sched_yield();
      continue;
    }
    if (event.data.fd == stop_.get()) return;
    if (event.data.fd == listener_.fd()) {
      client = listener_.accept();
      watch(client.get());
      continue;
    }
    const ssize_t count = ::recv(client.get(), request.data(), request.size(), MSG_DONTWAIT);
    if (count <= 0) {
      client.reset();
      continue;
    }
    last_message = Clock::now();
    const auto header = load<Header>(request);
    if ((header.flags & kNoReply) != 0) continue;
    answer.id = header.id;
    answer.command = header.command;
    store(std::span(reply), answer);
    ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
  }
}

}  // namespace aie4::vfio_user::bench
