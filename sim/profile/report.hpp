// SPDX-License-Identifier: Apache-2.0
// Where the time of the commands on a timeline went, and whether it shows cause before effect.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/profile/stages.hpp"
#include "sim/trace/perfetto_reader.hpp"

namespace aie4::profile {

/// One command, as the timeline has it; nanoseconds.
struct CommandTimes {
  std::string name = {};    ///< "run 7 of vf0 context 0"
  std::string thread = {};  ///< "npu-xrt 138"
  std::uint64_t begin = 0;
  std::uint64_t duration = 0;
  std::array<std::uint64_t, kStages> stages{};
  std::array<std::uint64_t, kStages> simulated_ps{};

  [[nodiscard]] std::uint64_t sum() const;
};

struct Report {
  std::vector<CommandTimes> commands;   ///< By begin.
  std::vector<std::string> notes;       ///< About the clocks and what was lost.
  std::vector<std::string> violations;  ///< An effect before its cause; a command whose steps are not all there.
  std::vector<std::string> gaps;        ///< A command whose stages do not add up to its time within 2 %.

  std::size_t unreturned = 0;  ///< Commands whose end no client waited for in a way that is traced.

  [[nodiscard]] bool good() const { return violations.empty() && gaps.empty(); }
};

/// Throws ProfileError for a timeline without commands' track: one that `aie4sim guest --profile` did not write.
[[nodiscard]] Report report(const trace::ReadTrace& trace);

/// A table of stages for people: shares of all time, and p50, p90, p99 of the commands.
[[nodiscard]] std::string text(const Report& report);
/// The same with every command.
[[nodiscard]] std::string json(const Report& report);

}  // namespace aie4::profile
