// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/schema_words.hpp"

#include <fmt/format.h>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/config/names.hpp"

namespace aie4::workload {
namespace {

using nlohmann::json;

const json* find(const json& document, const std::string& place) {
  try {
    return &document.at(json::json_pointer("/" + place));
  } catch (const json::exception&) {
    return nullptr;
  }
}

/// What a definition of the schema allows by name: keys of a layer, or values of an enumeration.
std::vector<std::string> names_of(const json& schema, const json& layer, const std::string& key) {
  const json& definitions = schema["definitions"];
  std::vector<std::string> names;
  if (key == "op") return definitions["layer"]["properties"]["op"]["enum"];
  const std::string op = layer.value("op", "");
  if (!definitions.contains(op)) return names;
  const json& properties = definitions[op]["properties"];
  if (!properties.contains(key)) {
    for (const auto& [name, ignored] : properties.items()) names.push_back(name);
    return names;
  }
  const json& property = properties[key].contains("$ref") ? definitions["dtype"] : properties[key];
  if (property.contains("enum")) return property["enum"];
  return names;
}

std::string nearest(const std::string& typed, const std::vector<std::string>& names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  return std::string(config::nearest_name(typed, views));
}

}  // namespace

std::string explain(const json& schema, const json& document, const SchemaError& error) {
  const std::string& place = error.place;
  const json* const found = find(document, place);
  const std::size_t slash = place.rfind('/');
  const std::string key = slash == std::string::npos ? place : place.substr(slash + 1);
  const json* const layer = slash == std::string::npos ? &document : find(document, place.substr(0, slash));
  if (found != nullptr && found->is_string() && layer != nullptr && layer->is_object()) {
    const std::vector<std::string> names = names_of(schema, *layer, key);
    if (!names.empty()) {
      return fmt::format("{}: expected one of {}, came {} (nearest: {})", place, fmt::join(names, ", "),
                         found->get<std::string>(), nearest(*found, names));
    }
  }
  if (found != nullptr && found->is_object() && found->contains("op") && (*found)["op"].is_string()) {
    const std::string op = (*found)["op"];
    const json& definitions = schema["definitions"];
    for (const auto& [name, value] : found->items()) {
      if (definitions.contains(op) && !definitions[op]["properties"].contains(name)) {
        return fmt::format("{}/{}: {} has no such key (nearest: {})", place, name, op,
                           nearest(name, names_of(schema, *found, name)));
      }
    }
    for (const json& name : definitions.contains(op) ? definitions[op]["required"] : json::array()) {
      if (!found->contains(name.get<std::string>())) {
        return fmt::format("{}: {} needs {}", place, op, name.get<std::string>());
      }
    }
  }
  const std::string came = found == nullptr ? "" : fmt::format(", came {}", found->dump().substr(0, 40));
  return fmt::format("{}: {}{}", place, error.words, came);
}

}  // namespace aie4::workload
