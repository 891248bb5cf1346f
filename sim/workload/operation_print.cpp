// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/workload/operation_run.hpp"

namespace aie4::workload {
namespace {

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string verdict_text(const reference::Verdict& verdict) {
  const std::string part = verdict.compared == verdict.total ? "all" : fmt::format("{} of", verdict.compared);
  if (verdict.ok()) {
    const std::string margin = verdict.worst > 0 ? fmt::format(" (worst {})", percent(verdict.worst)) : "";
    return fmt::format("{} {} elements {}{}", part, verdict.total, verdict.rule, margin);
  }
  return fmt::format("WRONG: {} of {} elements, first {}", verdict.different, verdict.compared, verdict.first);
}

double rate(const LayerTotals& totals) {
  return totals.ps == 0 ? 0 : static_cast<double>(totals.operations) / static_cast<double>(totals.ps);
}

}  // namespace

void LayerTotals::add(const LayerTotals& other) {
  times += other.times;
  ps += other.ps;
  operations += other.operations;
}

std::string to_row(const std::string& name, std::size_t width, const LayerTotals& totals,
                   const OperationReport& report) {
  const double us = static_cast<double>(totals.ps) / 1e6;
  std::string row = fmt::format("{:<{}} {:>6} {:>12.3f} {:>12.3f} {:>9.3f} {:<9} ", name, width, totals.times,
                                us / static_cast<double>(totals.times), us, rate(totals), report.breakdown.bound);
  if (report.spread) row += fmt::format("{:>7} {:>7} ", percent(report.spread->zeros), percent(report.spread->limits));
  if (!report.run.failure.empty()) return row + "FAILED: " + report.run.failure + "\n";
  if (report.verdict) row += report.verdict->ok() ? "ok" : "WRONG: " + report.verdict->first;
  if (report.spread && report.spread->degenerate()) row += " DEGENERATE";
  return row + "\n";
}

std::string row_head(std::size_t width, bool spread) {
  return fmt::format("{:<{}} {:>6} {:>12} {:>12} {:>9} {:<9} {}\n", "layer", width, "times", "us each", "us", "TOPS",
                     "bound by", spread ? "  zeros  limits" : "");
}

std::string row_foot(std::size_t width, const LayerTotals& totals) {
  return fmt::format("{:<{}} {:>6} {:>12} {:>12.3f} {:>9.3f}\n", "all", width, "", "",
                     static_cast<double>(totals.ps) / 1e6, rate(totals));
}

std::string to_text(const OperationReport& report) {
  std::string text = report.title + "\n";
  const auto line = [&text](const std::string& name, const std::string& value) {
    text += fmt::format("{:<11}{}\n", name, value);
  };
  for (const auto& [name, value] : report.facts) line(name, value);
  if (!report.run.failure.empty()) line("FAILED", report.run.failure);
  if (report.duration_ps() != 0) {
    line("time",
         fmt::format("{:.3f} us, doorbell to completion interrupt", static_cast<double>(report.duration_ps()) / 1e6));
    line("rate", fmt::format("{:.3f} TOPS", report.tera_operations_per_second()));
    line("cores", fmt::format("{}: {} computing, {} waiting", report.breakdown.cores, percent(report.breakdown.compute),
                              percent(report.breakdown.waiting)));
    for (const Breakdown::Part& part : report.breakdown.parts) {
      if (part.share > 0) line(part.name, fmt::format("{:>7} busy: {}", percent(part.share), part.busiest));
    }
    line("bound by", report.breakdown.bound);
    const std::size_t runs = report.run.durations_ps.size();
    line("energy", host::to_text(report.run.energy, report.run.use) + (runs > 1 ? fmt::format("; {} runs", runs) : ""));
  }
  if (report.verdict) line("check", verdict_text(*report.verdict));
  for (const Diagnostics::BurndownEntry& entry : report.run.unmodelled) {
    line("unmodelled", fmt::format("{} {}, {} times", entry.kind, entry.name, entry.count));
  }
  for (const std::string& waiting : report.run.hang_report) line("", waiting);
  return text;
}

nlohmann::ordered_json to_json(const OperationReport& report) {
  nlohmann::ordered_json json;
  json["title"] = report.title;
  for (const auto& [name, value] : report.facts) json["facts"][name] = value;
  json["operations"] = report.operations;
  json["durations_ps"] = report.run.durations_ps;
  json["tops"] = report.tera_operations_per_second();
  json["cores"] = {
      {"used", report.breakdown.cores}, {"computing", report.breakdown.compute}, {"waiting", report.breakdown.waiting}};
  json["bound"] = report.breakdown.bound;
  for (const Breakdown::Part& part : report.breakdown.parts) {
    json["busiest"][part.name] = {{"resource", part.busiest}, {"share", part.share}};
  }
  if (report.verdict) {
    json["check"] = {{"ok", report.verdict->ok()},
                     {"rule", report.verdict->rule},
                     {"elements", report.verdict->total},
                     {"compared", report.verdict->compared},
                     {"different", report.verdict->different},
                     {"worst", report.verdict->worst},
                     {"first", report.verdict->first}};
  }
  if (report.spread) {
    json["spread"] = {{"zeros", report.spread->zeros},
                      {"limits", report.spread->limits},
                      {"commonest", report.spread->commonest},
                      {"degenerate", report.spread->degenerate()}};
  }
  json["failure"] = report.run.failure;
  json["window_ps"] = report.run.use.duration_ps;
  json["energy"] = host::to_json(report.run.energy);
  json["resources"] = host::to_json(report.run.use);
  json["series"] = host::to_json(report.run.bandwidth);
  return json;
}

}  // namespace aie4::workload
