// SPDX-License-Identifier: Apache-2.0
// A published measurement of hardware, and how the simulator repeats it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/npu/configuration.hpp"

namespace aie4::validate {

/// What is measured: says how far off a result may be.
enum class Kind : std::uint8_t { Kernel, WholeArray, Bandwidth, Latency, Effect };
/// In percent: 5, 10, 10, 30, 33.
[[nodiscard]] unsigned target_percent(Kind kind);
[[nodiscard]] std::string_view to_string(Kind kind);

/// What agreement says.
enum class Basis : std::uint8_t {
  Fitted,     ///< A parameter was chosen to meet this number: it says that the equation can.
  Predicted,  ///< No parameter was: it says that the model is right, or not.
};
[[nodiscard]] std::string_view to_string(Basis basis);

struct Measurement {
  std::string_view row;  ///< "C1" to "C12".
  std::string what;
  std::string_view preset;
  double measured = 0;
  std::string_view unit;
  Kind kind = Kind::Latency;
  Basis basis = Basis::Predicted;
  std::string_view source;
  std::vector<std::string_view> parameters = {};  ///< Those that decide.
  /// In the same unit; throws ExperimentError. Null: not run.
  std::function<double(const Configuration&)> simulate = nullptr;
  std::string_view why_not = {};  ///< Why it is not run.
  bool at_most = false;           ///< `measured` is a bound: anything below is within.
};

/// All, in order of rows. Programs for the whole array need aiebu-asm: the words that start it, none if there is none.
[[nodiscard]] std::vector<Measurement> measurements(const std::vector<std::string>& assembler);

// By file.
void add_kernels(std::vector<Measurement>& list);
void add_transfers(std::vector<Measurement>& list);
void add_control_path(std::vector<Measurement>& list);
void add_whole_array(std::vector<Measurement>& list, const std::vector<std::string>& assembler);

}  // namespace aie4::validate
