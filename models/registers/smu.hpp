// SPDX-License-Identifier: Apache-2.0
// SMU mailbox registers of the PF (BAR5). Source: amdxdna of Linux 7.3, NPU3 register table and SMU command sequence.
#pragma once

#include "models/registers/register_table.hpp"

namespace aie4::registers::smu {

inline constexpr std::uint32_t kINTR = 0x000;                 ///< Aperture base; ignored by this generation.
inline constexpr std::uint32_t kMP1_C2PMSG_59_ALT_1 = 0x9EC;  ///< CMD: the write executes the command.
inline constexpr std::uint32_t kMP1_C2PMSG_60_ALT_1 = 0x9F0;  ///< RESP: host writes 0, SMU writes the result.
inline constexpr std::uint32_t kMP1_C2PMSG_61_ALT_1 = 0x9F4;  ///< Written: ARG; read: OUT.

enum class Command : std::uint32_t {
  POWER_ON = 3,
  POWER_OFF = 4,
  SET_MPNPUCLK = 5,
  SET_HCLK = 6,
  SET_SOFT_DPM = 7,
  SET_HARD_DPM = 8,
};

/// RESP values. OK is what the driver asks for; the others are the codes that other AMD SMU mailboxes use (assumed).
enum class Response : std::uint32_t {
  NONE = 0,
  OK = 1,
  REJECTED_BUSY = 0xFC,
  REJECTED_PREREQ = 0xFD,
  UNKNOWN_COMMAND = 0xFE,
  FAILED = 0xFF,
};

inline constexpr RegisterInfo kRegisters[] = {
    {"INTR", kINTR, 0, RegisterAccess::ReadWrite, "kick, without effect on this generation"},
    {"MP1_C2PMSG_59_ALT_1", kMP1_C2PMSG_59_ALT_1, 0, RegisterAccess::ReadWrite, "CMD"},
    {"MP1_C2PMSG_60_ALT_1", kMP1_C2PMSG_60_ALT_1, 0, RegisterAccess::ReadWrite, "RESP"},
    {"MP1_C2PMSG_61_ALT_1", kMP1_C2PMSG_61_ALT_1, 0, RegisterAccess::ReadWrite, "ARG / OUT"},
};

inline constexpr RegisterBlock kBlock{"SMU", 0x1000, kRegisters};

}  // namespace aie4::registers::smu
