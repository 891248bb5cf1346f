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
#include "sim/host/driver_stack.hpp"
#include "sim/host/elf/elf_image.hpp"
#include "sim/host/program_run.hpp"
#include "sim/machine/machine.hpp"
#include "sim/workload/assembler.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/operation_run.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::cli {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<compute::KernelExecutor> make_executor(const WorkloadOptions& options) {
  if (options.no_data) return std::make_unique<compute::TimingOnlyExecutor>();
  return std::make_unique<compute::ThreadExecutor>(options.threads);
}

/// Text that becomes part of a file name.
constexpr const char* kProgramName = "program";

}  // namespace

fs::path laboratory_cache() {
  if (const char* given = std::getenv("AIE4SIM_CACHE"); given != nullptr && *given != '\0') return given;
  return fs::path(AIE4SIM_LAB_DEFAULT).parent_path().parent_path().parent_path() / ".cache";
}

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
  command.add_option("--emit", emit, "Keep control code, ELF and data in this folder, which must not exist");
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

namespace {

/// Runs layers on one machine, each with data of its own.
class LayerRun {
 public:
  LayerRun(WorkloadOptions& options, const std::vector<workload::Layer>& layers)
      : options_(options),
        layers_(layers),
        assembler_(workload::find_assembler({.given = options.assembler, .cache = laboratory_cache()})) {}

  bool run(host::ProgramRunner& runner) {
    bool good = true;
    const bool table = layers_.size() > 1 && !options_.json;
    if (table) std::cout << workload::row_head() << std::flush;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const workload::OperationReport report = run(runner, layers_[i], i);
      good = good && report.succeeded();
      host::accumulate(use_, report.run.use, layers_[i].count);
      parts_.emplace_back(layers_[i].name, report.duration_ps() * layers_[i].count);
      if (failure_.empty() && !report.run.failure.empty()) failure_ = layers_[i].name + ": " + report.run.failure;
      total_ps_ += report.duration_ps() * layers_[i].count;
      operations_ += report.operations * layers_[i].count;
      if (table) std::cout << to_row(layers_[i], report) << std::flush;
      if (!table && !options_.json) std::cout << to_text(report);
      nlohmann::ordered_json json = to_json(report);
      json["name"] = layers_[i].name;
      json["count"] = layers_[i].count;
      if (layers_.size() > 1) {
        json.erase("resources");
        json.erase("series");
      }
      reports_.push_back(std::move(json));
    }
    if (table) {
      std::cout << fmt::format(
          "{:<22} {:>6} {:>12} {:>12.3f} {:>9.3f}\n", "all", "", "", static_cast<double>(total_ps_) / 1e6,
          static_cast<double>(operations_) / static_cast<double>(std::max<std::uint64_t>(1, total_ps_)));
    }
    return good;
  }

  [[nodiscard]] nlohmann::ordered_json json(const std::string& title) const {
    if (layers_.size() == 1) return reports_.front();
    nlohmann::ordered_json parts = nlohmann::ordered_json::object();
    for (const auto& [name, ps] : parts_) parts[name] = parts.value(name, std::uint64_t{0}) + ps;
    // Each layer counts as often as the network has it, in times and in resources.
    return {{"title", title},
            {"total_ps", total_ps_},
            {"durations_ps", {total_ps_}},
            {"breakdown_ps", std::move(parts)},
            {"operations", operations_},
            {"failure", failure_},
            {"window_ps", use_.duration_ps},
            {"resources", host::to_json(use_)},
            {"layers", reports_}};
  }
  [[nodiscard]] const fs::path& folder() const { return folder_.path(); }

 private:
  workload::OperationReport run(host::ProgramRunner& runner, const workload::Layer& layer, std::size_t number) {
    fs::path place = folder();
    if (layers_.size() > 1) {
      place /= fmt::format("{:03}", number);
      fs::create_directory(place);
    }
    const fs::path elf = workload::build(layer.operation.plan, kProgramName, assembler_, place);
    const workload::Buffers before = layer.operation.inputs(options_.seed + number);
    workload::OperationReport report =
        workload::run_operation(runner, layer.operation, elf, before, options_.repeat, options_.check);
    if (options_.emit.empty()) {
      if (layers_.size() > 1) fs::remove_all(place);
      return report;
    }
    for (std::size_t i = 0; i < layer.operation.plan.arguments.size(); ++i) {
      const workload::Argument& argument = layer.operation.plan.arguments[i];
      write_file(place / (argument.name + ".bin"), argument.output ? report.after[i] : before[i]);
    }
    return report;
  }

  WorkloadOptions& options_;
  const std::vector<workload::Layer>& layers_;
  std::vector<std::string> assembler_;
  workload::TemporaryFolder folder_;
  std::uint64_t total_ps_ = 0;
  host::ResourceReport use_;
  std::vector<std::pair<std::string, std::uint64_t>> parts_;
  std::string failure_;
  std::uint64_t operations_ = 0;
  nlohmann::ordered_json reports_ = nlohmann::ordered_json::array();
};

}  // namespace

int run_workload(WorkloadOptions& options, Configuration configuration, const std::string& title,
                 const std::vector<workload::Layer>& layers) {
  try {
    if (!options.emit.empty() && fs::exists(options.emit)) {
      throw UsageError(fmt::format("--emit {}: expected a folder that does not exist yet", options.emit));
    }
    LayerRun layer_run(options, layers);
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
      good = layer_run.run(runner);
      runner.down();
    }
    trace.finish();
    // Complete before it is in its place.
    if (!options.emit.empty()) fs::copy(layer_run.folder(), options.emit, fs::copy_options::recursive);
    nlohmann::ordered_json report = layer_run.json(title);
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
