// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/pool.hpp"

#include <fmt/format.h>
#include <list>
#include <poll.h>

#include "sim/sweep/child.hpp"

namespace aie4::sweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTickMs = 200;

struct Running {
  std::size_t number;
  Clock::time_point began;
  Child child;
  bool late = false;

  Running(const Job& job, const std::filesystem::path& folder)
      : number(job.number), began(Clock::now()), child(job.words, folder) {}
};

void wait_for_output(const std::list<Running>& running) {
  std::vector<pollfd> fds;
  for (const Running& run : running) {
    for (const int fd : {run.child.output_fd(), run.child.messages_fd()}) {
      if (fd >= 0) fds.push_back({fd, POLLIN, 0});
    }
  }
  // An interrupted or failed poll only means that everybody is asked too early.
  static_cast<void>(poll(fds.data(), fds.size(), kTickMs));
}

}  // namespace

bool run_jobs(const std::vector<Job>& jobs, const PoolOptions& options, const OnEnd& end, const OnTick& tick) {
  std::list<Running> running;
  auto next = jobs.begin();
  while (next != jobs.end() || !running.empty()) {
    if (!tick()) return false;
    while (next != jobs.end() && running.size() < options.jobs) running.emplace_back(*next++, options.folder);
    wait_for_output(running);
    for (auto run = running.begin(); run != running.end();) {
      if (options.timeout && !run->late && Clock::now() - run->began > *options.timeout) {
        run->late = true;
        run->child.kill();
      }
      if (!run->child.read()) {
        ++run;
        continue;
      }
      Ended ended = run->child.wait();
      if (run->late) ended.messages = fmt::format("ended after --timeout {} s", options.timeout->count());
      end(run->number, ended);
      run = running.erase(run);
    }
  }
  return true;
}

}  // namespace aie4::sweep
