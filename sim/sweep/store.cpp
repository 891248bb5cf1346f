// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/store.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "models/common/parameters.hpp"
#include "sim/sweep/schema.hpp"
#include "sim/sweep/store_check.hpp"

namespace aie4::sweep {
namespace {

std::uint64_t pragma(Sqlite& database, const char* name) {
  Statement statement(database, fmt::format("PRAGMA {}", name).c_str());
  return statement.step() ? statement.number() : 0;
}

std::string meta(Sqlite& database, std::string_view key) {
  Statement statement(database, "SELECT value FROM meta WHERE key = ?");
  statement.bind(key);
  return statement.step() ? statement.text() : std::string();
}

/// Also what a sweep left that was killed before it had listed its points.
bool is_empty(Sqlite& database) {
  try {
    Statement tables(database, "SELECT count(*) FROM sqlite_master");
    return tables.step() && tables.number() == 0 && pragma(database, "application_id") == 0;
  } catch (const SqliteError&) {
    return false;  // No database at all.
  }
}

void put_value(Statement& statement, const Value& value) {
  if (value.number && *value.number >= 0) {
    statement.bind(static_cast<std::uint64_t>(*value.number));
  } else {
    statement.bind(value.text);
  }
}

/// Those that were not there before; a run that lacked one has failed.
void put_inputs(Sqlite& database, const std::vector<Input>& inputs) {
  Statement row(database, "INSERT OR IGNORE INTO input VALUES (?, ?)");
  for (const Input& input : inputs) row.bind(std::string_view(input.name)).bind(std::string_view(input.sha256)).run();
}

/// Of a point's key.
std::string command_line(const std::string& key) {
  return fmt::format("{}", fmt::join(nlohmann::json::parse(key).get<std::vector<std::string>>(), " "));
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

StoreLock::StoreLock(const std::filesystem::path& file) : fd_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  // Not SQLite's own locks: those are for single transactions.
  if (fd_ < 0) {
    throw SqliteError(fmt::format("cannot write {}: {}", file.string(), std::generic_category().message(errno)));
  }
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    close(fd_);
    throw StoreError(
        fmt::format("{}: expected a file for this sweep alone, came one that another sweep is writing", file.string()));
  }
}

StoreLock::~StoreLock() {
  close(fd_);
}

void check_sweep(Sqlite& database, const std::filesystem::path& file) {
  std::uint64_t application = 0;
  try {
    application = pragma(database, "application_id");
  } catch (const SqliteError&) {
    // Not even a database.
  }
  if (application != kApplicationId) {
    throw StoreError(fmt::format("{}: expected a file that `aie4sim sweep` wrote, came something else", file.string()));
  }
}

void check_file(Sqlite& database, const std::filesystem::path& file) {
  check_sweep(database, file);
  const std::uint64_t version = pragma(database, "user_version");
  if (version != kSchemaVersion) {
    throw StoreError(fmt::format("{}: expected version {} of the tables, came {} (aie4sim sweep --restart)",
                                 file.string(), kSchemaVersion, version));
  }
}

SweepWriter::SweepWriter(const std::filesystem::path& file, const Spec& spec, const std::vector<Point>& points,
                         const Provenance& provenance, Begin begin)
    : file_(file), lock_(file), database_(file, Sqlite::Mode::Write) {
  if (is_empty(database_)) {
    Transaction transaction(database_);
    create(spec, points, provenance);
    transaction.commit();
  } else if (begin == Begin::Restart) {
    check_sweep(database_, file);
    Transaction transaction(database_);
    drop();
    create(spec, points, provenance);
    transaction.commit();
  } else {
    check_file(database_, file);
    go_on(spec, points, provenance);
  }
}

void SweepWriter::drop() {
  std::vector<std::string> names;
  Statement tables(database_, "SELECT name FROM sqlite_master WHERE type = 'table'");
  while (tables.step()) names.push_back(tables.text());
  for (const std::string& name : names) database_.run(fmt::format("DROP TABLE \"{}\"", name).c_str());
}

void SweepWriter::create(const Spec& spec, const std::vector<Point>& points, const Provenance& provenance) {
  database_.run(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  database_.run(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str());
  database_.run(kSchema);
  Statement meta_row(database_, "INSERT INTO meta VALUES (?, ?)");
  for (const auto& [key, value] : {std::pair{"name", spec.name},
                                   {"version", provenance.version},
                                   {"build", provenance.build},
                                   {"spec", provenance.spec}}) {
    meta_row.bind(std::string_view(key)).bind(value).run();
  }
  Statement parameter_row(database_, "INSERT INTO parameter VALUES (?, ?, ?, ?, ?, ?)");
  for (const ParameterInfo& info : parameter_table()) {
    parameter_row.bind(info.name).bind(info.unit).bind(info.default_value).bind(to_string(info.confidence));
    parameter_row.bind(info.source).bind(info.description).run();
  }
  Statement factor_row(database_, "INSERT INTO factor VALUES (?, ?, ?)");
  for (std::size_t i = 0; i < spec.factors.size(); ++i) {
    const std::string_view kind = spec.factors[i].kind == Factor::Kind::Parameter ? "parameter" : "variable";
    factor_row.bind(i).bind(kind).bind(spec.factors[i].name).run();
  }
  Statement point_row(database_, "INSERT INTO point VALUES (?, ?, ?, ?, ?, ?)");
  Statement value_row(database_, "INSERT INTO value VALUES (?, ?, ?)");
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    point_row.bind(i).bind(spec.workloads[point.workload].name).bind(spec.presets[point.preset].name);
    point_row.bind(point.key()).bind(point.operations).bind(point.dtype).run();
    for (const auto& [factor, value] : point.values) {
      value_row.bind(i).bind(factor);
      put_value(value_row, value);
      value_row.run();
    }
  }
  put_inputs(database_, provenance.inputs);
}

void SweepWriter::go_on(const Spec& spec, const std::vector<Point>& points, const Provenance& provenance) {
  if (const std::vector<std::string> found = differences(spec, points, provenance); !found.empty()) {
    throw StoreError(
        fmt::format("{}: expected results of this sweep, came some of another: {}. --restart throws them "
                    "away and begins anew, -o writes to another file",
                    file_.string(), fmt::join(found, "; ")));
  }
  Transaction transaction(database_);
  Statement meta_row(database_, "UPDATE meta SET value = ? WHERE key = ? AND value <> ?");
  for (const auto& [key, value] : {std::pair{"name", spec.name}, {"spec", provenance.spec}}) {
    meta_row.bind(value).bind(std::string_view(key)).bind(value).run();
  }
  put_inputs(database_, provenance.inputs);
  transaction.commit();
}

std::vector<std::string> SweepWriter::differences(const Spec& spec, const std::vector<Point>& points,
                                                  const Provenance& provenance) {
  std::vector<std::string> found;
  if (meta(database_, "build") != provenance.build) {
    found.push_back(fmt::format("they are of another build of aie4sim (version {})", meta(database_, "version")));
  }
  Statement rows(database_, "SELECT words, workload, preset, operations, dtype FROM point ORDER BY id");
  std::optional<std::string> first;
  std::size_t stored = 0;
  for (; rows.step(); ++stored) {
    if (first || stored >= points.size()) continue;
    const std::string words = rows.text();
    const Point& point = points[stored];
    const bool same = rows.text() == spec.workloads[point.workload].name &&
                      rows.text() == spec.presets[point.preset].name && rows.optional_number() == point.operations &&
                      rows.text() == point.dtype;
    if (words != point.key()) {
      first = fmt::format("the spec has changed: point {} was `aie4sim {}`, is `aie4sim {}`", stored,
                          command_line(words), command_line(point.key()));
    } else if (!same) {
      first = fmt::format("the spec has changed: point {} has another name, preset, operations or dtype", stored);
    }
  }
  if (!first && stored != points.size()) {
    first = fmt::format("the spec has changed: there were {} points, there are {}", stored, points.size());
  }
  if (first) found.push_back(*first);
  Statement inputs(database_, "SELECT name, sha256 FROM input ORDER BY name");
  while (inputs.step()) {
    const std::string name = inputs.text();
    const auto now = std::ranges::find(provenance.inputs, name, &Input::name);
    if (now == provenance.inputs.end()) {
      // Another spec reads other files.
      if (!first) found.push_back(fmt::format("{} is not there any more", name));
    } else if (now->sha256 != inputs.text()) {
      found.push_back(fmt::format("{} has changed", name));
    }
  }
  return found;
}

std::vector<std::size_t> SweepWriter::open_points() {
  std::vector<std::size_t> result;
  Statement rows(database_, "SELECT id FROM point WHERE id NOT IN (SELECT point FROM result) ORDER BY id");
  while (rows.step()) result.push_back(rows.number());
  return result;
}

void SweepWriter::forget_failures() {
  // A failed run has a row in `result` and nowhere else.
  database_.run("DELETE FROM result WHERE status = 'failed'");
}

void SweepWriter::put(std::size_t point, const Outcome& outcome) {
  Transaction transaction(database_);
  const bool done = outcome.succeeded();
  const auto if_done = [done](std::uint64_t value) { return done ? std::optional(value) : std::nullopt; };
  // No "OR REPLACE": a second result of a point would be a defect, and fails here.
  Statement result(database_, "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  result.bind(point).bind(std::string_view(done ? "done" : "failed")).bind(outcome.error);
  result.bind(static_cast<std::uint64_t>(outcome.exit_status)).bind(if_done(outcome.time_ps));
  result.bind(if_done(outcome.window_ps)).bind(outcome.operations).bind(if_done(ddr_bytes(outcome)));
  result.bind(outcome.energy_pj).bind(if_done(outcome.bin_ps)).bind(dump(outcome.unmodelled)).run();
  Statement setting(database_, "INSERT INTO setting VALUES (?, ?, ?)");
  for (const auto& [name, value] : outcome.parameters) setting.bind(point).bind(name).bind(value).run();
  Statement part(database_, "INSERT INTO part VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < outcome.breakdown_ps.size(); ++i) {
    part.bind(point).bind(i).bind(outcome.breakdown_ps[i].first).bind(outcome.breakdown_ps[i].second).run();
  }
  Statement row(database_, "INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < outcome.resources.size(); ++i) {
    const Resource& resource = outcome.resources[i];
    nlohmann::ordered_json stalled = nlohmann::ordered_json::object();
    for (const auto& [reason, ps] : resource.stalled_ps) stalled[reason] = ps;
    row.bind(point).bind(i).bind(resource.name).bind(resource.bytes).bind(resource.operations);
    row.bind(resource.busy_ps).bind(dump(stalled)).run();
  }
  Statement series(database_, "INSERT INTO series VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < outcome.series.size(); ++i) {
    series.bind(point).bind(i).bind(outcome.series[i].name).bind(dump(outcome.series[i].bytes)).run();
  }
  transaction.commit();
}

}  // namespace aie4::sweep
