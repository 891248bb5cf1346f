// SPDX-License-Identifier: Apache-2.0
// The least that a server can do: what a register read costs when nothing is done for it.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "sim/vfio_user/listening_socket.hpp"
#include "sim/vfio_user/unique_fd.hpp"

namespace aie4::vfio_user::bench {

/// Waits, receives, answers each request with the bytes of a four-byte register read, and looks at nothing but its id.
/// Waits as the real server does: looks for `busy_poll` after a message, then sleeps. In a thread of its own.
class AnswerOnlyServer {
 public:
  AnswerOnlyServer(std::string path, std::chrono::microseconds busy_poll);
  ~AnswerOnlyServer();
  AnswerOnlyServer(const AnswerOnlyServer&) = delete;
  AnswerOnlyServer& operator=(const AnswerOnlyServer&) = delete;

 private:
  void run();

  ListeningSocket listener_;
  std::chrono::microseconds busy_poll_;
  UniqueFd stop_;
  std::thread thread_;
};

}  // namespace aie4::vfio_user::bench
