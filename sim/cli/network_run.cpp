// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/network_run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <span>
#include <utility>

#include "firmware-stub/image/container.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/laboratory.hpp"
#include "sim/host/energy.hpp"
#include "sim/workload/xrt_recipe.hpp"

namespace aie4::cli {
namespace {

namespace fs = std::filesystem;
using workload::OperationReport;

/// At least, of the table's first column.
constexpr std::size_t kNameWidth = 16;

void write_text(const fs::path& path, const std::string& text) {
  write_file(path, std::as_bytes(std::span(text)));
}

/// Adds an execution to what is known of the others of the same layer.
void merge(std::optional<OperationReport>& sum, OperationReport&& part) {
  if (!sum) {
    sum = std::move(part);
    return;
  }
  sum->run.durations_ps.insert(sum->run.durations_ps.end(), part.run.durations_ps.begin(), part.run.durations_ps.end());
  sum->run.energy.add(part.run.energy);
  if (sum->run.failure.empty()) sum->run.failure = part.run.failure;
  if (sum->verdict && part.verdict) sum->verdict->add(*part.verdict);
}

}  // namespace

NetworkRun::NetworkRun(WorkloadOptions& options, const workload::Network& network)
    : options_(options),
      network_(network),
      programs_(workload::find_assembler({.given = options.assembler, .cache = laboratory_cache()}), options.name),
      next_seed_(options.seed) {
  if (chained() && !options.no_data) tensors_.emplace(network.tensors, options.seed);
}

bool NetworkRun::run(host::ProgramRunner& runner) {
  bool good = true;
  std::size_t width = kNameWidth;
  for (const workload::Layer& layer : network_.layers) width = std::max(width, layer.name.size());
  const bool table = as_table() && !options_.json;
  if (table) std::cout << workload::row_head(width, tensors_.has_value()) << std::flush;
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const workload::Layer& layer = network_.layers[i];
    workload::LayerTotals totals;
    const OperationReport report = run_layer(runner, i, totals);
    good = good && report.succeeded();
    totals_.add(totals);
    parts_.emplace_back(layer.name, totals.ps);
    if (report.spread && report.spread->degenerate()) degenerate_.push_back(layer.name);
    if (failure_.empty() && !report.run.failure.empty()) failure_ = layer.name + ": " + report.run.failure;
    if (table) std::cout << to_row(layer.name, width, totals, report) << std::flush;
    if (!table && !options_.json) std::cout << to_text(report);
    nlohmann::ordered_json json = to_json(report);
    json["name"] = layer.name;
    json["count"] = totals.times;
    if (as_table()) {
      json.erase("resources");
      json.erase("series");
    }
    reports_.push_back(std::move(json));
    if (tensors_ && !report.run.failure.empty()) return false;
  }
  if (table) std::cout << row_foot(width, totals_);
  if (tensors_) finish_chain();
  return good;
}

OperationReport NetworkRun::run_layer(host::ProgramRunner& runner, std::size_t number, workload::LayerTotals& totals) {
  const workload::Layer& layer = network_.layers[number];
  fs::path place = folder();
  if (as_table()) {
    place /= fmt::format("{:03}", number);
    fs::create_directory(place);
  }
  const fs::path elf = programs_.build(layer.operation.plan, place);
  const std::size_t executions = std::max<std::size_t>(1, layer.flows.size());
  std::optional<OperationReport> sum;
  results_.clear();
  for (std::size_t i = 0; i < executions; ++i) {
    const workload::Flow* const flow = layer.flows.empty() ? nullptr : &layer.flows[i];
    OperationReport report = run_once(runner, layer, elf, flow, executions == 1 ? "" : fmt::format(".{:03}", i));
    totals.add({.times = layer.count,
                .ps = report.duration_ps() * layer.count,
                .operations = report.operations * layer.count});
    host::accumulate(use_, report.run.use, layer.count);
    energy_.add(report.run.energy, layer.count);
    ++executions_;
    merge(sum, std::move(report));
    if (tensors_ && !sum->run.failure.empty()) return *std::move(sum);
  }
  if (tensors_) sum->spread = workload::spread_of(layer.operation.result.type, results_);
  return *std::move(sum);
}

