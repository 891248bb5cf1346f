// SPDX-License-Identifier: Apache-2.0
// Measurements repeated, and what came out.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/validate/measurement.hpp"

namespace aie4::validate {

enum class Verdict : std::uint8_t { Within, Missed, Failed, NotRun };
[[nodiscard]] std::string_view to_string(Verdict verdict);

struct Result {
  Measurement measurement;
  Verdict verdict = Verdict::NotRun;
  double simulated = 0;      ///< If Within or Missed.
  double error_percent = 0;  ///< Signed, of what was measured.
  std::string failure = {};  ///< Of the experiment itself.
  struct Parameter {
    std::string_view name;
    std::uint64_t value = 0;
    std::string_view unit;
    Confidence confidence = Confidence::Assumed;
  };
  std::vector<Parameter> parameters = {};
};

/// Repeats one measurement with the parameters of its preset; `change` may then change them.
[[nodiscard]] Result repeat(const Measurement& measurement, const std::function<void(Configuration&)>& change);

/// Nothing failed, nothing missed.
[[nodiscard]] bool succeeded(std::span<const Result> results);

[[nodiscard]] std::string to_text(std::span<const Result> results);
[[nodiscard]] std::string to_json(std::span<const Result> results);
/// The page docs/accuracy.md.
[[nodiscard]] std::string to_markdown(std::span<const Result> results);

}  // namespace aie4::validate
