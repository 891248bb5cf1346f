// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace aie4::sweep {
namespace {

struct Sample {
  double value;  ///< Logarithms, both.
  double time;
};
/// Samples that differ in one factor alone, by everything else.
using Groups = std::map<std::string, std::vector<Sample>>;

const Value* value_of_factor(const StoredPoint& point, const std::string& factor) {
  const auto found = std::ranges::find(point.values, factor, &std::pair<std::string, Value>::first);
  return found == point.values.end() ? nullptr : &found->second;
}

std::string everything_else(const StoredPoint& point, const std::string& factor) {
  std::string key = point.preset + '\0';
  for (const auto& [name, value] : point.values) {
    if (name != factor) key += name + '\0' + value.text + '\0';
  }
  return key;
}

double mean(const std::vector<Sample>& samples, double Sample::* member) {
  double sum = 0;
  for (const Sample& sample : samples) sum += sample.*member;
  return sum / static_cast<double>(samples.size());
}

std::optional<Sensitivity> fit(const Groups& groups) {
  Sensitivity result;
  double covariance = 0;
  double variance = 0;
  double ends = 0;
  std::size_t pairs = 0;
  for (const auto& [key, samples] : groups) {
    const double value = mean(samples, &Sample::value);
    const double time = mean(samples, &Sample::time);
    double own = 0;
    for (const Sample& sample : samples) {
      own += (sample.value - value) * (sample.value - value);
      covariance += (sample.value - value) * (sample.time - time);
    }
    if (own == 0) continue;
    variance += own;
    const auto [low, high] = std::ranges::minmax_element(samples, {}, &Sample::value);
    ends += high->time - low->time;
    result.points += samples.size();
    ++pairs;
  }
  if (pairs == 0) return std::nullopt;
  result.elasticity = covariance / variance;
  result.end_to_end = std::exp(ends / static_cast<double>(pairs));
  return result;
}

}  // namespace

std::vector<Sensitivity> sensitivities(const StoredSweep& sweep) {
  std::vector<std::string> workloads;
  for (const StoredPoint& point : sweep.points) {
    if (workloads.empty() || workloads.back() != point.workload) workloads.push_back(point.workload);
  }
  std::vector<Sensitivity> result;
  for (const std::string& workload : workloads) {
    for (const Factor& factor : sweep.factors) {
      Groups groups;
      std::size_t skipped = 0;
      for (const StoredPoint& point : sweep.points) {
        if (point.workload != workload || !point.outcome || !point.outcome->succeeded()) continue;
        const Value* value = value_of_factor(point, factor.name);
        if (value == nullptr || !value->number || point.outcome->time_ps == 0) continue;
        if (*value->number <= 0) {
          ++skipped;
          continue;
        }
        groups[everything_else(point, factor.name)].push_back(
            {std::log(static_cast<double>(*value->number)), std::log(static_cast<double>(point.outcome->time_ps))});
      }
      if (auto found = fit(groups)) {
        found->factor = factor.name;
        found->workload = workload;
        found->skipped = skipped;
        result.push_back(std::move(*found));
      }
    }
  }
  std::ranges::stable_sort(result, std::ranges::greater{},
                           [](const Sensitivity& entry) { return std::abs(entry.elasticity); });
  return result;
}

}  // namespace aie4::sweep
