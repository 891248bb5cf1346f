// SPDX-License-Identifier: Apache-2.0
// A machine with one application on it, on which an experiment runs control code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/common/fresh_kernel.hpp"
#include "models/npu/configuration.hpp"
#include "sim/host/driver/context.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/host/driver_stack.hpp"
#include "sim/machine/machine.hpp"
#include "sim/validate/slices.hpp"

namespace aie4::validate {

inline constexpr double kPicosecondsPerMicrosecond = 1e6;

/// The experiment itself is wrong: its program failed, or the machine complained.
class ExperimentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One at a time in a process. Everything throws ExperimentError if a command does not complete, or if the machine
/// reports anything but what it does not model.
class Bench {
 public:
  explicit Bench(const Configuration& configuration);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Memory that lives as long as the bench. The address is the one that shim descriptors hold.
  [[nodiscard]] std::uint64_t allocate(std::size_t bytes);

  /// Runs an empty command: the first one of a context pays for handing over the array.
  void warm_up() { run(host::nop_program()); }
  /// Runs a command alone. Picoseconds from doorbell to completion interrupt.
  std::uint64_t run(const host::ControlCode& code);
  /// Runs so many commands as one chain, or each by itself but all in flight at once. Picoseconds from the first
  /// doorbell to the last completion.
  std::uint64_t run_many(const host::ControlCode& code, unsigned commands, bool chained);

  [[nodiscard]] const SliceRecorder& slices() const { return slices_; }
  /// Of the AIE clock.
  [[nodiscard]] double cycles(std::uint64_t picoseconds) const;
  [[nodiscard]] const Parameters& parameters() const { return machine_->configuration().parameters; }

 private:
  std::uint64_t wait(std::uint64_t sequence, std::uint64_t since);

  FreshKernel kernel_;  // Before the machine, behind which it goes.
  SliceRecorder slices_;
  std::string complaint_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<host::DriverStack> stack_;
  std::list<host::DmaBuffer> buffers_;
  std::unique_ptr<host::Queue> queue_;
  std::unique_ptr<host::Context> context_;
};

}  // namespace aie4::validate
