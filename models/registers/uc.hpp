// SPDX-License-Identifier: Apache-2.0
// The microcontroller module of a shim tile, by short names: offsets inside the tile window of the A half; the B half
// lies at +0x40000.
#pragma once

#include "models/registers/array/registers.hpp"
#include "models/registers/generated/shim_fields.hpp"

namespace aie4::registers::uc {

inline constexpr std::uint32_t kHalfB = registers::kHalfB;

inline constexpr std::uint32_t kProgramMemory = offset_of(ShimRegister::uc_core_program_memory);
inline constexpr std::uint32_t kProgramMemorySize = size_of(ShimRegister::uc_core_program_memory);
inline constexpr std::uint32_t kPrivateDataMemory = offset_of(ShimRegister::uc_core_private_data_memory);
inline constexpr std::uint32_t kPrivateDataMemorySize = size_of(ShimRegister::uc_core_private_data_memory);
inline constexpr std::uint32_t kModuleDataMemory =
    offset_of(ShimRegister::uc_module_data_memory);  ///< Shared: the uC DMAs reach it.
inline constexpr std::uint32_t kModuleDataMemorySize = size_of(ShimRegister::uc_module_data_memory);

inline constexpr std::uint32_t kCoreStatus = offset_of(ShimRegister::uc_core_status);
inline constexpr std::uint32_t kCoreControl = offset_of(ShimRegister::uc_core_control);
inline constexpr std::uint32_t kCoreInterruptStatus = offset_of(ShimRegister::uc_core_interrupt_status);
inline constexpr std::uint32_t kCoreAxiMmErrors = offset_of(ShimRegister::uc_core_axi_mm_errors);
inline constexpr std::uint32_t kModuleAximmOffset = offset_of(ShimRegister::uc_module_aximm_offset);
inline constexpr std::uint32_t kDmaDm2mmStatus = offset_of(ShimRegister::uc_dma_dm2mm_status);
inline constexpr std::uint32_t kDmaDm2mmControl = offset_of(ShimRegister::uc_dma_dm2mm_control);
inline constexpr std::uint32_t kDmaDm2mmAxiControl = offset_of(ShimRegister::uc_dma_dm2mm_axi_control);
inline constexpr std::uint32_t kDmaMm2dmStatus = offset_of(ShimRegister::uc_dma_mm2dm_status);
inline constexpr std::uint32_t kDmaMm2dmControl = offset_of(ShimRegister::uc_dma_mm2dm_control);
inline constexpr std::uint32_t kDmaMm2dmAxiControl = offset_of(ShimRegister::uc_dma_mm2dm_axi_control);

inline constexpr Field kWakeup = shim::uc_core_control::Wakeup;
inline constexpr Field kGoToSleep = shim::uc_core_control::Go_To_Sleep;

/// Array-relative address of a shim offset for uC `index` = 2 * column + half. Column shift 25, shim row 0.
[[nodiscard]] constexpr std::uint64_t address(unsigned index, std::uint32_t offset) {
  return (std::uint64_t{index / 2} << 25) | (offset + (index % 2) * kHalfB);
}

}  // namespace aie4::registers::uc
