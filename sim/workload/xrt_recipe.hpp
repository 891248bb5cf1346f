// SPDX-License-Identifier: Apache-2.0
// What an unmodified xrt-runner wants to have in order to run a program in a guest and compare its results. Pure.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/workload/plan.hpp"

namespace aie4::workload {

/// A context with the program NAME.elf (instance NAME:dpu), a buffer for each argument, one run.
[[nodiscard]] nlohmann::ordered_json xrt_recipe(const std::string& name, const std::vector<Argument>& arguments);
/// Inputs come from ARGUMENT.bin; outputs are compared with ARGUMENT.bin after each iteration.
[[nodiscard]] nlohmann::ordered_json xrt_profile(const std::vector<Argument>& arguments);

}  // namespace aie4::workload
