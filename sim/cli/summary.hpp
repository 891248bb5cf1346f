// SPDX-License-Identifier: Apache-2.0
// What is said at the end of a run: what was not modelled, what went wrong, what was done.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/cli/boundary_tap.hpp"
#include "sim/machine/machine.hpp"
#include "sim/vfio_user/statistics.hpp"

namespace aie4::cli {

struct Summary {
  Machine& machine;
  LatencyMeter::Summary latency;
  std::optional<transcript::Footer> recording = std::nullopt;
  const vfio_user::ServerStatistics* server = nullptr;  ///< nullptr: nobody was served.

  /// For people: the burndown of what is not modelled first, by name and count.
  [[nodiscard]] std::string text() const;
  /// For machines: one JSON object.
  [[nodiscard]] std::string json() const;
};

}  // namespace aie4::cli
