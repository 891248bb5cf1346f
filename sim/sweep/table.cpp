// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/table.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/sweep/sensitivity.hpp"

namespace aie4::sweep {
namespace {

using Row = std::vector<std::string>;

std::string value_in(const StoredPoint& point, const std::string& factor) {
  const auto found = std::ranges::find(point.values, factor, &std::pair<std::string, Value>::first);
  return found == point.values.end() ? std::string() : found->second.text;
}

std::string status_of(const StoredPoint& point) {
  return !point.outcome ? "open" : point.outcome->succeeded() ? "done" : "failed";
}

/// Bytes per microsecond are megabytes per second.
double megabytes_per_second(const Outcome& outcome) {
  return outcome.window_ps == 0
             ? 0
             : static_cast<double>(ddr_bytes(outcome)) * 1e6 / static_cast<double>(outcome.window_ps);
}

/// The first column of text is left-aligned, numbers are right-aligned.
std::string aligned(const std::vector<Row>& rows, std::size_t left_columns) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool left = i < left_columns || i + 1 == row.size();
      line += left ? fmt::format("{:<{}}  ", row[i], widths[i]) : fmt::format("{:>{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

bool has_energy(const StoredSweep& sweep) {
  return std::ranges::any_of(sweep.points,
                             [](const StoredPoint& point) { return point.outcome && point.outcome->energy_pj; });
}

std::string microjoules(const Outcome& outcome) {
  constexpr double kPicojoules = 1e6;  // In a microjoule.
  return outcome.energy_pj ? fmt::format("{:.2f}", static_cast<double>(*outcome.energy_pj) / kPicojoules) : "-";
}

std::string points_text(const StoredSweep& sweep) {
  const bool presets =
      std::ranges::any_of(sweep.points, [](const StoredPoint& point) { return !point.preset.empty(); });
  Row head = {"workload"};
  if (presets) head.emplace_back("preset");
  const std::size_t left = head.size();
  for (const Factor& factor : sweep.factors) head.push_back(factor.name);
  head.insert(head.end(), {"time us", "DDR bytes", "DDR MB/s"});
  if (has_energy(sweep)) head.emplace_back("energy uJ");
  head.emplace_back("");
  std::vector<Row> rows = {head};
  for (const StoredPoint& point : sweep.points) {
    Row row = {point.workload};
    if (presets) row.push_back(point.preset);
    for (const Factor& factor : sweep.factors) row.push_back(value_in(point, factor.name));
    if (point.outcome && point.outcome->succeeded()) {
      row.insert(row.end(), {fmt::format("{:.3f}", static_cast<double>(point.outcome->time_ps) / 1e6),
                             fmt::format("{}", ddr_bytes(*point.outcome)),
                             fmt::format("{:.0f}", megabytes_per_second(*point.outcome))});
      if (has_energy(sweep)) row.push_back(microjoules(*point.outcome));
      row.emplace_back("");
    } else {
      row.resize(head.size() - 1, "-");
      row.push_back(point.outcome ? fmt::format("FAILED: {}", point.outcome->error) : "not run yet");
    }
    rows.push_back(std::move(row));
  }
  return aligned(rows, left);
}

std::string sensitivities_text(const std::vector<Sensitivity>& entries) {
  std::vector<Row> rows = {{"what time depends on", "workload", "elasticity", "largest/smallest", ""}};
  for (const Sensitivity& entry : entries) {
    rows.push_back({entry.factor, entry.workload, fmt::format("{:+.3f}", entry.elasticity),
                    fmt::format("{:.3f}", entry.end_to_end),
                    entry.skipped == 0 ? "" : fmt::format("{} runs with 0 left out", entry.skipped)});
  }
  return aligned(rows, 2);
}

}  // namespace

std::string to_text(const StoredSweep& sweep) {
  std::string text = points_text(sweep);
  if (has_energy(sweep))
    text += "\nEnergy is a rough guess (low confidence): for comparing runs, no value to believe.\n";
  if (const std::vector<Sensitivity> entries = sensitivities(sweep); !entries.empty()) {
    text += fmt::format("\n{}\nElasticity: the per cent by which time changes if the value grows by one per cent.\n",
                        sensitivities_text(entries));
  }
  return text;
}

std::string to_json(const StoredSweep& sweep) {
  nlohmann::ordered_json json;
  json["name"] = sweep.name;
  json["version"] = sweep.provenance.version;
  json["points"] = nlohmann::ordered_json::array();
  for (const StoredPoint& point : sweep.points) {
    nlohmann::ordered_json row = {{"workload", point.workload}, {"preset", point.preset}};
    row["values"] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : point.values) {
      if (value.number) {
        row["values"][name] = *value.number;
      } else {
        row["values"][name] = value.text;
      }
    }
    row["status"] = status_of(point);
    if (point.outcome && point.outcome->succeeded()) {
      row["time_ps"] = point.outcome->time_ps;
      row["window_ps"] = point.outcome->window_ps;
      row["ddr_bytes"] = ddr_bytes(*point.outcome);
      if (point.outcome->energy_pj) row["energy_pj"] = *point.outcome->energy_pj;
    } else if (point.outcome) {
      row["exit_status"] = point.outcome->exit_status;
      row["error"] = point.outcome->error;
    }
    json["points"].push_back(std::move(row));
  }
  json["sensitivities"] = nlohmann::ordered_json::array();
  for (const Sensitivity& entry : sensitivities(sweep)) {
    json["sensitivities"].push_back({{"factor", entry.factor},
                                     {"workload", entry.workload},
                                     {"elasticity", entry.elasticity},
                                     {"end_to_end", entry.end_to_end},
                                     {"points", entry.points},
                                     {"skipped", entry.skipped}});
  }
  return json.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_csv(const StoredSweep& sweep) {
  std::string text = "workload,preset";
  for (const Factor& factor : sweep.factors) text += fmt::format(",{}", quoted(factor.name));
  text += ",status,time_ps,window_ps,ddr_bytes,energy_pj,error\n";
  for (const StoredPoint& point : sweep.points) {
    text += fmt::format("{},{}", quoted(point.workload), quoted(point.preset));
    for (const Factor& factor : sweep.factors) text += fmt::format(",{}", quoted(value_in(point, factor.name)));
    text += fmt::format(",{}", status_of(point));
    if (point.outcome && point.outcome->succeeded()) {
      const std::optional<std::uint64_t>& energy = point.outcome->energy_pj;
      text += fmt::format(",{},{},{},{},\n", point.outcome->time_ps, point.outcome->window_ps,
                          ddr_bytes(*point.outcome), energy ? std::to_string(*energy) : "");
    } else {
      text += fmt::format(",,,,,{}\n", point.outcome ? quoted(point.outcome->error) : "");
    }
  }
  return text;
}

}  // namespace aie4::sweep
