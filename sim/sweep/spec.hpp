// SPDX-License-Identifier: Apache-2.0
// What a sweep is: which workloads run with which values of which parameters. Read from TOML (docs/sweeps.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aie4::sweep {

/// A value of a factor, as it stands on a command line.
struct Value {
  std::string text;
  std::optional<std::int64_t> number;  ///< If it is an integer.

  bool operator==(const Value&) const = default;
};
[[nodiscard]] Value value_of(std::int64_t number);
[[nodiscard]] Value value_of(std::string text);

/// Something that is varied.
struct Factor {
  enum class Kind : std::uint8_t {
    Parameter,  ///< A name of the configuration: becomes `--set NAME=VALUE`.
    Variable,   ///< Takes the place of `{NAME}` in the words of workloads.
  };
  Kind kind = Kind::Parameter;
  std::string name;
  std::vector<Value> values;  ///< Each once, in the order of the text.
};

/// A command line of aie4sim without its first word.
struct Workload {
  std::string name;
  std::vector<std::string> command;
  /// Arithmetic operations of one run (a multiply-add is two): a product of integers and of variables' names. Empty:
  /// what the command itself reports.
  std::vector<std::string> operations;
  std::string dtype;  ///< "i8": which peak of the cores it is measured against; empty: unknown.
};

/// The same machine with other parameters.
struct Preset {
  std::string name;
  std::vector<std::pair<std::string, std::int64_t>> settings;
  std::vector<std::string> arguments;  ///< Further words of the command line.
};

/// In which combinations.
enum class Explore : std::uint8_t {
  Grid,        ///< Every value with every other.
  OneAtATime,  ///< Each value of a factor with all others at their base.
};

struct Spec {
  std::string name;
  Explore explore = Explore::Grid;
  std::vector<Factor> factors;
  std::vector<Preset> presets;  ///< One without a name and settings if the text has none.
  std::vector<Workload> workloads;
};

/// `commands`: the sub-commands that a workload may use. Throws config::ConfigurationError, with `origin` and line, for
/// everything that cannot be run.
[[nodiscard]] Spec read_spec(std::string_view toml, const std::string& origin,
                             std::span<const std::string_view> commands);

/// More points than this are refused.
inline constexpr std::size_t kMaxPoints = 1'000'000;

}  // namespace aie4::sweep
