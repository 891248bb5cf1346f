// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/points.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "sim/config/error.hpp"
#include "sim/config/settings.hpp"
#include "sim/sweep/placeholders.hpp"

namespace aie4::sweep {
namespace {

using Values = std::vector<std::pair<std::size_t, Value>>;

bool uses(const Workload& workload, const std::string& variable) {
  const auto in = [&variable](const std::string& word) {
    const std::vector<std::string> names = placeholders(word);
    return std::ranges::find(names, variable) != names.end();
  };
  return std::ranges::any_of(workload.command, in) || in(workload.dtype) ||
         std::ranges::find(workload.operations, variable) != workload.operations.end();
}

std::vector<std::size_t> factors_of(const Spec& spec, const Workload& workload) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < spec.factors.size(); ++i) {
    const Factor& factor = spec.factors[i];
    if (factor.kind == Factor::Kind::Parameter || uses(workload, factor.name)) result.push_back(i);
  }
  return result;
}

Value base_of(const Factor& factor, const Preset& preset) {
  if (factor.kind == Factor::Kind::Variable) return factor.values.front();
  const auto setting = std::ranges::find(preset.settings, factor.name, &std::pair<std::string, std::int64_t>::first);
  if (setting != preset.settings.end()) return value_of(setting->second);
  return value_of(std::get<std::int64_t>(config::get_value(Configuration{}, factor.name)));
}

std::vector<Values> grid(const Spec& spec, const std::vector<std::size_t>& factors) {
  std::vector<Values> result = {{}};
  for (const std::size_t factor : factors) {
    std::vector<Values> longer;
    for (const Values& values : result) {
      for (const Value& value : spec.factors[factor].values) {
        longer.push_back(values);
        longer.back().emplace_back(factor, value);
      }
    }
    result = std::move(longer);
  }
  return result;
}

std::vector<Values> one_at_a_time(const Spec& spec, const std::vector<std::size_t>& factors, const Preset& preset) {
  Values base;
  for (const std::size_t factor : factors) base.emplace_back(factor, base_of(spec.factors[factor], preset));
  std::vector<Values> result = {base};
  for (std::size_t i = 0; i < base.size(); ++i) {
    for (const Value& value : spec.factors[base[i].first].values) {
      if (value == base[i].second) continue;
      result.push_back(base);
      result.back()[i].second = value;
    }
  }
  return result;
}

/// How many points there are, without making them; saturates.
std::size_t count(const Spec& spec) {
  double total = 0;
  for (const Workload& workload : spec.workloads) {
    double product = 1;
    double sum = 1;
    for (const std::size_t factor : factors_of(spec, workload)) {
      product *= static_cast<double>(spec.factors[factor].values.size());
      sum += static_cast<double>(spec.factors[factor].values.size());
    }
    total += static_cast<double>(spec.presets.size()) * (spec.explore == Explore::Grid ? product : sum);
  }
  return total > 1e18 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(total);
}

Point make(const Spec& spec, std::size_t number, std::size_t workload, std::size_t preset, Values values) {
  const auto text_of = [&](const std::string& name) {
    if (name == kPointPlaceholder) return std::to_string(number);
    for (const auto& [factor, value] : values) {
      if (spec.factors[factor].name == name) return value.text;
    }
    return std::string();
  };
  const Workload& what = spec.workloads[workload];
  Point point{.workload = workload, .preset = preset, .values = {}, .words = {}, .operations = {}, .dtype = {}};
  for (const std::string& word : what.command) point.words.push_back(substitute(word, text_of));
  for (const std::string& word : spec.presets[preset].arguments) point.words.push_back(word);
  for (const auto& [name, value] : spec.presets[preset].settings) {
    point.words.insert(point.words.end(), {"--set", fmt::format("{}={}", name, value)});
  }
  for (const auto& [factor, value] : values) {
    if (spec.factors[factor].kind != Factor::Kind::Parameter) continue;
    point.words.insert(point.words.end(), {"--set", fmt::format("{}={}", spec.factors[factor].name, value.text)});
  }
  for (const std::string& item : what.operations) {
    const std::string text = is_identifier(item) ? text_of(item) : item;
    point.operations = point.operations.value_or(1) * std::stoull(text);
  }
  point.dtype = substitute(what.dtype, text_of);
  point.values = std::move(values);
  return point;
}

}  // namespace

std::string Point::key() const {
  return nlohmann::json(words).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::vector<Point> points_of(const Spec& spec, const std::string& origin) {
  if (const std::size_t number = count(spec); number > kMaxPoints) {
    throw config::ConfigurationError(origin, "", fmt::format("at most {} points", kMaxPoints),
                                     fmt::format("{} (explore = \"one-at-a-time\" has fewer)", number));
  }
  std::vector<Point> points;
  std::set<std::string> keys;
  for (std::size_t workload = 0; workload < spec.workloads.size(); ++workload) {
    const std::vector<std::size_t> factors = factors_of(spec, spec.workloads[workload]);
    for (std::size_t preset = 0; preset < spec.presets.size(); ++preset) {
      for (Values& values :
           spec.explore == Explore::Grid ? grid(spec, factors) : one_at_a_time(spec, factors, spec.presets[preset])) {
        points.push_back(make(spec, points.size(), workload, preset, std::move(values)));
        if (!keys.insert(points.back().key()).second) {
          throw config::ConfigurationError(
              origin, "", "points that differ",
              fmt::format("the same command line twice: {}", fmt::join(points.back().words, " ")));
        }
      }
    }
  }
  return points;
}

}  // namespace aie4::sweep
