// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <toml++/toml.h>

#include "sim/config/config.hpp"
#include "sim/config/preset.hpp"
#include "sim/config/settings.hpp"

namespace aie4::config {
namespace {

constexpr std::uintmax_t kMaxFileSize = 1U << 20;

std::string place(const std::string& origin, const toml::node& node) {
  return fmt::format("{}:{}", origin, node.source().begin.line);
}

std::string type_name(const toml::node& node) {
  std::ostringstream text;
  text << node.type();
  return text.str();
}

void apply_faults(Configuration& configuration, const toml::node& node, const std::string& origin) {
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    throw ConfigurationError(place(origin, node), "faults", "a list of strings such as [\"psp-silent\"]",
                             type_name(node));
  }
  for (const toml::node& item : *list) {
    const auto* name = item.as_string();
    if (name == nullptr) {
      throw ConfigurationError(place(origin, item), "faults", "a string such as \"message-lost:3\"", type_name(item));
    }
    arm_fault(configuration, name->get(), place(origin, item));
  }
}

/// Before all other keys, wherever it stands.
void apply_preset_key(Configuration& configuration, const toml::table& table, const std::string& origin) {
  const toml::node* node = table.get("preset");
  if (node == nullptr) return;
  const auto* name = node->as_string();
  if (name == nullptr) {
    throw ConfigurationError(place(origin, *node), "preset", "a string such as \"xdna2\"", type_name(*node));
  }
  apply_preset(configuration, name->get(), place(origin, *node));
}

// Depth is bounded by toml++ (TOML_MAX_NESTED_VALUES).
// NOLINTNEXTLINE(misc-no-recursion)
void apply_table(Configuration& configuration, const toml::table& table, const std::string& prefix,
                 const std::string& origin) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const std::string where = place(origin, node);
    if (prefix.empty() && name == "faults") {
      apply_faults(configuration, node, origin);
    } else if (prefix.empty() && name == "preset") {
      continue;  // apply_preset_key
    } else if (const toml::table* child = node.as_table()) {
      apply_table(configuration, *child, name + ".", origin);
    } else if (const auto* flag = node.as_boolean()) {
      set_value(configuration, name, flag->get(), where);
    } else if (const auto* number = node.as_integer()) {
      set_value(configuration, name, std::int64_t{number->get()}, where);
    } else if (const auto* text = node.as_string()) {
      set_value(configuration, name, text->get(), where);
    } else {
      throw ConfigurationError(where, name, "an integer, true, false or a string", type_name(node));
    }
  }
}

Value parse_word(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hexadecimal ? 16 : 10);
  if (error == std::errc{} && end == digits.data() + digits.size()) return number;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

}  // namespace

void apply_toml(Configuration& configuration, std::string_view toml, const std::string& origin) {
  toml::table table;
  try {
    table = toml::parse(toml, origin);
  } catch (const toml::parse_error& error) {
    throw ConfigurationError(fmt::format("{}:{}", origin, error.source().begin.line), "", "TOML",
                             std::string(error.description()));
  }
  apply_preset_key(configuration, table, origin);
  apply_table(configuration, table, "", origin);
}

void apply_file(Configuration& configuration, const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) throw ConfigurationError(file.string(), "", "a readable file", error.message());
  if (size > kMaxFileSize) {
    throw ConfigurationError(file.string(), "", fmt::format("at most {} bytes", kMaxFileSize), fmt::format("{}", size));
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw ConfigurationError(file.string(), "", "a readable file", "an error while reading");
  apply_toml(configuration, text.str(), file.string());
}

void apply_setting(Configuration& configuration, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw ConfigurationError("--set", "", "name=value", fmt::format("\"{}\"", assignment));
  }
  const std::string_view name = assignment.substr(0, equals);
  if (name == "faults") {
    throw ConfigurationError("--set", "", "a setting or parameter (faults are given with --fault NAME)", "faults");
  }
  if (name == "preset") {
    throw ConfigurationError("--set", "", "a setting or parameter (a preset is given with --preset NAME)", "preset");
  }
  set_value(configuration, name, parse_word(assignment.substr(equals + 1)), "--set");
}

void apply_fault(Configuration& configuration, std::string_view specification) {
  arm_fault(configuration, specification, "--fault");
}

Configuration parse(std::string_view toml, const std::string& origin) {
  Configuration configuration;
  apply_toml(configuration, toml, origin);
  check(configuration, origin);
  return configuration;
}

}  // namespace aie4::config
