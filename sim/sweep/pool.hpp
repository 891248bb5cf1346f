// SPDX-License-Identifier: Apache-2.0
// Runs many workloads, several at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/outcome.hpp"

namespace aie4::sweep {

struct PoolOptions {
  unsigned jobs = 1;
  std::filesystem::path folder;                 ///< Where the children work.
  std::optional<std::chrono::seconds> timeout;  ///< A run that takes longer is ended.
};

struct Job {
  std::size_t number = 0;
  std::vector<std::string> words;  ///< Of the command line.
};

/// Called for each job when it ended, in the order in which they ended.
using OnEnd = std::function<void(std::size_t number, const Ended& ended)>;
/// Called a few times a second. False: end what runs, start nothing more.
using OnTick = std::function<bool()>;

/// Runs all jobs, in order. Returns false if `tick` ended it; jobs that ran then are not reported.
bool run_jobs(const std::vector<Job>& jobs, const PoolOptions& options, const OnEnd& end, const OnTick& tick);

}  // namespace aie4::sweep
