// SPDX-License-Identifier: Apache-2.0
// Mailbox registers (BAR0 of every function) and the layout of SRAM (BAR2): information block, rings, doorbell pages.
// The information block's layout is the driver's; all placement is ours, published through that block.
#pragma once

#include "models/registers/register_table.hpp"

namespace aie4::registers::mailbox {

// BAR0.
inline constexpr std::uint32_t kX2I_TAIL = 0x10;  ///< Host writes; the write is the only notification of a request.
inline constexpr std::uint32_t kX2I_HEAD = 0x14;  ///< NPU writes.
inline constexpr std::uint32_t kI2X_TAIL = 0x20;  ///< NPU writes, then raises the mailbox vector.
inline constexpr std::uint32_t kI2X_HEAD = 0x24;  ///< Host writes.

inline constexpr RegisterInfo kRegisters[] = {
    {"X2I_TAIL", kX2I_TAIL, 0, RegisterAccess::ReadWrite, "host to NPU ring, tail"},
    {"X2I_HEAD", kX2I_HEAD, 0, RegisterAccess::ReadWrite, "host to NPU ring, head"},
    {"I2X_TAIL", kI2X_TAIL, 0, RegisterAccess::ReadWrite, "NPU to host ring, tail"},
    {"I2X_HEAD", kI2X_HEAD, 0, RegisterAccess::ReadWrite, "NPU to host ring, head"},
};
inline constexpr RegisterBlock kBlock{"MAILBOX", 0x1'0000, kRegisters};

// mailbox_info, at offset 0 of BAR2: sixteen 32-bit words. Source: amdxdna of Linux 7.3 (struct mailbox_info).
namespace info {
inline constexpr std::uint32_t kVALID = 0x00;
inline constexpr std::uint32_t kPROTOCOL_MAJOR = 0x04;
inline constexpr std::uint32_t kPROTOCOL_MINOR = 0x08;
inline constexpr std::uint32_t kX2I_TAIL_OFFSET = 0x0C;
inline constexpr std::uint32_t kX2I_HEAD_OFFSET = 0x10;
inline constexpr std::uint32_t kX2I_BUFFER_ADDR = 0x14;
inline constexpr std::uint32_t kX2I_BUFFER_SIZE = 0x18;
inline constexpr std::uint32_t kI2X_TAIL_OFFSET = 0x1C;
inline constexpr std::uint32_t kI2X_HEAD_OFFSET = 0x20;
inline constexpr std::uint32_t kI2X_BUFFER_ADDR = 0x24;
inline constexpr std::uint32_t kI2X_BUFFER_SIZE = 0x28;
inline constexpr std::uint32_t kI2X_MSI_IDX = 0x2C;
inline constexpr std::uint32_t kSize = 0x40;

inline constexpr RegisterInfo kRegisters[] = {
    {"mailbox_info.valid", kVALID},
    {"mailbox_info.protocol_major", kPROTOCOL_MAJOR},
    {"mailbox_info.protocol_minor", kPROTOCOL_MINOR},
    {"mailbox_info.x2i_tail_offset", kX2I_TAIL_OFFSET},
    {"mailbox_info.x2i_head_offset", kX2I_HEAD_OFFSET},
    {"mailbox_info.x2i_buffer_addr", kX2I_BUFFER_ADDR},
    {"mailbox_info.x2i_buffer_size", kX2I_BUFFER_SIZE},
    {"mailbox_info.i2x_tail_offset", kI2X_TAIL_OFFSET},
    {"mailbox_info.i2x_head_offset", kI2X_HEAD_OFFSET},
    {"mailbox_info.i2x_buffer_addr", kI2X_BUFFER_ADDR},
    {"mailbox_info.i2x_buffer_size", kI2X_BUFFER_SIZE},
    {"mailbox_info.i2x_msi_idx", kI2X_MSI_IDX},
    {"mailbox_info.reserved[0]", 0x30},
    {"mailbox_info.reserved[1]", 0x34},
    {"mailbox_info.reserved[2]", 0x38},
    {"mailbox_info.reserved[3]", 0x3C},
};
inline constexpr RegisterBlock kBlock{"MAILBOX_INFO", kSize, kRegisters};
}  // namespace info

// BAR2.
inline constexpr std::uint32_t kSramSize = 0x20'0000;
inline constexpr std::uint32_t kX2IRing = 0x1000;
inline constexpr std::uint32_t kI2XRing = 0x2000;
inline constexpr std::uint32_t kRingSize = 0x1000;
inline constexpr std::uint32_t kDoorbellBase = 0x1'0000;  ///< Page i belongs to doorbell i.
inline constexpr std::uint32_t kDoorbellStride = 0x1000;
inline constexpr std::uint32_t kDoorbells = (kSramSize - kDoorbellBase) / kDoorbellStride;

// BAR0 beyond the registers: the MSI-X structures, each in pages of its own.
inline constexpr std::uint32_t kBar0Size = 0x2'0000;
inline constexpr std::uint32_t kMsixTable = 0x1'0000;
inline constexpr std::uint32_t kMsixPba = 0x1'8000;

}  // namespace aie4::registers::mailbox
