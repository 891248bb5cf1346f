// SPDX-License-Identifier: Apache-2.0
// What looking costs: the processor time of `aie4sim` with a timeline against without, and that of one slice.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "sim/trace/perfetto_trace.hpp"

namespace {

using aie4::trace::PerfettoTrace;

constexpr unsigned kRounds = 7;

/// Seconds of processor time, user and system, of a run of the program; negative if it failed.
double run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  std::string program = AIE4SIM_PROGRAM;
  arguments.push_back(program.data());
  std::vector<std::string> copies = words;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    execv(arguments.front(), arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage use{};
  if (child < 0 || wait4(child, &status, 0, &use) != child || status != 0) return -1;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// Both in turn, so that whatever else the machine does hits them alike; the fastest of each counts.
int compare(std::string_view title, const std::vector<std::string>& plain, const std::vector<std::string>& option) {
  std::vector<std::string> with = plain;
  with.insert(with.end(), option.begin(), option.end());
  std::array<double, 2> best{1e9, 1e9};
  for (unsigned round = 0; round < kRounds; ++round) {
    for (const bool watched : {false, true}) {
      const double seconds = run(watched ? with : plain);
      if (seconds < 0) {
        fmt::print(stderr, "trace bench: {} {} failed\n", AIE4SIM_PROGRAM, fmt::join(watched ? with : plain, " "));
        return 1;
      }
      best[watched ? 1 : 0] = std::min(best[watched ? 1 : 0], seconds);
    }
  }
  fmt::print("{:<28} {:>9.3f} s without {:>9.3f} s with {:>7.3f} x\n", title, best[0], best[1], best[1] / best[0]);
  return 0;
}

void one_slice() {
  constexpr unsigned kTracks = 100;
  constexpr std::uint64_t kSlices = 2'000'000;
  std::ofstream out("/dev/null", std::ios::binary);
  PerfettoTrace trace(out);
  std::array<aie4::TrackId, kTracks> tracks{};
  for (unsigned i = 0; i < kTracks; ++i) tracks.at(i) = trace.track(fmt::format("column {}/port {}", i / 10, i % 10));
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < kSlices; ++i) {
    const auto begin = sc_core::sc_time::from_value(i * 2000);
    const auto end = sc_core::sc_time::from_value(i * 2000 + 100'000);
    trace.slice(tracks.at(i % kTracks), begin, end, "beats", 1 + i / 8);
  }
  trace.finish();
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
  fmt::print("{:<28} {:>9.1f} ns\n", "one slice", time.count() / static_cast<double>(kSlices));
}

}  // namespace

/// Words after the program: those of `aie4sim run`, for programs that move data; without, commands that do nothing.
int main(int argc, char** argv) {
  one_slice();
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    words = {"up", "--commands", "2000"};
  } else {
    words.insert(words.begin(), "run");
    if (compare("run --stats", words, {"--stats", "/dev/null"}) != 0) return 1;
  }
  return compare(words.front() + " --trace", words, {"--trace", "/dev/null"});
}
