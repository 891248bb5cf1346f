// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "models/common/parameters.hpp"

namespace aie4::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxErrorLength = 500;
constexpr std::string_view kDdr = "NoC and DDR";

class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

const Json& member(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) throw Unreadable(fmt::format("there is no \"{}\"", key));
  return *found;
}

const Json& object(const Json& value, std::string_view what) {
  if (!value.is_object()) throw Unreadable(fmt::format("{} is no object", what));
  return value;
}

const Json& array(const Json& value, std::string_view what) {
  if (!value.is_array()) throw Unreadable(fmt::format("{} is no list", what));
  return value;
}

std::uint64_t number(const Json& value, std::string_view what) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)) {
    throw Unreadable(fmt::format("{} is no integer of 0 or more", what));
  }
  return value.get<std::uint64_t>();
}

std::string text(const Json& value, std::string_view what) {
  if (!value.is_string()) throw Unreadable(fmt::format("{} is no string", what));
  return value.get<std::string>();
}

std::vector<std::pair<std::string, std::uint64_t>> numbers(const Json& json, std::string_view what) {
  std::vector<std::pair<std::string, std::uint64_t>> result;
  for (const auto& [key, value] : object(json, what).items()) result.emplace_back(key, number(value, key));
  return result;
}

std::vector<std::pair<std::string, std::uint64_t>> changed_parameters(const Json& json) {
  std::vector<std::pair<std::string, std::uint64_t>> result;
  for (const ParameterInfo& info : parameter_table()) {
    const auto value = json.find(info.name);
    if (value == json.end() || number(*value, info.name) == info.default_value) continue;
    result.emplace_back(info.name, number(*value, info.name));
  }
  return result;
}

Resource resource(const Json& row) {
  Resource result{.name = text(member(row, "name"), "the name of a resource"),
                  .bytes = number(member(row, "bytes"), "bytes"),
                  .operations = number(member(row, "operations"), "operations"),
                  .busy_ps = number(member(row, "busy_ps"), "busy_ps"),
                  .stalled_ps = numbers(member(row, "stalled_ps"), "stalled_ps")};
  // What waits for the host has nothing to do, and did so before the run began.
  std::erase_if(result.stalled_ps, [](const auto& stall) { return stall.first == "host"; });
  return result;
}

/// Mean of `runs`.
std::uint64_t energy_pj(const Json& energy, std::size_t runs) {
  constexpr double kPicojoulesPerNanojoule = 1e3;
  constexpr double kMost = 1e18;
  const Json& total = member(object(energy, "energy"), "total_nj");
  const double picojoules = total.is_number() ? total.get<double>() * kPicojoulesPerNanojoule : -1;
  if (!(picojoules >= 0 && picojoules <= kMost)) throw Unreadable("total_nj is no number of 0 or more");
  return static_cast<std::uint64_t>(std::llround(picojoules / static_cast<double>(runs)));
}

void read_series(const Json& series, Outcome& outcome) {
  outcome.bin_ps = number(member(series, "bin_ps"), "bin_ps");
  for (const auto& [name, values] : object(member(series, "bytes"), "bytes").items()) {
    Series row{name, {}};
    for (const Json& value : array(values, name)) row.bytes.push_back(number(value, name));
    outcome.series.push_back(std::move(row));
  }
}

void read(const Json& json, Outcome& outcome) {
  const Json& durations = array(member(json, "durations_ps"), "durations_ps");
  if (durations.empty()) throw Unreadable("\"durations_ps\" is empty");
  std::uint64_t sum = 0;
  for (const Json& duration : durations) sum += number(duration, "durations_ps");
  outcome.time_ps = sum / durations.size();
  outcome.window_ps = number(member(json, "window_ps"), "window_ps");
  for (const Json& row : array(member(json, "resources"), "resources")) {
    Resource use = resource(row);
    if (use.busy_ps != 0 || use.bytes != 0 || !use.stalled_ps.empty()) outcome.resources.push_back(std::move(use));
  }
  if (const auto found = json.find("operations"); found != json.end())
    outcome.operations = number(*found, "operations");
  if (const auto found = json.find("energy"); found != json.end())
    outcome.energy_pj = energy_pj(*found, durations.size());
  if (const auto found = json.find("breakdown_ps"); found != json.end())
    outcome.breakdown_ps = numbers(*found, "breakdown_ps");
  if (const auto found = json.find("series"); found != json.end()) read_series(*found, outcome);
  outcome.parameters = changed_parameters(object(member(json, "parameters"), "parameters"));
  if (const auto found = json.find("unmodelled"); found != json.end()) {
    for (const Json& entry : array(*found, "unmodelled"))
      outcome.unmodelled.push_back(text(member(entry, "name"), "unmodelled"));
  }
}

/// What a failed process says about it: its report, or its last line.
std::string reason(const Ended& ended) {
  const Json json = Json::parse(ended.output, nullptr, false);
  if (json.is_object()) {
    const auto failure = json.find("failure");
    if (failure != json.end() && failure->is_string() && !failure->get<std::string>().empty()) {
      return failure->get<std::string>();
    }
    const auto check = json.find("check");
    if (check != json.end() && check->is_object() && !check->value("ok", true)) {
      return fmt::format("wrong result: {}", check->value("first", "")).substr(0, kMaxErrorLength);
    }
  }
  std::string_view rest = ended.messages;
  while (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  std::string_view line = rest.substr(rest.rfind('\n') + 1);
  constexpr std::string_view kPrefix = "aie4sim: ";
  if (line.starts_with(kPrefix)) line.remove_prefix(kPrefix.size());
  if (ended.exit_status > 128) {
    return fmt::format("ended by signal {}{}{}", ended.exit_status - 128,
                       line.empty() ? "" : ", last words: ", line.substr(0, kMaxErrorLength));
  }
  if (!line.empty()) return std::string(line.substr(0, kMaxErrorLength));
  return fmt::format("exit status {}, and no message", ended.exit_status);
}

}  // namespace

Outcome outcome_of(const Ended& ended) {
  Outcome outcome;
  outcome.exit_status = ended.exit_status;
  if (ended.exit_status != 0) {
    outcome.error = reason(ended);
    return outcome;
  }
  try {
    read(Json::parse(ended.output), outcome);
  } catch (const nlohmann::json::exception&) {
    outcome.error = "expected one JSON object on standard output, came something else";
  } catch (const Unreadable& error) {
    outcome.error = fmt::format("expected a report as of `aie4sim run --json`, came one in which {}", error.what());
  }
  return outcome;
}

std::uint64_t ddr_bytes(const Outcome& outcome) {
  const auto found = std::ranges::find(outcome.resources, kDdr, &Resource::name);
  return found == outcome.resources.end() ? 0 : found->bytes;
}

}  // namespace aie4::sweep
