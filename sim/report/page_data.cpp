// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <nlohmann/json.hpp>

#include "models/common/parameters.hpp"
#include "sim/report/page.hpp"
#include "sim/sweep/sensitivity.hpp"

namespace aie4::report {
namespace {

using Json = nlohmann::ordered_json;

Json parameters_json() {
  Json rows = Json::array();
  for (const ParameterInfo& info : parameter_table()) {
    rows.push_back({{"name", info.name},
                    {"unit", info.unit},
                    {"default", info.default_value},
                    {"confidence", to_string(info.confidence)},
                    {"source", info.source},
                    {"description", info.description}});
  }
  return rows;
}

/// Names of resources repeat in every run, so runs refer to them by number.
class Names {
 public:
  std::size_t number(const std::string& name) {
    const auto [entry, fresh] = numbers_.try_emplace(name, names_.size());
    if (fresh) names_.push_back(name);
    return entry->second;
  }
  [[nodiscard]] Json json() const { return names_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
};

Json pairs(const std::vector<std::pair<std::string, std::uint64_t>>& entries) {
  Json object = Json::object();
  for (const auto& [name, value] : entries) object[name] = value;
  return object;
}

void add_details(Json& row, const sweep::Outcome& outcome, Names& names) {
  row["resources"] = Json::array();
  for (const sweep::Resource& use : outcome.resources) {
    row["resources"].push_back({names.number(use.name), use.bytes, use.operations, use.busy_ps, pairs(use.stalled_ps)});
  }
  row["bin_ps"] = outcome.bin_ps;
  row["series"] = Json::object();
  for (const sweep::Series& series : outcome.series) row["series"][series.name] = series.bytes;
}

Json point_json(const sweep::StoredPoint& point, std::size_t number, bool details, Names& names) {
  Json row = {{"number", number}, {"workload", point.workload}, {"preset", point.preset}};
  row["values"] = Json::object();
  for (const auto& [name, value] : point.values) {
    if (value.number) {
      row["values"][name] = *value.number;
    } else {
      row["values"][name] = value.text;
    }
  }
  row["dtype"] = point.dtype;
  if (!point.outcome) {
    row["status"] = "open";
    return row;
  }
  const sweep::Outcome& outcome = *point.outcome;
  row["status"] = outcome.succeeded() ? "done" : "failed";
  if (!outcome.succeeded()) {
    row["error"] = outcome.error;
    return row;
  }
  row["time_ps"] = outcome.time_ps;
  row["window_ps"] = outcome.window_ps;
  row["ddr_bytes"] = ddr_bytes(outcome);
  if (outcome.energy_pj) row["energy_pj"] = *outcome.energy_pj;
  if (const auto& operations = point.operations ? point.operations : outcome.operations) {
    row["operations"] = *operations;
  }
  row["settings"] = pairs(outcome.parameters);
  row["parts"] = Json::array();
  for (const auto& [name, ps] : outcome.breakdown_ps) row["parts"].push_back({name, ps});
  row["unmodelled"] = outcome.unmodelled;
  if (details) add_details(row, outcome, names);
  return row;
}

Json sweep_json(const Source& source, std::size_t details) {
  Names names;
  Json points = Json::array();
  for (const sweep::StoredPoint& point : source.sweep.points) {
    points.push_back(point_json(point, points.size(), points.size() < details, names));
  }
  Json factors = Json::array();
  for (const sweep::Factor& factor : source.sweep.factors) factors.push_back(factor.name);
  Json strengths = Json::array();
  for (const sweep::Sensitivity& entry : sweep::sensitivities(source.sweep)) {
    strengths.push_back({{"factor", entry.factor},
                         {"workload", entry.workload},
                         {"elasticity", entry.elasticity},
                         {"end_to_end", entry.end_to_end},
                         {"points", entry.points},
                         {"skipped", entry.skipped}});
  }
  return {{"file", source.file},
          {"name", source.sweep.name},
          {"version", source.sweep.provenance.version},
          {"build", source.sweep.provenance.build},
          {"spec", source.sweep.provenance.spec},
          {"factors", std::move(factors)},
          {"sensitivities", std::move(strengths)},
          {"names", names.json()},
          {"points", std::move(points)}};
}

}  // namespace

std::string page_data(std::span<const Source> sources, const PageOptions& options) {
  Json json = {{"version", options.version}, {"parameters", parameters_json()}, {"sweeps", Json::array()}};
  for (const Source& source : sources) json["sweeps"].push_back(sweep_json(source, options.details));
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace aie4::report
