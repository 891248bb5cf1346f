// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/config/preset.hpp"
#include "sim/validate/report.hpp"

namespace aie4::validate {
namespace {

constexpr std::string_view kHead = R"(<!-- SPDX-License-Identifier: Apache-2.0 -->
# Accuracy

<!-- Produced by `aie4sim validate --markdown`. After a change of times or parameters:
     AIE4SIM_UPDATE=1 ctest --preset release -R 'cli: validate' -->

How far simulated times are from published measurements of hardware. `aie4sim validate` repeats each measurement: control code, core programs and DMAs
run on the simulated machine with the parameters of the generation that was measured ([presets](configuration.md)), and what the machine did is
timed as the measurement was.

- A **fitted** row had a parameter chosen to meet it, by the rule that `tests/calibration/fit.py` repeats: agreement says that the equations can express
  it, not that they would have foretold it. Agreement of a **predicted** row does.
- Of AIE4 itself there are two public measurements, C3 and C10. **All other absolute times of AIE4 are predictions**: the equations are those that
  were compared on older generations, the parameters are as sure as [configuration](configuration.md) says.
- Targets: kernels 5 %, whole-array products 10 %, bandwidths 10 %, latencies 30 % (hardware itself varies by about as much), what
  an effect costs a third.
- **MISSED** is outside the target; the number stands. **not run** says why.
- Nothing depends on shape, name or preset beyond the parameters.

)";

std::string number(double value) {
  const double size = std::abs(value);
  return size >= 1000  ? fmt::format("{:.0f}", value)
         : size >= 100 ? fmt::format("{:.1f}", value)
                       : fmt::format("{:.2f}", value);
}

bool ran(const Result& result) {
  return result.verdict == Verdict::Within || result.verdict == Verdict::Missed;
}

std::string_view reason(const Result& result) {
  return result.verdict == Verdict::Failed ? std::string_view(result.failure) : result.measurement.why_not;
}

std::string counts(std::span<const Result> results) {
  const auto count = [&](Verdict verdict) { return std::ranges::count(results, verdict, &Result::verdict); };
  const auto predicted = std::ranges::count_if(results, [](const Result& result) {
    return result.verdict == Verdict::Within && result.measurement.basis == Basis::Predicted;
  });
  std::string text =
      fmt::format("{} measurements: {} within their target ({} of these predicted, not fitted), {} missed, {} not run",
                  results.size(), count(Verdict::Within), predicted, count(Verdict::Missed), count(Verdict::NotRun));
  if (count(Verdict::Failed) != 0) text += fmt::format(", {} FAILED", count(Verdict::Failed));
  return text;
}

std::string with_unit(double value, std::string_view unit) {
  return fmt::format("{} {}", number(value), unit);
}

std::string error(const Result& result) {
  return ran(result) && !result.measurement.at_most ? fmt::format("{:+.1f} %", result.error_percent) : "-";
}

std::string target(const Measurement& measurement) {
  return measurement.at_most ? "at most" : fmt::format("{} %", target_percent(measurement.kind));
}

}  // namespace

std::string to_text(std::span<const Result> results) {
  std::string text = fmt::format("{:4} {:6} {:64} {:>16} {:>16} {:>9} {:>7}  {:8} {}\n", "", "preset", "", "measured",
                                 "simulated", "error", "target", "", "basis");
  for (const Result& result : results) {
    const Measurement& m = result.measurement;
    text += fmt::format("{:4} {:6} {:64} {:>16} {:>16} {:>9} {:>7}  {:8} {}\n", m.row, m.preset, m.what,
                        with_unit(m.measured, m.unit), ran(result) ? with_unit(result.simulated, m.unit) : "-",
                        error(result), target(m), to_string(result.verdict), to_string(m.basis));
    if (!ran(result)) text += fmt::format("{:11} {}\n", "", reason(result));
    text += fmt::format("{:11} ", "");
    std::string_view separator;
    for (const Result::Parameter& parameter : result.parameters) {
      text += fmt::format("{}{} {} ({})", separator, parameter.name, parameter.value, to_string(parameter.confidence));
      separator = ", ";
    }
    text += '\n';
  }
  return text + counts(results) + "\n";
}

std::string to_json(std::span<const Result> results) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const Result& result : results) {
    const Measurement& m = result.measurement;
    Json row = {{"row", m.row},
                {"what", m.what},
                {"preset", m.preset},
                {"kind", to_string(m.kind)},
                {"unit", m.unit},
                {"measured", m.measured},
                {"source", m.source},
                {"target_percent", target_percent(m.kind)},
                {"at_most", m.at_most},
                {"basis", to_string(m.basis)},
                {"verdict", to_string(result.verdict)}};
    if (ran(result)) {
      row["simulated"] = result.simulated;
      row["error_percent"] = result.error_percent;
    } else {
      row["reason"] = reason(result);
    }
    row["parameters"] = Json::array();
    for (const Result::Parameter& parameter : result.parameters) {
      row["parameters"].push_back({{"name", parameter.name},
                                   {"value", parameter.value},
                                   {"unit", parameter.unit},
                                   {"confidence", to_string(parameter.confidence)}});
    }
    rows.push_back(std::move(row));
  }
  return Json{{"measurements", std::move(rows)}, {"succeeded", succeeded(results)}}.dump(2) + "\n";
}

std::string to_markdown(std::span<const Result> results) {
  std::string text(kHead);
  text += counts(results) + ".\n\n";
  text +=
      "| row | preset | what | measured | simulated | error | target | verdict | basis |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const Result& result : results) {
    const Measurement& m = result.measurement;
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", m.row, m.preset, m.what,
                        with_unit(m.measured, m.unit), ran(result) ? with_unit(result.simulated, m.unit) : "-",
                        error(result), target(m),
                        ran(result) ? std::string(to_string(result.verdict))
                                    : fmt::format("{}: {}", to_string(result.verdict), reason(result)),
                        to_string(m.basis));
  }
  text +=
      "\n## Parameters and sources\n\n| row | what | parameters involved, and how sure they are | source "
      "|\n|---|---|---|---|\n";
  for (const Result& result : results) {
    const Measurement& m = result.measurement;
    text += fmt::format("| {} | {}: {} | ", m.row, m.preset, m.what);
    std::string_view separator;
    for (const Result::Parameter& parameter : result.parameters) {
      text +=
          fmt::format("{}`{}` {} ({})", separator, parameter.name, parameter.value, to_string(parameter.confidence));
      separator = ", ";
    }
    text += fmt::format(" | {} |\n", m.source);
  }
  return text;
}

}  // namespace aie4::validate
