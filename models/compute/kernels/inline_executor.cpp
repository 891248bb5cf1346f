// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/inline_executor.hpp"

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::compute {

KernelExecutor::Ticket InlineExecutor::submit(const KernelJob& job) {
  run(job.call, job.operands, workspace_);
  return ++last_;
}

}  // namespace aie4::compute
