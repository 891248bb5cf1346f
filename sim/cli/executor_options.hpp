// SPDX-License-Identifier: Apache-2.0
// Who computes the kernels of cores: --threads and --no-data.
#pragma once

#include <memory>

#include "models/compute/kernels/executor.hpp"
#include "models/npu/configuration.hpp"

namespace CLI {
class App;
}

namespace aie4::cli {

class ExecutorOptions {
 public:
  void add_to(CLI::App& command);
  /// Makes the executor, which these options own, and gives it to the configuration.
  void apply(Configuration& configuration);

 private:
  unsigned threads_ = 0;
  bool no_data_ = false;
  std::unique_ptr<compute::KernelExecutor> executor_;
};

}  // namespace aie4::cli
