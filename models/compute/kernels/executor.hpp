// SPDX-License-Identifier: Apache-2.0
// Who computes a kernel call while its simulated time passes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/compute/kernels/kernel_call.hpp"

namespace aie4::compute {

/// A call and the memory of its operands, which stays where it is until the call has been joined.
struct KernelJob {
  KernelCall call;
  std::array<std::span<std::byte>, kMaxOperands> operands;
};

/// A core submits when a call starts and joins when its simulated time is over, or earlier if somebody else touches an
/// operand or the memory goes away. Between the two nobody may read an output or write an operand. Jobs under way at
/// the same time never overlap in what they write; so results do not depend on the executor.
///
/// Called from the simulation's thread only.
class KernelExecutor {
 public:
  using Ticket = std::uint64_t;  ///< 0 is never given.

  KernelExecutor() = default;
  virtual ~KernelExecutor() = default;
  KernelExecutor(const KernelExecutor&) = delete;
  KernelExecutor& operator=(const KernelExecutor&) = delete;

  /// A call that `check` accepts.
  [[nodiscard]] virtual Ticket submit(const KernelJob& job) = 0;
  /// Returns when the call is done. Each ticket is joined once.
  virtual void join(Ticket ticket) = 0;
};

}  // namespace aie4::compute
