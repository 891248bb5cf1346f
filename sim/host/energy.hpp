// SPDX-License-Identifier: Apache-2.0
// What a run may have cost in energy: a rough guess (timing notes 3.8). None of the parameters energy.* is measured.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "models/common/parameters.hpp"
#include "sim/host/resource_report.hpp"

namespace aie4::host {

/// In nanojoules.
struct Energy {
  double idle = 0;         ///< Power at rest, over the whole time.
  double products = 0;     ///< Of matrix units: those of slower types cost as much more as they are slower.
  double core_memory = 0;  ///< Bytes in and out of data memories of compute tiles.
  double memory_tiles = 0;
  double ddr = 0;

  /// What `times` runs that cost `part` add.
  void add(const Energy& part, std::uint64_t times = 1);
  [[nodiscard]] double total() const { return idle + products + core_memory + memory_tiles + ddr; }
};

[[nodiscard]] Energy energy_of(const ResourceReport& report, const Parameters& parameters);

/// "12.3 uJ, 1.2 W on average (low confidence): DDR 60 %, idle 20 %, ...": those of 1 % and more.
[[nodiscard]] std::string to_text(const Energy& energy, const ResourceReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const Energy& energy);

}  // namespace aie4::host
