// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/command/server_process.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace aie4::bench {
namespace {

constexpr int kPatienceMs = 10'000;

/// Whether the line "ready" comes.
bool says_ready(int output) {
  std::string seen;
  while (seen.find("ready\n") == std::string::npos) {
    pollfd state{output, POLLIN, 0};
    std::array<char, 256> piece;
    if (::poll(&state, 1, kPatienceMs) <= 0) return false;
    const ssize_t count = ::read(output, piece.data(), piece.size());
    if (count <= 0) return false;
    seen.append(piece.data(), static_cast<std::size_t>(count));
  }
  return true;
}

double processor_seconds(pid_t process) {
  clockid_t clock{};
  timespec spent{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &spent) != 0) return 0;
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

}  // namespace

std::uint64_t memory_kib(const std::string& process, const std::string& key) {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t value = 0;
    if (word == key + ":" && status >> value) return value;
  }
  return 0;
}

ServerProcess::ServerProcess(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{program, "serve"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for the server's output");
  output_ = pipe[0];
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  const auto start = std::chrono::steady_clock::now();
  const int error = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  const bool ready = error == 0 && says_ready(output_);
  start_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (ready) {
    start_processor_seconds_ = processor_seconds(pid_);
    return;
  }
  if (error != 0) pid_ = -1;
  end();
  throw std::runtime_error(program + " serve: expected the line \"ready\", it did not come");
}

ServerProcess::~ServerProcess() {
  end();
}

void ServerProcess::end() {
  // Closed first: its summary goes nowhere, and it ignores SIGPIPE.
  ::close(output_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::uint64_t ServerProcess::memory_kib(const std::string& key) const {
  return bench::memory_kib(std::to_string(pid_), key);
}

}  // namespace aie4::bench
