// SPDX-License-Identifier: Apache-2.0
// Where the time of a run went, by part of the machine, and what bounded it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/host/resource_report.hpp"

namespace aie4::workload {

/// Shares of the run's time, 0 to 1.
struct Breakdown {
  struct Part {
    std::string name;          ///< "compute", "tile DMA", "shim DMA", "DDR", "control".
    std::string busiest = {};  ///< The resource that was busy longest.
    double share = 0;          ///< For which it was.
  };
  std::uint64_t duration_ps = 0;
  unsigned cores = 0;            ///< That called a kernel.
  double compute = 0;            ///< Cores busy, mean over those.
  double waiting = 0;            ///< Cores stalled, mean over those.
  std::vector<Part> parts = {};  ///< In a fixed order.
  std::string bound = {};        ///< The part with the busiest resource; "latency" if none is busy half of the time.
};

[[nodiscard]] Breakdown break_down(const host::ResourceReport& report);

}  // namespace aie4::workload
