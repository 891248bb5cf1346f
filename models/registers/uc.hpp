// SPDX-License-Identifier: Apache-2.0
// The microcontroller module of a shim tile: offsets inside the tile window of the A half; the B half lies at +0x40000.
// Source: public register lists of the NPU3 profiling and debug plug-ins; status bits as in AIE2PS (assumed).
#pragma once

#include "models/registers/register_table.hpp"

namespace aie4::registers::uc {

inline constexpr std::uint32_t kHalfB = 0x4'0000;

inline constexpr std::uint32_t kProgramMemory = 0x2'0000;
inline constexpr std::uint32_t kProgramMemorySize = 0x8000;
inline constexpr std::uint32_t kPrivateDataMemory = 0x2'8000;
inline constexpr std::uint32_t kPrivateDataMemorySize = 0x4000;
inline constexpr std::uint32_t kModuleDataMemory = 0x3'0000;  ///< Shared: the uC DMAs reach it.
inline constexpr std::uint32_t kModuleDataMemorySize = 0x8000;

inline constexpr std::uint32_t kRegisterBase = 0x2'C000;
inline constexpr std::uint32_t kCoreStatus = 0x2'C000;
inline constexpr std::uint32_t kCoreControl = 0x2'C004;
inline constexpr std::uint32_t kCoreInterruptStatus = 0x2'C008;
inline constexpr std::uint32_t kCoreAxiMmErrors = 0x2'C00C;
inline constexpr std::uint32_t kModuleAximmOffset = 0x2'C030;
inline constexpr std::uint32_t kDmaDm2mmStatus = 0x2'C040;
inline constexpr std::uint32_t kDmaDm2mmControl = 0x2'C044;
inline constexpr std::uint32_t kDmaDm2mmAxiControl = 0x2'C048;
inline constexpr std::uint32_t kDmaMm2dmStatus = 0x2'C050;
inline constexpr std::uint32_t kDmaMm2dmControl = 0x2'C054;
inline constexpr std::uint32_t kDmaMm2dmAxiControl = 0x2'C058;

inline constexpr RegisterField kSleep{"Sleep", 0, 1};
inline constexpr RegisterField kInterrupt{"Interrupt", 1, 1};
inline constexpr RegisterField kCoreStatusFields[] = {kSleep, kInterrupt};
inline constexpr RegisterField kWakeup{"Wakeup", 0, 1};
inline constexpr RegisterField kGoToSleep{"Go_To_Sleep", 1, 1};
inline constexpr RegisterField kCoreControlFields[] = {kWakeup, kGoToSleep};
inline constexpr RegisterField kCoreInterruptFields[] = {{"Go_To_Sleep", 0, 1}, {"Event_Action", 1, 1}};
inline constexpr RegisterField kAxiErrorFields[] = {{"SLVERR", 0, 1}, {"DECERR", 1, 1}};
inline constexpr RegisterField kDmaStatusFields[] = {{"Running", 0, 1},
                                                     {"BD_Invalid", 1, 1},
                                                     {"Local_Address_Out_of_Range", 2, 1},
                                                     {"SLVERR", 3, 1},
                                                     {"DECERR", 4, 1},
                                                     {"ECC_DED", 5, 1},
                                                     {"Task_Queue_Size", 8, 5},
                                                     {"Response_Queue_Size", 16, 5}};
inline constexpr RegisterField kDmaControlFields[] = {{"Reset", 0, 1}};
inline constexpr RegisterField kDmaAxiFields[] = {{"AxQOS", 0, 4}, {"AxCACHE", 4, 4}, {"Burst_Length", 8, 2}};

inline constexpr RegisterInfo kRegisters[] = {
    {"core_status", kCoreStatus, 1, RegisterAccess::ReadOnly, "asleep after reset", kCoreStatusFields},
    {"core_control", kCoreControl, 0, RegisterAccess::ReadWrite, "", kCoreControlFields},
    {"core_interrupt_status", kCoreInterruptStatus, 0, RegisterAccess::ReadWrite, "sticky, write 1 to clear",
     kCoreInterruptFields},
    {"core_axi_mm_errors", kCoreAxiMmErrors, 0, RegisterAccess::ReadWrite, "sticky, write 1 to clear", kAxiErrorFields},
    {"module_aximm_offset", kModuleAximmOffset},
    {"dma_dm2mm_status", kDmaDm2mmStatus, 0, RegisterAccess::ReadOnly, "", kDmaStatusFields},
    {"dma_dm2mm_control", kDmaDm2mmControl, 0, RegisterAccess::ReadWrite, "", kDmaControlFields},
    {"dma_dm2mm_axi_control", kDmaDm2mmAxiControl, 0, RegisterAccess::ReadWrite, "", kDmaAxiFields},
    {"dma_mm2dm_status", kDmaMm2dmStatus, 0, RegisterAccess::ReadOnly, "", kDmaStatusFields},
    {"dma_mm2dm_control", kDmaMm2dmControl, 0, RegisterAccess::ReadWrite, "", kDmaControlFields},
    {"dma_mm2dm_axi_control", kDmaMm2dmAxiControl, 0, RegisterAccess::ReadWrite, "", kDmaAxiFields},
};
inline constexpr RegisterBlock kBlock{"UC", 0x4'0000, kRegisters};

/// Array-relative address of a shim offset for uC `index` = 2 * column + half. Column shift 25, shim row 0.
[[nodiscard]] constexpr std::uint64_t address(unsigned index, std::uint32_t offset) {
  return (std::uint64_t{index / 2} << 25) | (offset + (index % 2) * kHalfB);
}

}  // namespace aie4::registers::uc
