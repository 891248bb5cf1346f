// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/config/config.hpp"
#include "sim/config/preset.hpp"
#include "sim/config/settings.hpp"

namespace aie4::config {
namespace {

// "psp.validate_us" -> {"psp", "validate_us"}.
std::pair<std::string_view, std::string_view> split(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return {name.substr(0, dot), name.substr(dot + 1)};
}

struct Line {
  std::string_view table;
  std::string text;
};

std::vector<Line> lines_of(const Configuration& configuration, bool comments) {
  std::vector<Line> lines;
  for (const SettingInfo& info : setting_table()) {
    const auto [table, key] = split(info.name);
    std::string text;
    if (comments) text = fmt::format("# {}\n# {}\n", info.description, info.expected);
    text += fmt::format("{} = {}\n", key, to_text(info.get(configuration)));
    lines.push_back({table, std::move(text)});
  }
  for (const ParameterInfo& info : parameter_table()) {
    const auto [table, key] = split(info.name);
    std::string text;
    if (comments) {
      const Origin origin = origin_of(configuration, info);
      text = fmt::format("# {}\n# unit {}, {}..{}, default {}; {}: {}\n", info.description, info.unit, info.minimum,
                         info.maximum, info.default_value, to_string(origin.confidence), origin.source);
    }
    text += fmt::format("{} = {}\n", key, configuration.parameters.*info.member);
    lines.push_back({table, std::move(text)});
  }
  return lines;
}

}  // namespace

std::string print_toml(const Configuration& configuration, const PrintOptions& options) {
  std::string text;
  if (options.comments) {
    text += "# Configuration of aie4sim: every setting and parameter with its effective value.\n\n";
    text += "# Scripted misbehaviour of the device: \"name\", \"name:times\" or \"name:always\".\n";
  }
  text += "faults = [";
  std::string_view separator;
  for (const std::string& fault : armed_faults(configuration.faults)) {
    text += fmt::format("{}\"{}\"", separator, fault);
    separator = ", ";
  }
  text += "]\n";
  // Recordings of the usual device do not change.
  if (configuration.preset != Configuration{}.preset) text += fmt::format("preset = \"{}\"\n", configuration.preset);

  // TOML allows a table once: collect the lines of each, in the order in which the tables first appear.
  const std::vector<Line> lines = lines_of(configuration, options.comments);
  std::vector<std::string_view> tables;
  for (const Line& line : lines) {
    if (std::find(tables.begin(), tables.end(), line.table) == tables.end()) tables.push_back(line.table);
  }
  for (const std::string_view table : tables) {
    text += fmt::format("\n[{}]\n", table);
    for (const Line& line : lines) {
      if (line.table == table) text += line.text;
    }
  }
  return text;
}

std::string print_json(const Configuration& configuration) {
  using Json = nlohmann::ordered_json;
  Json json = Json::object();
  json["preset"] = configuration.preset;
  json["faults"] = armed_faults(configuration.faults);
  for (const SettingInfo& info : setting_table()) {
    Json entry = Json::object();
    std::visit([&](const auto& value) { entry["value"] = value; }, info.get(configuration));
    entry["expected"] = info.expected;
    entry["description"] = info.description;
    json["settings"][std::string(info.name)] = std::move(entry);
  }
  for (const ParameterInfo& info : parameter_table()) {
    const Origin origin = origin_of(configuration, info);
    json["parameters"][std::string(info.name)] = {{"value", configuration.parameters.*info.member},
                                                  {"unit", info.unit},
                                                  {"default", info.default_value},
                                                  {"minimum", info.minimum},
                                                  {"maximum", info.maximum},
                                                  {"confidence", to_string(origin.confidence)},
                                                  {"source", origin.source},
                                                  {"description", info.description}};
  }
  return json.dump(2) + "\n";
}

}  // namespace aie4::config
