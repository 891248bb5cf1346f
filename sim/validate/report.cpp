// SPDX-License-Identifier: Apache-2.0
#include "sim/validate/report.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "sim/config/config.hpp"
#include "sim/config/preset.hpp"
#include "sim/validate/bench.hpp"

namespace aie4::validate {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Within:
      return "within";
    case Verdict::Missed:
      return "MISSED";
    case Verdict::Failed:
      return "FAILED";
    case Verdict::NotRun:
      return "not run";
  }
  return "?";
}

Result repeat(const Measurement& measurement, const std::function<void(Configuration&)>& change) {
  Configuration configuration;
  config::apply_preset(configuration, measurement.preset, "measurement");
  change(configuration);
  config::check(configuration);
  Result result{.measurement = measurement};
  for (const std::string_view name : measurement.parameters) {
    const auto info = std::ranges::find(parameter_table(), name, &ParameterInfo::name);
    if (info == parameter_table().end()) throw std::logic_error("no parameter " + std::string(name));
    result.parameters.push_back({.name = info->name,
                                 .value = configuration.parameters.*info->member,
                                 .unit = info->unit,
                                 .confidence = config::origin_of(configuration, *info).confidence});
  }
  if (!measurement.simulate) return result;
  try {
    result.simulated = measurement.simulate(configuration);
    result.error_percent = 100 * (result.simulated - measurement.measured) / measurement.measured;
    const bool within = measurement.at_most ? result.simulated <= measurement.measured
                                            : std::abs(result.error_percent) <= target_percent(measurement.kind);
    result.verdict = within ? Verdict::Within : Verdict::Missed;
  } catch (const ExperimentError& error) {
    result.verdict = Verdict::Failed;
    result.failure = error.what();
  }
  return result;
}

bool succeeded(std::span<const Result> results) {
  return std::ranges::none_of(results, [](const Result& result) {
    return result.verdict == Verdict::Missed || result.verdict == Verdict::Failed;
  });
}

}  // namespace aie4::validate
