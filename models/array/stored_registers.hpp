// SPDX-License-Identifier: Apache-2.0
// Which registers without behaviour may be stored and forgotten, and which must be heard of.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace aie4::array {

/// Kinds of the burndown.
inline constexpr std::string_view kStoredKind = "stored register";
inline constexpr std::string_view kUnmodelledKind = "register";

/// Families that have no effect a program could see in a model without parity errors, analogue behaviour or second
/// applications: spare bits, power gating, error injection that nobody asked for, attributes of transactions.
inline constexpr std::array<std::string_view, 51> kHarmlessRegisters{
    "application_address_bit",
    "axi_mm_hang_protection_timeout",
    "axuser_a",
    "axuser_b",
    "bisr_cache_ctrl",
    "bisr_cache_data",
    "bisr_cache_status",
    "bisr_test_data",
    "checkbit_error_generation",
    "column_clock_control",
    "core_ecc_failing_address",
    "core_reset_defeature",
    "core_spare_reg",
    "cssd_trigger",
    "ecc_control",
    "ecc_failing_address",
    "ecc_scrubbing_event",
    "ecc_scrubbing_period",
    "interrupt_controller_hw_error_interrupt_a",
    "interrupt_controller_hw_error_interrupt_b",
    "interrupt_controller_hw_error_mask_a",
    "interrupt_controller_hw_error_mask_b",
    "interrupt_controller_hw_error_status_a",
    "interrupt_controller_hw_error_status_b",
    "interrupt_controller_hw_interrupt_line",
    "l2_split",
    "me_aximm_config",
    "medium_grained_clock_gating_control",
    "memory_dm_ecc_scrubbing_period",
    "memory_ecc_failing_address",
    "memory_privileged",
    "memory_spare_reg",
    "module_clock_control",
    "module_clock_control_0",
    "module_clock_control_1",
    "noc_spare_reg",
    "nsu_errors",
    "nsu_errors_physical",
    "parity_failing_address",
    "pl_interface_downsizer_bypass",
    "pl_interface_downsizer_config",
    "pl_interface_downsizer_enable",
    "pl_interface_upsizer_config",
    "pl_spare_reg",
    "reset_clk_stop_cycles",
    "short_loop_defeature",
    "spare_reg",
    "spare_reg_privileged",
    "stream_switch_32b_parity_status",
    "stream_switch_parity_status",
    "tile_control_axi_mm",
};

[[nodiscard]] inline bool is_harmless(std::string_view family) {
  return std::ranges::binary_search(kHarmlessRegisters, family);
}

}  // namespace aie4::array
