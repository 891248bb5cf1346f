// SPDX-License-Identifier: Apache-2.0
// Names of what an access touches, by the hardware's own words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/npu/configuration.hpp"
#include "sim/transcript/format.hpp"

namespace aie4::transcript {

/// "pf", "vf0", "vf1", ... as the configuration has them.
[[nodiscard]] std::vector<std::string> function_names(const Configuration& configuration);

/// The name of a function index; "function 9" beyond the end.
[[nodiscard]] std::string function_name(const std::vector<std::string>& names, std::uint8_t function);

/// The register of a BAR at exactly this offset: "X2I_TAIL", "mailbox_info.valid", "MPASP_C2PMSG_73_ALT_1",
/// "msix_table[2].data"; or the region with an offset: "x2i_ring+0x10", "doorbell 3", "BAR2+0x5000".
[[nodiscard]] std::string bar_place(unsigned bar, std::uint64_t offset);

/// What an event touches: a register, a DMA address, a vector.
[[nodiscard]] std::string place(const Event& event);

/// Little-endian value of at most eight bytes.
[[nodiscard]] std::uint64_t value_of(std::span<const std::byte> data);

/// 1234567 -> "1.234567 us".
[[nodiscard]] std::string time_text(std::uint64_t time_ps);

}  // namespace aie4::transcript
