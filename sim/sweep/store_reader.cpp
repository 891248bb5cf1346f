// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/sweep/store.hpp"
#include "sim/sweep/store_check.hpp"

namespace aie4::sweep {
namespace {

using Json = nlohmann::ordered_json;

StoredPoint& point_at(StoredSweep& sweep, std::uint64_t number) {
  if (number >= sweep.points.size()) throw SqliteError(fmt::format("database: there is no point {}", number));
  return sweep.points[number];
}

/// The outcome to which a row belongs.
Outcome& outcome_at(StoredSweep& sweep, std::uint64_t number) {
  StoredPoint& point = point_at(sweep, number);
  if (!point.outcome) throw SqliteError(fmt::format("database: point {} has no result", number));
  return *point.outcome;
}

Value stored_value(std::string text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? value_of(number) : value_of(std::move(text));
}

void read_meta(Sqlite& database, StoredSweep& sweep) {
  Statement rows(database, "SELECT key, value FROM meta");
  while (rows.step()) {
    const std::string key = rows.text();
    (key == "name"      ? sweep.name
     : key == "version" ? sweep.provenance.version
     : key == "build"   ? sweep.provenance.build
                        : sweep.provenance.spec) = rows.text();
  }
}

void read_points(Sqlite& database, StoredSweep& sweep) {
  Statement factors(database, "SELECT kind, name FROM factor ORDER BY id");
  while (factors.step()) {
    const auto kind = factors.text() == "parameter" ? Factor::Kind::Parameter : Factor::Kind::Variable;
    sweep.factors.push_back({kind, factors.text(), {}});
  }
  Statement points(database, "SELECT workload, preset, words, operations, dtype FROM point ORDER BY id");
  while (points.step()) {
    StoredPoint point;
    point.workload = points.text();
    point.preset = points.text();
    point.words = Json::parse(points.text()).get<std::vector<std::string>>();
    point.operations = points.optional_number();
    point.dtype = points.text();
    sweep.points.push_back(std::move(point));
  }
  Statement values(database, "SELECT point, name, value FROM value JOIN factor ON factor = id ORDER BY point, factor");
  while (values.step()) {
    StoredPoint& point = point_at(sweep, values.number());
    std::string name = values.text();
    point.values.emplace_back(std::move(name), stored_value(values.text()));
  }
}

void read_results(Sqlite& database, StoredSweep& sweep) {
  Statement results(
      database,
      "SELECT point, error, exit_status, time_ps, window_ps, operations, energy_pj, bin_ps, unmodelled FROM result");
  while (results.step()) {
    StoredPoint& point = point_at(sweep, results.number());
    Outcome& outcome = point.outcome.emplace();
    outcome.error = results.text();
    outcome.exit_status = static_cast<int>(results.number());
    outcome.time_ps = results.number();
    outcome.window_ps = results.number();
    outcome.operations = results.optional_number();
    outcome.energy_pj = results.optional_number();
    outcome.bin_ps = results.number();
    outcome.unmodelled = Json::parse(results.text()).get<std::vector<std::string>>();
  }
  Statement settings(database, "SELECT point, name, value FROM setting");
  while (settings.step()) {
    auto& rows = outcome_at(sweep, settings.number()).parameters;
    std::string name = settings.text();
    rows.emplace_back(std::move(name), settings.number());
  }
  Statement parts(database, "SELECT point, name, ps FROM part ORDER BY point, position");
  while (parts.step()) {
    auto& rows = outcome_at(sweep, parts.number()).breakdown_ps;
    std::string name = parts.text();
    rows.emplace_back(std::move(name), parts.number());
  }
  Statement resources(
      database, "SELECT point, name, bytes, operations, busy_ps, stalled_ps FROM resource ORDER BY point, position");
  while (resources.step()) {
    auto& rows = outcome_at(sweep, resources.number()).resources;
    Resource& row = rows.emplace_back();
    row.name = resources.text();
    row.bytes = resources.number();
    row.operations = resources.number();
    row.busy_ps = resources.number();
    const Json stalled = Json::parse(resources.text());
    for (const auto& [reason, ps] : stalled.items()) {
      row.stalled_ps.emplace_back(reason, ps.get<std::uint64_t>());
    }
  }
  Statement series(database, "SELECT point, name, bytes FROM series ORDER BY point, position");
  while (series.step()) {
    auto& rows = outcome_at(sweep, series.number()).series;
    std::string name = series.text();
    rows.push_back({std::move(name), Json::parse(series.text()).get<std::vector<std::uint64_t>>()});
  }
}

}  // namespace

StoredSweep read_sweep(const std::filesystem::path& file) {
  Sqlite database(file, Sqlite::Mode::Read);
  check_file(database, file);
  StoredSweep sweep;
  try {
    // One state of the file, should a sweep be writing to it.
    database.run("BEGIN");
    read_meta(database, sweep);
    read_points(database, sweep);
    read_results(database, sweep);
  } catch (const nlohmann::json::exception&) {
    throw StoreError(fmt::format("{}: expected JSON in its texts, came something else", file.string()));
  }
  return sweep;
}

}  // namespace aie4::sweep
