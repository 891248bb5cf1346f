// SPDX-License-Identifier: Apache-2.0
// Executors without threads: one that computes at once, and one for times alone.
#pragma once

#include "models/compute/kernels/executor.hpp"
#include "models/compute/kernels/workspace.hpp"

namespace aie4::compute {

/// Computes when a call is submitted.
class InlineExecutor final : public KernelExecutor {
 public:
  Ticket submit(const KernelJob& job) override;
  void join(Ticket) override {}

 private:
  Workspace workspace_;
  Ticket last_ = 0;
};

/// Leaves outputs as they are: `--no-data`.
class TimingOnlyExecutor final : public KernelExecutor {
 public:
  Ticket submit(const KernelJob&) override { return ++last_; }
  void join(Ticket) override {}

 private:
  Ticket last_ = 0;
};

}  // namespace aie4::compute
