// SPDX-License-Identifier: Apache-2.0
// Runs an ELF program on a machine with no virtual machine around it, and tells what came out and how long it took.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/common/diagnostics.hpp"
#include "sim/host/bandwidth_series.hpp"
#include "sim/host/driver/queue.hpp"
#include "sim/host/elf/program.hpp"
#include "sim/host/energy.hpp"
#include "sim/host/kernel_log.hpp"
#include "sim/host/memory.hpp"
#include "sim/host/resource_report.hpp"
#include "sim/machine/machine.hpp"

namespace aie4::host {

class DriverStack;

/// A buffer that the program is given.
struct ProgramArgument {
  std::uint64_t size = 0;          ///< Bytes; more than `content` is zero at first.
  std::vector<std::byte> content;  ///< What is in it before the first run.
  bool keep = false;               ///< Wanted back after the last run.
};

/// Another context of the same function that wants the array at the same time.
struct Rival {
  static constexpr unsigned kCommands = 8;                   ///< Submitted together with each run of the program.
  static constexpr std::uint64_t kArgumentSize = 16U << 20;  ///< Bytes of zeros for each argument.

  const elf::Program* program = nullptr;
  const elf::Instance* instance = nullptr;
};

struct ProgramRunOptions {
  AddressMode memory = AddressMode::Iova;
  unsigned repeat = 1;
  std::optional<Rival> rival;
  std::vector<ProgramArgument> arguments;
};

struct ProgramRunReport {
  std::string name;
  unsigned ucs = 0;
  std::uint64_t pages = 0;
  std::vector<std::uint64_t> durations_ps;      ///< Of each run: doorbell to completion interrupt.
  std::uint64_t rival_commands = 0;             ///< That a rival completed.
  std::uint32_t completion = 0;                 ///< Word of the last run.
  std::vector<std::vector<std::byte>> outputs;  ///< By argument; empty where nothing is kept.
  std::vector<KernelLog::Line> kernel_log;
  std::vector<Diagnostics::BurndownEntry> unmodelled;  ///< What was touched and is not modelled.
  std::vector<std::string> hang_report;                ///< Who still waited, if a run did not end.
  ResourceReport use;                                  ///< From the first doorbell to the end of the last run.
  BandwidthReport bandwidth;                           ///< In the same time.
  Energy energy;                                       ///< Of that time.
  std::string failure;                                 ///< What ended the runs early; empty if nothing did.

  [[nodiscard]] bool succeeded() const { return failure.empty(); }
};

/// A machine with PF and one VF up, on which programs run one after the other, each in a context of its own.
class ProgramRunner {
 public:
  /// The machine outlives the runner.
  ProgramRunner(Machine& machine, AddressMode memory);
  ~ProgramRunner();
  ProgramRunner(const ProgramRunner&) = delete;
  ProgramRunner& operator=(const ProgramRunner&) = delete;

  /// Throws DriverError.
  void up();
  /// Makes a context, runs the instance `repeat` times and destroys the context. Throws elf::ElfError if the program
  /// cannot be loaded. `options.memory` is what the runner has.
  [[nodiscard]] ProgramRunReport run(const elf::Program& program, const elf::Instance& instance,
                                     const ProgramRunOptions& options);
  /// Takes VF and PF down; throws DriverError.
  void down();
  [[nodiscard]] DriverStack& stack() { return *stack_; }

 private:
  Machine& machine_;
  std::unique_ptr<DriverStack> stack_;
};

/// Brings up PF and one VF, makes a context, runs the instance `repeat` times, one after the other, and takes
/// everything down. Throws elf::ElfError if the program cannot be loaded.
[[nodiscard]] ProgramRunReport run_program(Machine& machine, const elf::Program& program, const elf::Instance& instance,
                                           const ProgramRunOptions& options);

/// For people.
[[nodiscard]] std::string to_text(const ProgramRunReport& report);
/// For machines: one JSON object with times in picoseconds, uses of resources included.
[[nodiscard]] std::string to_json(const ProgramRunReport& report, const Machine& machine);

}  // namespace aie4::host
