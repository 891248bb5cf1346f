// SPDX-License-Identifier: Apache-2.0
// The whole simulated machine below the PCI boundary: models, firmware and PCI functions, and the loop that runs them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/common/diagnostics.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"
#include "models/npu/configuration.hpp"
#include "sim/pci/function.hpp"

namespace aie4 {

/// One NPU with its PCI functions. One machine per process at a time (a SystemC kernel elaborates once).
///
/// Single-threaded: whoever owns the machine calls PCI functions and `run_*` in turn; no call waits for simulated time,
/// only `run_*` lets it pass. Before an access all activity at the present instant has been completed, so the answer
/// depends on the order of calls alone, never on the wall clock.
class Machine {
 public:
  /// `probe` sees what the device does, and outlives the machine; null: nobody looks.
  Machine(const Configuration& configuration, Diagnostics::Sink sink, Probe* probe = nullptr);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] const Configuration& configuration() const;
  [[nodiscard]] Diagnostics& diagnostics();
  /// PF first (if configured), then the VFs.
  [[nodiscard]] std::vector<pci::PciFunction*> functions();

  /// Simulated picoseconds since power-on.
  [[nodiscard]] std::uint64_t now_ps() const;
  /// True while something is scheduled. An idle machine stays at its time for ever.
  [[nodiscard]] bool busy() const;
  /// Completes what is due at the present instant; simulated time does not move. Called after each host access.
  void settle();
  /// Runs at most `max_steps` instants (an instant = all activity at one time). Returns busy().
  bool run_steps(unsigned max_steps);
  /// Runs until a function has signalled an interrupt, nothing is scheduled any more, or `time_ps` is the present time;
  /// whichever comes first. The instant in which that is the case is completed.
  void run_to_interrupt(std::uint64_t time_ps);
  /// Runs everything up to and including `time_ps`, which becomes the present time.
  void run_until(std::uint64_t time_ps);

  /// One line per process that waits (design: hang report), including commands in flight.
  [[nodiscard]] std::vector<std::string> hang_report() const;
  /// Totals for the end-of-run summary, in a fixed order.
  struct Counter {
    std::string name;
    std::string unit;
    std::uint64_t value = 0;
  };
  [[nodiscard]] std::vector<Counter> counters() const;
  /// What every part of the device did with its time.
  [[nodiscard]] const ResourceRegistry& resources() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aie4
