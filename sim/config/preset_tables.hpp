// SPDX-License-Identifier: Apache-2.0
// The values of the presets, one table a generation.
#pragma once

#include <span>

#include "sim/config/preset.hpp"

namespace aie4::config {

[[nodiscard]] std::span<const PresetValue> xdna1_values();
[[nodiscard]] std::span<const PresetValue> xdna2_values();

}  // namespace aie4::config
