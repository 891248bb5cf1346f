// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/workload_options.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "models/compute/kernels/inline_executor.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/network_run.hpp"
#include "sim/compute/thread_executor.hpp"
#include "sim/host/driver_stack.hpp"
#include "sim/host/elf/elf_image.hpp"
#include "sim/host/program_run.hpp"
#include "sim/machine/machine.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::cli {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<compute::KernelExecutor> make_executor(const WorkloadOptions& options) {
  if (options.no_data) return std::make_unique<compute::TimingOnlyExecutor>();
  return std::make_unique<compute::ThreadExecutor>(options.threads);
}

/// Empty, or what is wrong with a text that becomes part of file names and a kernel's name.
std::string valid_name(const std::string& text) {
  constexpr std::size_t kLongest = 64;
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  const bool good =
      std::ranges::all_of(text, [&](char c) { return letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; });
  if (good && !text.empty() && letter(text.front()) && text.size() <= kLongest) return {};
  return fmt::format("expected an identifier of 1 to {} letters, digits and _, came '{}'", kLongest, text);
}

}  // namespace

void WorkloadOptions::add_to(CLI::App& command) {
  command.add_option("--columns", columns, "Columns of the array to use (default: all there are)")
      ->check(CLI::Range(1U, workload::kMostColumns));
  command.add_option("--seed", seed, "Of the data")->capture_default_str();
  command.add_option("--repeat", repeat, "Runs, one after the other")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  CLI::Option* const checking = command.add_flag("--check", check, "Compare the results with a reference");
  command.add_flag("--single-buffer", single_buffer, "One buffer where there are usually two");
  command.add_flag("--one-controller", one_controller,
                   "One microcontroller drives all columns, as always if there are more than 3");
  command.add_flag("--no-overlap", no_overlap, "Reprogram descriptors only when nothing is under way");
  command.add_option("--threads", threads, "Threads that compute kernels; 0: as many as there are cores")
      ->check(CLI::Range(0U, compute::ThreadExecutor::kMaxThreads))
      ->capture_default_str();
  command.add_flag("--no-data", no_data, "Times only: kernels are not computed")->excludes(checking);
  command.add_option("--emit", emit,
                     "Keep control code, ELF, data and a recipe for xrt-runner in this folder, which must not exist");
  command.add_option("--name", name, "Of the program: NAME.elf, for XRT its instance NAME:dpu")
      ->check(CLI::Validator(valid_name, "IDENTIFIER"))
      ->capture_default_str();
  command.add_option("--aiebu-asm", assembler, "The assembler (default: in $PATH, else the laboratory's)");
  command.add_option("--stats", stats, "Write everything as JSON to this file");
  command.add_flag("--json", json, "Print JSON, times in picoseconds");
  trace.add_to(command);
  log.add_options_to(command);
  configuration.add_to(command);
}

workload::MachineShape WorkloadOptions::shape(const Parameters& parameters) const {
  const auto there = static_cast<unsigned>(std::min<std::uint64_t>(parameters.columns, workload::kMostColumns));
  if (columns > there) {
    throw UsageError(fmt::format("--columns: expected 1 to {}, which the array has, came {}", there, columns));
  }
  if (parameters.mem_rows != 1) {
    throw UsageError(fmt::format("programs from shapes expect one row of memory tiles (array.mem_rows), came {}",
                                 parameters.mem_rows));
  }
  const unsigned used = columns == 0 ? there : columns;
  return {.columns = used,
          .double_buffer = !single_buffer,
          .overlap = !no_overlap,
          .one_controller = one_controller || used > workload::kMostControllers};
}

int run_workload(WorkloadOptions& options, Configuration configuration, const workload::Network& network) {
  try {
    if (!options.emit.empty() && fs::exists(options.emit)) {
      throw UsageError(fmt::format("--emit {}: expected a folder that does not exist yet", options.emit));
    }
    NetworkRun network_run(options, network);
    const std::unique_ptr<compute::KernelExecutor> executor = make_executor(options);
    configuration.executor = executor.get();
    options.log.open();
    TraceFile trace(options.trace);
    Machine machine(
        configuration, [&options](const Diagnostic& diagnostic) { options.log.write(diagnostic); }, trace.probe());
    options.log.set_clock([&machine] { return machine.now_ps(); });
    bool good = false;
    {
      host::ProgramRunner runner(machine, host::AddressMode::Iova);
      runner.up();
      good = network_run.run(runner);
      runner.down();
    }
    trace.finish();
    if (!options.json) std::cout << network_run.summary();
    // Complete before it is in its place.
    if (!options.emit.empty()) fs::copy(network_run.folder(), options.emit, fs::copy_options::recursive);
    nlohmann::ordered_json report = network_run.json();
    for (const ParameterInfo& parameter : parameter_table()) {
      report["parameters"][parameter.name] = configuration.parameters.*parameter.member;
    }
    const std::string json = report.dump(2) + "\n";
    if (!options.stats.empty()) write_file(options.stats, std::as_bytes(std::span(json)));
    if (options.json) std::cout << json;
    return good ? kExitOk : kExitFailed;
  } catch (const workload::WorkloadError& error) {
    throw UsageError(error.what());
  } catch (const host::elf::ElfError& error) {
    throw Failure(error.what());
  } catch (const host::DriverError& error) {
    throw Failure(error.what());
  }
}

}  // namespace aie4::cli
