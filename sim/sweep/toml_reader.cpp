// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/toml_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <tuple>

#include "sim/config/error.hpp"
#include "sim/config/names.hpp"

namespace aie4::sweep {

std::string Node::place() const {
  return fmt::format("{}:{}", *origin_, node_->source().begin.line);
}

void Node::refuse(const std::string& expected, const std::string& came) const {
  throw config::ConfigurationError(place(), path_, expected, came);
}

std::string Node::shown() const {
  std::ostringstream text;
  if (const auto* number = node_->as_integer()) {
    text << number->get();
  } else if (const auto* word = node_->as_string()) {
    text << '"' << word->get() << '"';
  } else {
    text << node_->type();
  }
  return text.str();
}

std::int64_t Node::integer(const std::string& expected) const {
  const auto* number = node_->as_integer();
  if (number == nullptr) refuse(expected, shown());
  return number->get();
}

std::string Node::string(const std::string& expected) const {
  const auto* text = node_->as_string();
  if (text == nullptr) refuse(expected, shown());
  return text->get();
}

std::vector<Node> Node::items(const std::string& expected) const {
  const toml::array* list = node_->as_array();
  if (list == nullptr) refuse(expected, shown());
  std::vector<Node> result;
  for (const toml::node& item : *list)
    result.emplace_back(item, fmt::format("{}[{}]", path_, result.size() + 1), *origin_);
  return result;
}

std::vector<Node::Member> Node::members(const std::string& expected, std::span<const std::string_view> known) const {
  const toml::table* table = node_->as_table();
  if (table == nullptr) refuse(expected, shown());
  std::vector<Member> result;
  for (const auto& [key, node] : *table) {
    const std::string name(key.str());
    Node member(node, path_.empty() ? name : path_ + "." + name, *origin_);
    if (!known.empty() && std::ranges::find(known, name) == known.end()) {
      throw config::ConfigurationError(member.place(), path_,
                                       fmt::format("a known key (nearest: {})", config::nearest_name(name, known)),
                                       fmt::format("\"{}\"", name));
    }
    result.push_back({name, std::move(member)});
  }
  // toml++ sorts by name; a person ordered the text.
  std::ranges::stable_sort(result, std::ranges::less{}, [](const Member& member) {
    const toml::source_position& begin = member.node.node_->source().begin;
    return std::tuple(begin.line, begin.column);
  });
  return result;
}

}  // namespace aie4::sweep
