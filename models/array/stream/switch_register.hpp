// SPDX-License-Identifier: Apache-2.0
// Which register of which stream switch a register of a tile is. Pure.
#pragma once

#include <optional>

#include "models/array/stream/stream_switch.hpp"
#include "models/registers/array/registers.hpp"
#include "models/registers/array/streams.hpp"

namespace aie4::array {

struct SwitchRegister {
  registers::Switch which{};
  StreamSwitch::Register reg{};
};

/// None: the register belongs to no switch.
[[nodiscard]] std::optional<SwitchRegister> switch_register(const registers::RegisterRef& ref);

}  // namespace aie4::array
