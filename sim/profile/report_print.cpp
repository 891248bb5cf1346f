// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include <nlohmann/json.hpp>

#include "sim/profile/report.hpp"

namespace aie4::profile {
namespace {

/// The value that so many hundredths of all do not exceed (nearest rank).
std::uint64_t percentile(std::vector<std::uint64_t> values, unsigned percent) {
  if (values.empty()) return 0;
  const std::size_t rank = std::max<std::size_t>(1, (values.size() * percent + 99) / 100);
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(rank - 1));
  return values[rank - 1];
}

struct Row {
  std::string name = {};
  bool simulated = false;
  double share = 0;                     ///< Of all commands' time; 0..1.
  std::array<std::uint64_t, 3> wall{};  ///< Nanoseconds: p50, p90, p99.
  std::array<std::uint64_t, 3> simulated_ps{};
};

template <typename Value>
std::array<std::uint64_t, 3> percentiles(const Report& report, Value value) {
  std::vector<std::uint64_t> values;
  values.reserve(report.commands.size());
  for (const CommandTimes& command : report.commands) values.push_back(value(command));
  return {percentile(values, 50), percentile(values, 90), percentile(values, 99)};
}

std::uint64_t total(const Report& report) {
  std::uint64_t sum = 0;
  for (const CommandTimes& command : report.commands) sum += command.duration;
  return sum;
}

std::vector<Row> rows(const Report& report) {
  std::vector<Row> rows;
  const std::uint64_t all = total(report);
  for (std::size_t i = 0; i < kStages; ++i) {
    std::uint64_t sum = 0;
    for (const CommandTimes& command : report.commands) sum += command.stages.at(i);
    const auto stage = static_cast<Stage>(i);
    rows.push_back(
        {.name = std::string(to_string(stage)),
         .simulated = of_device(stage),
         .share = all == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(all),
         .wall = percentiles(report, [i](const CommandTimes& command) { return command.stages.at(i); }),
         .simulated_ps = percentiles(report, [i](const CommandTimes& command) { return command.simulated_ps.at(i); })});
  }
  return rows;
}

double micros(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1000;
}

nlohmann::ordered_json three(const std::array<std::uint64_t, 3>& values) {
  return {{"p50", values[0]}, {"p90", values[1]}, {"p99", values[2]}};
}

nlohmann::ordered_json stages_of(const std::array<std::uint64_t, kStages>& values, bool device_only) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < kStages; ++i) {
    const auto stage = static_cast<Stage>(i);
    if (!device_only || of_device(stage)) json[std::string(to_string(stage))] = values.at(i);
  }
  return json;
}

}  // namespace

std::string text(const Report& report) {
  std::string out;
  const auto add = [&out]<typename... Words>(fmt::format_string<const Words&...> pattern, const Words&... words) {
    out += fmt::format(pattern, words...);
  };
  const auto whole = percentiles(report, [](const CommandTimes& command) { return command.duration; });
  add("{} commands, {:.1f} us in all on the guest's clock\n", report.commands.size(), micros(total(report)));
  for (const std::string& note : report.notes) add("{}\n", note);
  add("\n{:<16}{:>8}{:>12}{:>12}{:>12}   {:>18}\n", "", "share", "p50 us", "p90 us", "p99 us", "simulated p50 us");
  double sum = 0;
  for (const Row& row : rows(report)) {
    sum += row.share;
    add("{:<16}{:>6.1f} %{:>12.1f}{:>12.1f}{:>12.1f}", row.name, 100 * row.share, micros(row.wall[0]),
        micros(row.wall[1]), micros(row.wall[2]));
    if (row.simulated) add("   {:>18.3f}", micros(row.simulated_ps[0]) / 1000);
    out += '\n';
  }
  add("{:<16}{:>6.1f} %{:>12.1f}{:>12.1f}{:>12.1f}\n\n", "command", 100 * sum, micros(whole[0]), micros(whole[1]),
      micros(whole[2]));
  for (const std::string& violation : report.violations) add("effect before cause: {}\n", violation);
  for (const std::string& gap : report.gaps) add("does not add up: {}\n", gap);
  if (report.unreturned != 0) {
    add("{} commands end with the completion word: no wait for them was traced\n", report.unreturned);
  }
  add("{} effects before their cause, {} commands that do not add up\n", report.violations.size(), report.gaps.size());
  return out;
}

std::string json(const Report& report) {
  nlohmann::ordered_json json;
  json["notes"] = report.notes;
  json["violations"] = report.violations;
  json["gaps"] = report.gaps;
  json["unreturned"] = report.unreturned;
  json["total_ns"] = total(report);
  json["command_ns"] = three(percentiles(report, [](const CommandTimes& command) { return command.duration; }));
  json["stages"] = nlohmann::ordered_json::array();
  for (const Row& row : rows(report)) {
    nlohmann::ordered_json entry = {{"name", row.name}, {"share", row.share}, {"ns", three(row.wall)}};
    if (row.simulated) entry["simulated_ps"] = three(row.simulated_ps);
    json["stages"].push_back(std::move(entry));
  }
  json["commands"] = nlohmann::ordered_json::array();
  for (const CommandTimes& command : report.commands) {
    json["commands"].push_back({{"name", command.name},
                                {"thread", command.thread},
                                {"begin_ns", command.begin},
                                {"duration_ns", command.duration},
                                {"ns", stages_of(command.stages, false)},
                                {"simulated_ps", stages_of(command.simulated_ps, true)}});
  }
  // Names of a damaged file need not be UTF-8.
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace aie4::profile
