// SPDX-License-Identifier: Apache-2.0
// The address map that the management controller (MPNPU) sees, and the device side of each PCI function.
// None of it is public: placement and register layout are ours. Only the management firmware uses them.
#pragma once

#include "models/registers/register_table.hpp"

namespace aie4::registers::mpnpu {

// Address map of the controller.
inline constexpr std::uint64_t kTmr = 0x0000'0000;  ///< CERT image as validated by the PSP: u32 size, then the bytes.
inline constexpr std::uint64_t kFunctions = 0x1000'0000;
inline constexpr std::uint64_t kFunctionStride = 0x0100'0000;
inline constexpr std::uint64_t kArray = 0x8000'0000;  ///< Array-relative addresses follow.

// One function, from kFunctions + index * kFunctionStride.
inline constexpr std::uint32_t kMailbox = 0x0'0000;  ///< The BAR0 registers.
inline constexpr std::uint32_t kControl = 0x1'0000;  ///< The registers below.
inline constexpr std::uint32_t kSram = 0x20'0000;    ///< The BAR2 memory.

/// What happened at a function since the bits were last cleared (write 1 to clear).
inline constexpr std::uint32_t kEvent = 0x00;
inline constexpr RegisterField kEventMailbox{"X2I_TAIL_written", 0, 1};
inline constexpr RegisterField kEventDoorbell{"doorbell", 1, 1};
inline constexpr RegisterField kEventReset{"function_reset", 2, 1};
inline constexpr RegisterField kEventFields[] = {kEventMailbox, kEventDoorbell, kEventReset};
inline constexpr std::uint32_t kMsixTrigger = 0x04;      ///< Writing n raises MSI-X vector n.
inline constexpr std::uint32_t kMsixSize = 0x08;         ///< Vectors of the table.
inline constexpr std::uint32_t kVfEnabled = 0x0C;        ///< PF only: number of VFs that SR-IOV has enabled.
inline constexpr std::uint32_t kDoorbellPending = 0x40;  ///< Bit i of word w: doorbell 32w + i rang (write 1 to clear).
inline constexpr std::uint32_t kDoorbellWords = 16;

inline constexpr RegisterInfo kRegisters[] = {
    {"function_event", kEvent, 0, RegisterAccess::ReadWrite, "write 1 to clear", kEventFields},
    {"msix_trigger", kMsixTrigger, 0, RegisterAccess::WriteOnly, "vector to raise"},
    {"msix_size", kMsixSize, 0, RegisterAccess::ReadOnly, "vectors of the table"},
    {"vf_enabled", kVfEnabled, 0, RegisterAccess::ReadOnly, "VFs enabled through SR-IOV"},
};
inline constexpr RegisterBlock kBlock{"FUNCTION_CONTROL", 0x100, kRegisters};

}  // namespace aie4::registers::mpnpu
