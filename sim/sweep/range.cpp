// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/range.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "sim/config/names.hpp"

namespace aie4::sweep {
namespace {

constexpr std::array<std::string_view, 5> kKeys = {"from", "to", "count", "step", "scale"};
constexpr std::array<std::string_view, 2> kScales = {"linear", "log"};
// Beyond it a double is no longer exact.
constexpr std::int64_t kMaxMagnitude = std::int64_t{1} << 53;

struct Range {
  std::optional<std::int64_t> from, to, count, step;
  bool log = false;
};

Range read(const Node& node) {
  Range range;
  for (const Node::Member& member : node.members("a range", kKeys)) {
    if (member.key == "scale") {
      const std::string scale = member.node.string("\"linear\" or \"log\"");
      if (std::ranges::find(kScales, scale) == kScales.end()) {
        member.node.refuse(fmt::format("\"linear\" or \"log\" (nearest: {})", config::nearest_name(scale, kScales)),
                           member.node.shown());
      }
      range.log = scale == "log";
      continue;
    }
    const std::int64_t number = member.node.integer("an integer");
    if (number < 0 || number > kMaxMagnitude) {
      member.node.refuse(fmt::format("an integer 0..{}", kMaxMagnitude), member.node.shown());
    }
    (member.key == "from"    ? range.from
     : member.key == "to"    ? range.to
     : member.key == "count" ? range.count
                             : range.step) = number;
  }
  return range;
}

void check(const Range& range, const Node& node) {
  if (!range.from || !range.to) node.refuse("a range with from and to", range.from ? "no to" : "no from");
  if (*range.from >= *range.to) {
    node.refuse("from below to", fmt::format("from = {}, to = {}", *range.from, *range.to));
  }
  if (range.count.has_value() == range.step.has_value()) {
    node.refuse("either count or step", range.count ? "both" : "neither");
  }
  if (range.count && (*range.count < 2 || *range.count > kMaxRange)) {
    node.refuse(fmt::format("a count of 2..{}", kMaxRange), fmt::format("{}", *range.count));
  }
  if (range.step && (*range.step < 1 || (*range.to - *range.from) / *range.step >= kMaxRange)) {
    node.refuse(fmt::format("a step that gives at most {} values", kMaxRange), fmt::format("{}", *range.step));
  }
  if (range.log && range.step) node.refuse("a count with scale = \"log\"", "a step");
  if (range.log && *range.from == 0) node.refuse("from above 0 with scale = \"log\"", "0");
}

}  // namespace

bool is_range(const Node& node) {
  if (!node.is_table()) return false;
  return std::ranges::any_of(node.members("a table"),
                             [](const Node::Member& member) { return member.key == "from" || member.key == "to"; });
}

std::vector<std::int64_t> read_range(const Node& node) {
  const Range range = read(node);
  check(range, node);
  std::vector<std::int64_t> values;
  if (range.step) {
    for (std::int64_t value = *range.from; value <= *range.to; value += *range.step) values.push_back(value);
    return values;
  }
  const auto from = static_cast<double>(*range.from);
  const auto to = static_cast<double>(*range.to);
  for (std::int64_t i = 0; i < *range.count; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(*range.count - 1);
    const double value = range.log ? from * std::pow(to / from, part) : from + (to - from) * part;
    values.push_back(std::llround(value));
  }
  if (std::ranges::adjacent_find(values) != values.end()) {
    node.refuse(fmt::format("{} different integers", *range.count),
                fmt::format("a range that has fewer: {}..{}", *range.from, *range.to));
  }
  return values;
}

}  // namespace aie4::sweep
