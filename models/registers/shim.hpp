// SPDX-License-Identifier: Apache-2.0
// The privileged shim-tile registers that the management firmware needs to run microcontrollers: resets, stream ids and
// the interrupt controller. Offsets inside the tile window.
// Source: public register lists of the NPU3 profiling and debug plug-ins (PL and NoC modules of the shim tile).
#pragma once

#include "models/registers/register_table.hpp"

namespace aie4::registers::shim {

inline constexpr std::uint32_t kInterruptControllerMask = 0x1'C010;
inline constexpr std::uint32_t kInterruptControllerEnable = 0x1'C014;   ///< Write 1 to set.
inline constexpr std::uint32_t kInterruptControllerDisable = 0x1'C018;  ///< Write 1 to clear.
inline constexpr std::uint32_t kInterruptControllerStatus = 0x1'C01C;   ///< Write 1 to clear.
inline constexpr std::uint32_t kHalfB = 0x4'0000;                       ///< The four above exist per half.
inline constexpr std::uint32_t kApplicationResetControl = 0xE'00A0;
inline constexpr std::uint32_t kSmidB = 0xE'8000;
inline constexpr std::uint32_t kSmidA = 0xE'8004;

inline constexpr RegisterField kUcCore{"uC_Core", 16, 1};
inline constexpr RegisterField kInterruptFields[] = {{"Broadcast", 0, 16}, kUcCore};
inline constexpr RegisterField kResetFields[] = {{"App_A", 0, 1}, {"App_B", 1, 1}};
inline constexpr RegisterField kSmidFields[] = {{"SMID", 0, 20}};

inline constexpr RegisterInfo kRegisters[] = {
    {"interrupt_controller_mask_a", kInterruptControllerMask, 0, RegisterAccess::ReadOnly, "", kInterruptFields},
    {"interrupt_controller_enable_a", kInterruptControllerEnable, 0, RegisterAccess::WriteOnly, "", kInterruptFields},
    {"interrupt_controller_disable_a", kInterruptControllerDisable, 0, RegisterAccess::WriteOnly, "", kInterruptFields},
    {"interrupt_controller_status_a", kInterruptControllerStatus, 0, RegisterAccess::ReadWrite, "", kInterruptFields},
    {"interrupt_controller_mask_b", kInterruptControllerMask + kHalfB, 0, RegisterAccess::ReadOnly, "",
     kInterruptFields},
    {"interrupt_controller_enable_b", kInterruptControllerEnable + kHalfB, 0, RegisterAccess::WriteOnly, "",
     kInterruptFields},
    {"interrupt_controller_disable_b", kInterruptControllerDisable + kHalfB, 0, RegisterAccess::WriteOnly, "",
     kInterruptFields},
    {"interrupt_controller_status_b", kInterruptControllerStatus + kHalfB, 0, RegisterAccess::ReadWrite, "",
     kInterruptFields},
    {"application_reset_control", kApplicationResetControl, 0, RegisterAccess::ReadWrite, "", kResetFields},
    {"smid_b", kSmidB, 0, RegisterAccess::ReadWrite, "", kSmidFields},
    {"smid_a", kSmidA, 0, RegisterAccess::ReadWrite, "", kSmidFields},
};
inline constexpr RegisterBlock kBlock{"SHIM", 0x10'0000, kRegisters};

/// How the management firmware fills a stream id: PCI function above, hardware context below. Our choice; the encoding
/// of real stream ids is not public.
namespace smid {
inline constexpr unsigned kContextBits = 15;
inline constexpr std::uint32_t kNoContext = (1U << kContextBits) - 1U;
[[nodiscard]] constexpr std::uint32_t encode(std::uint32_t function, std::uint32_t context) {
  return (function << kContextBits) | (context & kNoContext);
}
[[nodiscard]] constexpr std::uint32_t function(std::uint32_t value) {
  return value >> kContextBits;
}
[[nodiscard]] constexpr std::uint32_t context(std::uint32_t value) {
  return value & kNoContext;
}
}  // namespace smid

}  // namespace aie4::registers::shim
