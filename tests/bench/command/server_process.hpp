// SPDX-License-Identifier: Apache-2.0
// `aie4sim serve` as a process of its own: how long it takes to listen, and what memory it has.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace aie4::bench {

/// Listens when the constructor returns; ends with the object.
class ServerProcess {
 public:
  /// `arguments` are those of `serve`. Throws std::runtime_error if it does not come to listen.
  ServerProcess(const std::string& program, const std::vector<std::string>& arguments);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// From before the fork to the line "ready".
  [[nodiscard]] double start_seconds() const { return start_seconds_; }
  /// Of that, spent computing: what is left on a host with nothing else to do.
  [[nodiscard]] double start_processor_seconds() const { return start_processor_seconds_; }
  /// Kilobytes resident: "VmRSS" now, "VmHWM" at most.
  [[nodiscard]] std::uint64_t memory_kib(const std::string& key) const;

 private:
  void end();

  pid_t pid_ = -1;
  int output_ = -1;
  double start_seconds_ = 0;
  double start_processor_seconds_ = 0;
};

/// A line of /proc/PROCESS/status in kilobytes; PROCESS may be "self". 0 if there is none.
[[nodiscard]] std::uint64_t memory_kib(const std::string& process, const std::string& key);

}  // namespace aie4::bench
