// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include <nlohmann/json.hpp>

#include "sim/host/bandwidth_series.hpp"
#include "sim/host/program_run.hpp"

namespace aie4::host {
namespace {

std::string duration_text(std::uint64_t picoseconds) {
  return fmt::format("{:.3f} us", static_cast<double>(picoseconds) / 1e6);
}

}  // namespace

std::string to_text(const ProgramRunReport& report) {
  std::string text = fmt::format("program   {}: {} uC{}, {} page{}\n", report.name, report.ucs,
                                 report.ucs == 1 ? "" : "s", report.pages, report.pages == 1 ? "" : "s");
  if (!report.durations_ps.empty()) {
    const auto [fastest, slowest] = std::ranges::minmax(report.durations_ps);
    const std::uint64_t sum = std::accumulate(report.durations_ps.begin(), report.durations_ps.end(), std::uint64_t{0});
    text += fmt::format("runs      {} completed, doorbell to completion interrupt {}", report.durations_ps.size(),
                        duration_text(sum / report.durations_ps.size()));
    text +=
        fastest == slowest ? "\n" : fmt::format(" mean, {} to {}\n", duration_text(fastest), duration_text(slowest));
  }
  if (report.use.duration_ps != 0) text += fmt::format("energy    {}\n", to_text(report.energy, report.use));
  if (report.rival_commands > 0) text += fmt::format("rival     {} commands completed\n", report.rival_commands);
  if (!report.failure.empty()) text += fmt::format("FAILED    {}\n", report.failure);
  for (const Diagnostics::BurndownEntry& entry : report.unmodelled) {
    text += fmt::format("unmodelled  {} {}, {} times\n", entry.kind, entry.name, entry.count);
  }
  for (const std::string& line : report.hang_report) text += fmt::format("  {}\n", line);
  for (const KernelLog::Line& line : report.kernel_log) text += fmt::format("driver    {}\n", line.text);
  return text + to_text(report.use);
}

std::string to_json(const ProgramRunReport& report, const Machine& machine) {
  nlohmann::ordered_json json;
  json["program"] = report.name;
  json["ucs"] = report.ucs;
  json["pages"] = report.pages;
  json["durations_ps"] = report.durations_ps;
  json["completion_word"] = report.completion;
  json["rival_commands"] = report.rival_commands;
  for (const Machine::Counter& counter : machine.counters()) json["counters"][counter.name] = counter.value;
  json["unmodelled"] = nlohmann::ordered_json::array();
  for (const Diagnostics::BurndownEntry& entry : report.unmodelled) {
    json["unmodelled"].push_back({{"kind", entry.kind}, {"name", entry.name}, {"count", entry.count}});
  }
  json["failure"] = report.failure;
  json["hang_report"] = report.hang_report;
  for (const ParameterInfo& parameter : parameter_table()) {
    json["parameters"][parameter.name] = machine.configuration().parameters.*parameter.member;
  }
  json["end_ps"] = machine.now_ps();
  json["window_ps"] = report.use.duration_ps;
  json["energy"] = to_json(report.energy);
  json["resources"] = to_json(report.use);
  json["series"] = to_json(report.bandwidth);
  return json.dump(2);
}

}  // namespace aie4::host
