// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "sim/config/names.hpp"
#include "sim/config/settings.hpp"
#include "sim/sweep/placeholders.hpp"
#include "sim/sweep/range.hpp"
#include "sim/sweep/spec.hpp"
#include "sim/sweep/toml_reader.hpp"

namespace aie4::sweep {
namespace {

constexpr std::array<std::string_view, 6> kTopKeys = {"name",    "explore",   "parameters",
                                                      "presets", "variables", "workloads"};
constexpr std::array<std::string_view, 4> kWorkloadKeys = {"name", "command", "operations", "dtype"};
constexpr std::array<std::string_view, 2> kPresetKeys = {"set", "arguments"};
constexpr std::array<std::string_view, 2> kExplore = {"grid", "one-at-a-time"};
// As in the names of the parameters compute.*_macs.
constexpr std::array<std::string_view, 6> kTypes = {"i8", "i8_i4", "i16", "bf16", "bfp16", "fp32"};

/// Throws unless the configuration takes this value.
void check_setting(const std::string& name, std::int64_t value, const Node& node) {
  Configuration scratch;
  config::set_value(scratch, name, value, node.place());
}

/// `noc.latency_ns = ...` and `[noc] latency_ns = ...` alike.
// Depth is bounded by toml++ (TOML_MAX_NESTED_VALUES).
// NOLINTNEXTLINE(misc-no-recursion)
void collect(const Node& table, const std::string& prefix, std::vector<Node::Member>& result) {
  for (Node::Member& member : table.members("a table of names and values")) {
    const std::string name = prefix + member.key;
    if (member.node.is_table() && !is_range(member.node)) {
      collect(member.node, name + ".", result);
    } else {
      result.push_back({name, std::move(member.node)});
    }
  }
}

std::vector<Value> read_values(const Node& node, bool words) {
  const std::string expected = words ? "a list of integers or strings, or a range"
                                     : "a list of integers, or a range such as { from, to, count }";
  std::vector<Value> values;
  if (is_range(node)) {
    for (const std::int64_t number : read_range(node)) values.push_back(value_of(number));
    return values;
  }
  for (const Node& item : node.items(expected)) {
    Value value = words && item.is_string() ? value_of(item.string(expected))
                                            : value_of(item.integer(words ? "an integer or a string" : "an integer"));
    if (std::ranges::find(values, value) != values.end()) item.refuse("each value once", value.text + " again");
    values.push_back(std::move(value));
  }
  if (values.empty()) node.refuse("at least one value", "none");
  return values;
}

void read_parameters(const Node& node, Spec& spec) {
  std::vector<Node::Member> members;
  collect(node, "", members);
  for (const Node::Member& member : members) {
    Factor factor{Factor::Kind::Parameter, member.key, {}};
    factor.values = read_values(member.node, false);
    for (const Value& value : factor.values) check_setting(member.key, *value.number, member.node);
    spec.factors.push_back(std::move(factor));
  }
}

void read_variables(const Node& node, Spec& spec) {
  for (const Node::Member& member : node.members("a table of names and values")) {
    if (!is_identifier(member.key) || member.key == kPointPlaceholder) {
      member.node.refuse("a name of letters, digits and underscores that begins with a letter, and is not \"point\"",
                         member.key);
    }
    spec.factors.push_back({Factor::Kind::Variable, member.key, read_values(member.node, true)});
  }
}

std::vector<std::string> read_words(const Node& node, const std::string& expected) {
  std::vector<std::string> words;
  for (const Node& item : node.items(expected)) {
    words.push_back(item.is_integer() ? std::to_string(item.integer(expected)) : item.string("a string"));
  }
  return words;
}

void read_presets(const Node& node, Spec& spec) {
  for (const Node::Member& entry : node.members("a table of presets")) {
    Preset preset{entry.key, {}, {}};
    for (const Node::Member& member : entry.node.members("a table with set or arguments", kPresetKeys)) {
      if (member.key == "arguments") {
        preset.arguments = read_words(member.node, "a list of words of the command line");
        continue;
      }
      std::vector<Node::Member> settings;
      collect(member.node, "", settings);
      for (const Node::Member& setting : settings) {
        const std::int64_t value = setting.node.integer("an integer");
        check_setting(setting.key, value, setting.node);
        const auto swept = std::ranges::find(spec.factors, setting.key, &Factor::name);
        if (swept != spec.factors.end() && spec.explore == Explore::Grid) {
          setting.node.refuse("a parameter that is not varied by [parameters]", setting.key);
        }
        preset.settings.emplace_back(setting.key, value);
      }
    }
    spec.presets.push_back(std::move(preset));
  }
}

std::vector<std::string_view> variable_names(const Spec& spec) {
  std::vector<std::string_view> names;
  for (const Factor& factor : spec.factors) {
    if (factor.kind == Factor::Kind::Variable) names.push_back(factor.name);
  }
  return names;
}

void check_variable(const std::string& name, const Spec& spec, const Node& node) {
  const std::vector<std::string_view> names = variable_names(spec);
  if (std::ranges::find(names, name) != names.end()) return;
  const std::string_view nearest = config::nearest_name(name, names);
  node.refuse(nearest.empty() ? "a name of [variables], which is not there"
                              : fmt::format("a name of [variables] (nearest: {})", nearest),
              name);
}

void read_operations(const Node& node, const Spec& spec, Workload& workload) {
  const std::string expected = "a positive integer, or a list of integers and variables whose product it is";
  const auto factor = [&](const Node& item) {
    if (item.is_string()) {
      const std::string name = item.string(expected);
      check_variable(name, spec, item);
      const auto variable = std::ranges::find(spec.factors, name, &Factor::name);
      if (!std::ranges::all_of(variable->values, [](const Value& v) { return v.number && *v.number > 0; })) {
        item.refuse("a variable with positive integers", name);
      }
      workload.operations.push_back(name);
    } else {
      if (item.integer(expected) <= 0) item.refuse(expected, item.shown());
      workload.operations.push_back(std::to_string(item.integer(expected)));
    }
  };
  if (node.is_array()) {
    for (const Node& item : node.items(expected)) factor(item);
  } else {
    factor(node);
  }
}

Workload read_workload(const Node& node, const Spec& spec, std::span<const std::string_view> commands) {
  Workload workload;
  for (const Node::Member& member : node.members("a table with name and command", kWorkloadKeys)) {
    if (member.key == "name") {
      workload.name = member.node.string("a string");
    } else if (member.key == "command") {
      workload.command = read_words(member.node, "a list of the words of a command line of aie4sim");
      if (workload.command.empty()) member.node.refuse("a sub-command and its words", "an empty list");
      if (std::ranges::find(commands, workload.command.front()) == commands.end()) {
        member.node.refuse(fmt::format("a sub-command with --json and --set (nearest: {})",
                                       config::nearest_name(workload.command.front(), commands)),
                           workload.command.front());
      }
      for (const std::string& word : workload.command) {
        for (const std::string& name : placeholders(word)) {
          if (name != kPointPlaceholder) check_variable(name, spec, member.node);
        }
      }
    } else if (member.key == "operations") {
      read_operations(member.node, spec, workload);
    } else {
      workload.dtype = member.node.string("a string");
      const std::vector<std::string> variables = placeholders(workload.dtype);
      for (const std::string& name : variables) check_variable(name, spec, member.node);
      if (variables.empty() && std::ranges::find(kTypes, workload.dtype) == kTypes.end()) {
        member.node.refuse(fmt::format("a type (nearest: {})", config::nearest_name(workload.dtype, kTypes)),
                           workload.dtype);
      }
    }
  }
  if (workload.command.empty()) node.refuse("a key \"command\"", "none");
  if (workload.name.empty()) workload.name = fmt::format("{}", fmt::join(workload.command, " "));
  return workload;
}

void check_use(const Spec& spec, const Node& root) {
  std::set<std::string> used;
  for (const Workload& workload : spec.workloads) {
    for (const std::string& word : workload.command) {
      for (std::string& name : placeholders(word)) used.insert(std::move(name));
    }
  }
  for (const std::string_view name : variable_names(spec)) {
    if (used.contains(std::string(name))) continue;
    root.refuse("every variable in the words of some workload", fmt::format("{}, which is in none", name));
  }
}

}  // namespace

Value value_of(std::int64_t number) {
  return {std::to_string(number), number};
}

Value value_of(std::string text) {
  return {std::move(text), std::nullopt};
}

Spec read_spec(std::string_view toml, const std::string& origin, std::span<const std::string_view> commands) {
  toml::table table;
  try {
    table = toml::parse(toml, origin);
  } catch (const toml::parse_error& error) {
    throw config::ConfigurationError(fmt::format("{}:{}", origin, error.source().begin.line), "", "TOML",
                                     std::string(error.description()));
  }
  const Node root(table, "", origin);
  const std::vector<Node::Member> members = root.members("a table", kTopKeys);
  const auto each = [&members](std::string_view key, const auto& read) {
    const auto member = std::ranges::find(members, key, &Node::Member::key);
    if (member != members.end()) read(member->node);
    return member != members.end();
  };
  Spec spec;
  each("name", [&spec](const Node& node) { spec.name = node.string("a string"); });
  each("explore", [&spec](const Node& node) {
    const std::string way = node.string("a string");
    if (std::ranges::find(kExplore, way) == kExplore.end()) {
      node.refuse(fmt::format("\"grid\" or \"one-at-a-time\" (nearest: {})", config::nearest_name(way, kExplore)), way);
    }
    spec.explore = way == "grid" ? Explore::Grid : Explore::OneAtATime;
  });
  each("parameters", [&spec](const Node& node) { read_parameters(node, spec); });
  each("variables", [&spec](const Node& node) { read_variables(node, spec); });
  each("presets", [&spec](const Node& node) { read_presets(node, spec); });
  if (spec.presets.empty()) spec.presets.emplace_back();
  const bool any = each("workloads", [&](const Node& node) {
    for (const Node& item : node.items("[[workloads]] with name and command")) {
      Workload workload = read_workload(item, spec, commands);
      if (std::ranges::find(spec.workloads, workload.name, &Workload::name) != spec.workloads.end()) {
        item.refuse("a name for each workload", fmt::format("\"{}\" twice", workload.name));
      }
      spec.workloads.push_back(std::move(workload));
    }
  });
  if (!any || spec.workloads.empty()) root.refuse("at least one [[workloads]]", "none");
  check_use(spec, root);
  return spec;
}

}  // namespace aie4::sweep
