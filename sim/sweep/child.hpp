// SPDX-License-Identifier: Apache-2.0
// A process of this very program, with its output kept.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

#include "sim/sweep/outcome.hpp"

namespace aie4::sweep {

/// Started by the constructor and dead by the end of the destructor. It does not outlive this process, however that
/// ends. This process must have one thread only.
class Child {
 public:
  /// More output than this ends the child.
  static constexpr std::size_t kMaxOutput = std::size_t{256} << 20;

  /// Throws std::system_error if there cannot be another process.
  Child(const std::vector<std::string>& words, const std::filesystem::path& folder);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // To poll for reading; -1 once it is at its end.
  [[nodiscard]] int output_fd() const { return output_.fd; }
  [[nodiscard]] int messages_fd() const { return messages_.fd; }
  /// Takes what is there without waiting. True once both are at their end.
  bool read();
  void kill();
  /// Waits for its end. Only after read() was true or after kill().
  [[nodiscard]] Ended wait();

 private:
  struct Pipe {
    int fd = -1;
    std::string text;
    void read(std::size_t limit);
    void close();
  };

  pid_t pid_ = -1;
  Pipe output_;
  Pipe messages_;
};

}  // namespace aie4::sweep
