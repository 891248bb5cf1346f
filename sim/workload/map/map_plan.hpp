// SPDX-License-Identifier: Apache-2.0
// From a tiling of rows to a plan: each core works on rows of its own; memory tiles only hand over. Pure. The dataflow
// is described in docs/workloads.md.
#pragma once

#include "sim/workload/map/map_tiling.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload {

/// Arguments: the inputs, the constants if there are any, the result.
[[nodiscard]] Plan plan_map(const MapProblem& problem, const MapTiling& tiling);

}  // namespace aie4::workload
