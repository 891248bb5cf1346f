// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/workload_options.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "models/compute/kernels/inline_executor.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/compute/thread_executor.hpp"
#include "sim/config/names.hpp"
#include "sim/host/elf/elf_image.hpp"
#include "sim/machine/machine.hpp"
#include "sim/workload/assembler.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/operation_run.hpp"

namespace aie4::cli {
namespace {

namespace fs = std::filesystem;

/// Where the guest laboratory keeps what it downloads; the same rule as in tests/guest/lab/cache.py.
fs::path laboratory_cache() {
  if (const char* given = std::getenv("AIE4SIM_CACHE"); given != nullptr && *given != '\0') return given;
  return fs::path(AIE4SIM_LAB_DEFAULT).parent_path().parent_path().parent_path() / ".cache";
}

std::unique_ptr<compute::KernelExecutor> make_executor(const WorkloadOptions& options) {
  if (options.no_data) return std::make_unique<compute::TimingOnlyExecutor>();
  return std::make_unique<compute::ThreadExecutor>(options.threads);
}

/// Text that becomes part of a file name.
constexpr const char* kProgramName = "program";

}  // namespace

void WorkloadOptions::add_to(CLI::App& command) {
  command.add_option("--columns", columns, "Columns of the array to use")
      ->check(CLI::Range(1U, 3U))
      ->capture_default_str();
  command.add_option("--seed", seed, "Of the data")->capture_default_str();
  command.add_option("--repeat", repeat, "Runs, one after the other")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  CLI::Option* const checking = command.add_flag("--check", check, "Compare the results with a reference");
  command.add_flag("--single-buffer", single_buffer, "One buffer where there are usually two");
  command.add_flag("--no-overlap", no_overlap, "Reprogram descriptors only when nothing is under way");
  command.add_option("--threads", threads, "Threads that compute kernels; 0: as many as there are cores")
      ->check(CLI::Range(0U, compute::ThreadExecutor::kMaxThreads))
      ->capture_default_str();
  command.add_flag("--no-data", no_data, "Times only: kernels are not computed")->excludes(checking);
  command.add_option("--emit", emit, "Keep control code, ELF and data in this folder, which must not exist");
  command.add_option("--aiebu-asm", assembler, "The assembler (default: in $PATH, else the laboratory's)");
  command.add_option("--stats", stats, "Write everything as JSON to this file");
  command.add_flag("--json", json, "Print JSON, times in picoseconds");
  trace.add_to(command);
  log.add_options_to(command);
  configuration.add_to(command);
}

workload::MachineShape WorkloadOptions::shape() const {
  return {.columns = columns, .double_buffer = !single_buffer, .overlap = !no_overlap};
}

int run_workload(WorkloadOptions& options, Configuration configuration, const workload::Operation& operation) {
  try {
    const std::vector<std::string> assembler =
        workload::find_assembler({.given = options.assembler, .cache = laboratory_cache()});
    if (!options.emit.empty() && fs::exists(options.emit)) {
      throw UsageError(fmt::format("--emit {}: expected a folder that does not exist yet", options.emit));
    }
    // Complete before it is moved to its place.
    const workload::TemporaryFolder folder;
    const fs::path elf = workload::build(operation.plan, kProgramName, assembler, folder.path());
    const workload::Buffers before = operation.inputs(options.seed);

    const std::unique_ptr<compute::KernelExecutor> executor = make_executor(options);
    configuration.executor = executor.get();
    options.log.open();
    TraceFile trace(options.trace);
    Machine machine(
        configuration, [&options](const Diagnostic& diagnostic) { options.log.write(diagnostic); }, trace.probe());
    options.log.set_clock([&machine] { return machine.now_ps(); });
    const workload::OperationReport report =
        workload::run_operation(machine, operation, elf, before, options.repeat, options.check);
    trace.finish();

    if (!options.emit.empty()) {
      for (std::size_t i = 0; i < operation.plan.arguments.size(); ++i) {
        const workload::Argument& argument = operation.plan.arguments[i];
        write_file(folder.path() / (argument.name + ".bin"), argument.output ? report.after[i] : before[i]);
      }
      fs::copy(folder.path(), options.emit, fs::copy_options::recursive);
    }
    const std::string json = to_json(report).dump(2) + "\n";
    if (!options.stats.empty()) write_file(options.stats, std::as_bytes(std::span(json)));
    std::cout << (options.json ? json : to_text(report));
    return report.succeeded() ? kExitOk : kExitFailed;
  } catch (const workload::WorkloadError& error) {
    throw UsageError(error.what());
  } catch (const host::elf::ElfError& error) {
    throw Failure(error.what());
  }
}

compute::ElementType parse_type(const std::string& option, const std::string& name) {
  const auto found = std::ranges::find(compute::kElementTypeNames, name);
  if (found == compute::kElementTypeNames.end()) {
    throw UsageError(fmt::format("{}: expected one of {}, came {} (nearest: {})", option,
                                 fmt::join(compute::kElementTypeNames, ", "), name,
                                 config::nearest_name(name, compute::kElementTypeNames)));
  }
  return static_cast<compute::ElementType>(found - compute::kElementTypeNames.begin());
}

}  // namespace aie4::cli