OperationReport NetworkRun::run_once(host::ProgramRunner& runner, const workload::Layer& layer, const fs::path& elf,
                                     const workload::Flow* flow, const std::string& file_suffix) {
  const workload::Operation& operation = layer.operation;
  const auto emit = [&](const workload::Buffers& buffers, bool outputs) {
    if (options_.emit.empty()) return;
    for (std::size_t i = 0; i < operation.plan.arguments.size(); ++i) {
      const workload::Argument& argument = operation.plan.arguments[i];
      if (argument.output != outputs || (outputs && options_.no_data)) continue;
      write_file(elf.parent_path() / (argument.name + file_suffix + ".bin"), buffers[i]);
    }
  };
  workload::Buffers inputs = operation.inputs(next_seed_++);
  if (tensors_) tensors_->prepare(operation, *flow, inputs);
  emit(inputs, false);
  OperationReport report =
      workload::run_operation(runner, operation, elf, std::move(inputs), options_.repeat, options_.check);
  emit(report.after, true);
  if (!options_.emit.empty() && file_suffix.empty()) emit_recipe(elf.parent_path(), operation.plan.arguments);
  if (tensors_ && report.run.failure.empty()) {
    const std::vector<std::byte> result = tensors_->keep(operation, *flow, report.after);
    results_.insert(results_.end(), result.begin(), result.end());
  }
  return report;
}

void NetworkRun::emit_recipe(const fs::path& place, const std::vector<workload::Argument>& arguments) const {
  write_text(place / (options_.name + ".recipe.json"), workload::xrt_recipe(options_.name, arguments).dump(1) + "\n");
  if (options_.no_data) return;
  write_text(place / (options_.name + ".profile.json"), workload::xrt_profile(arguments).dump(1) + "\n");
}

void NetworkRun::finish_chain() {
  const std::span<const std::byte> output = tensors_->content(*network_.output);
  output_hash_ = image::to_hex(image::sha256(output));
  if (!options_.emit.empty()) write_file(folder() / "output.bin", output);
}

nlohmann::ordered_json NetworkRun::json() const {
  if (!as_table()) return reports_.front();
  nlohmann::ordered_json parts = nlohmann::ordered_json::object();
  for (const auto& [name, ps] : parts_) parts[name] = parts.value(name, std::uint64_t{0}) + ps;
  // Each layer counts as often as the network has it, in times and in resources.
  nlohmann::ordered_json json = {{"title", network_.name},
                                 {"total_ps", totals_.ps},
                                 {"durations_ps", {totals_.ps}},
                                 {"breakdown_ps", std::move(parts)},
                                 {"operations", totals_.operations},
                                 {"executions", executions_},
                                 {"counted_executions", totals_.times},
                                 {"failure", failure_},
                                 {"window_ps", use_.duration_ps},
                                 {"energy", host::to_json(energy_)},
                                 {"resources", host::to_json(use_)},
                                 {"layers", reports_}};
  if (!output_hash_.empty()) {
    const workload::Tensor& output = network_.tensors[*network_.output];
    json["output"] = {{"shape", output.shape}, {"dtype", to_string(output.type)}, {"sha256", output_hash_}};
    json["degenerate"] = degenerate_;
  }
  return json;
}

std::string NetworkRun::summary() const {
  std::string text;
  if (as_table()) text += fmt::format("energy {}\n", host::to_text(energy_, use_));
  if (as_table() && executions_ != totals_.times) {
    text += fmt::format("executions: {} ran and count as {}\n", executions_, totals_.times);
  }
  if (!output_hash_.empty()) {
    const workload::Tensor& output = network_.tensors[*network_.output];
    text += fmt::format("output {} of {}, SHA-256 {}\n", workload::to_string(output.shape), to_string(output.type),
                        output_hash_);
  }
  if (!degenerate_.empty()) {
    text += fmt::format("DEGENERATE: hardly anything but one value, or saturated, so that checks say little, in {}\n",
                        fmt::join(degenerate_, ", "));
  }
  return text;
}

}  // namespace aie4::cli
