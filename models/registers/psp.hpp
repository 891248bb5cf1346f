// SPDX-License-Identifier: Apache-2.0
// PSP mailbox registers of the PF (BAR4). Three registers serve six roles.
// Source: amdxdna of Linux 7.3, NPU3 register table and PSP command sequence.
#pragma once

#include "models/registers/register_table.hpp"

namespace aie4::registers::psp {

inline constexpr std::uint32_t kMPASP_C2PMSG_73_ALT_1 = 0xA24;   ///< INTR: the kick.
inline constexpr std::uint32_t kMPASP_C2PMSG_123_ALT_1 = 0xAEC;  ///< Written: CMD and ARG2; read: STATUS.
inline constexpr std::uint32_t kMPASP_C2PMSG_156_ALT_1 = 0xB70;  ///< Written: ARG0; read: RESP.
inline constexpr std::uint32_t kMPASP_C2PMSG_157_ALT_1 = 0xB74;  ///< Written: ARG1.

inline constexpr RegisterField kCommandFields[] = {{"ARG2", 0, 24}, {"CMD", 24, 7}, {"READY", 31, 1}};

inline constexpr std::uint32_t kStatusReady = 0x8000'0000;  ///< STATUS bit 31; no other bit is looked at.
inline constexpr std::uint32_t kKick = 0xD007'BE11;         ///< INTR value that starts a command.

/// Commands, bits 31:24 of C2PMSG_123 at the kick.
enum class Command : std::uint32_t { VALIDATE = 1, START = 2, RELEASE_TMR = 3, VALIDATE_CERT = 4 };

/// Response codes. The values above 0xFFFF0000 are those of the GlobalPlatform TEE client API (table of return codes),
/// of which the driver's sources name CANCEL and BAD_STATE; the others are assumed by analogy.
enum class Response : std::uint32_t {
  OK = 0,
  CANCEL = 0xFFFF'0002,
  BAD_FORMAT = 0xFFFF'0005,
  BAD_PARAMETERS = 0xFFFF'0006,
  BAD_STATE = 0xFFFF'0007,
  NOT_SUPPORTED = 0xFFFF'000A,
  SECURITY = 0xFFFF'000F,
};

inline constexpr RegisterInfo kRegisters[] = {
    {"MPASP_C2PMSG_73_ALT_1", kMPASP_C2PMSG_73_ALT_1, 0, RegisterAccess::ReadWrite, "INTR"},
    {"MPASP_C2PMSG_123_ALT_1", kMPASP_C2PMSG_123_ALT_1, kStatusReady, RegisterAccess::ReadWrite, "CMD, ARG2 / STATUS",
     kCommandFields},
    {"MPASP_C2PMSG_156_ALT_1", kMPASP_C2PMSG_156_ALT_1, 0, RegisterAccess::ReadWrite, "ARG0 / RESP"},
    {"MPASP_C2PMSG_157_ALT_1", kMPASP_C2PMSG_157_ALT_1, 0, RegisterAccess::ReadWrite, "ARG1"},
};

inline constexpr RegisterBlock kBlock{"PSP", 0x1000, kRegisters};

}  // namespace aie4::registers::psp
