// SPDX-License-Identifier: Apache-2.0
// From a plan to control code: one uC for each column, or one for all. Pure.
#pragma once

#include <string>

#include "sim/workload/plan.hpp"

namespace aie4::workload {

/// Text for `aiebu-asm -t aie4_config`. Each uC sets up its columns, waits for the others, and hands out transfers
/// batch by batch, column by column, as long as the half of the column has descriptors for them; the next only after
/// the last if the plan does not overlap.
[[nodiscard]] std::string control_code(const Plan& plan);

}  // namespace aie4::workload
