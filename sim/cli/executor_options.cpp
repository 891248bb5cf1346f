// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/executor_options.hpp"

#include "models/compute/kernels/inline_executor.hpp"
#include "sim/cli/command.hpp"
#include "sim/compute/thread_executor.hpp"

namespace aie4::cli {

void ExecutorOptions::add_to(CLI::App& command) {
  command
      .add_option("--threads", threads_,
                  "Threads that compute the kernels of cores; results and times do not depend on it (0: the host's "
                  "cores)")
      ->check(CLI::Range(0U, compute::ThreadExecutor::kMaxThreads))
      ->capture_default_str();
  command.add_flag("--no-data", no_data_, "Times alone: kernels leave their outputs as they are");
}

void ExecutorOptions::apply(Configuration& configuration) {
  if (no_data_) {
    executor_ = std::make_unique<compute::TimingOnlyExecutor>();
  } else {
    executor_ = std::make_unique<compute::ThreadExecutor>(threads_);
  }
  configuration.executor = executor_.get();
}

}  // namespace aie4::cli
