// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace aie4::sweep {
namespace {

constexpr int kCannotStart = 127;
constexpr std::size_t kMaxMessages = std::size_t{1} << 20;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Reading end first. Neither is left to children that do not ask for it.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
  return ends;
}

/// In the new process; only calls that are safe after fork.
[[noreturn]] void become(char* const* words, const char* folder, int output, int messages, pid_t parent) {
  // A sweep that is killed must not leave runs behind that compete with those of the resumed one.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  if (getppid() != parent || nothing < 0 || chdir(folder) != 0 || dup2(nothing, STDIN_FILENO) < 0 ||
      dup2(output, STDOUT_FILENO) < 0 || dup2(messages, STDERR_FILENO) < 0) {
    _exit(kCannotStart);
  }
  // Interrupts from the terminal are the parent's to handle.
  std::signal(SIGINT, SIG_IGN);
  execv("/proc/self/exe", words);
  _exit(kCannotStart);
}

}  // namespace

void Child::Pipe::read(std::size_t limit) {
  std::array<char, 65536> buffer{};
  while (fd >= 0) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0 || text.size() + static_cast<std::size_t>(size) > limit) {
      close();
    } else {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
}

void Child::Pipe::close() {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

Child::Child(const std::vector<std::string>& words, const std::filesystem::path& folder) {
  std::vector<std::string> copy = {"aie4sim"};
  copy.insert(copy.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : copy) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const std::array<int, 2> output = make_pipe();
  const std::array<int, 2> messages = make_pipe();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(pointers.data(), folder.c_str(), output[1], messages[1], parent);
  const int error = errno;
  close(output[1]);
  close(messages[1]);
  output_.fd = output[0];
  messages_.fd = messages[0];
  if (pid_ < 0) {
    output_.close();
    messages_.close();
    errno = error;
    fail("fork");
  }
}

Child::~Child() {
  if (pid_ > 0) {
    kill();
    static_cast<void>(wait());
  }
}

bool Child::read() {
  output_.read(kMaxOutput);
  messages_.read(kMaxMessages);
  return output_.fd < 0 && messages_.fd < 0;
}

void Child::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

Ended Child::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  output_.close();
  messages_.close();
  const int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {exit_status, std::move(output_.text), std::move(messages_.text)};
}

}  // namespace aie4::sweep
