// SPDX-License-Identifier: Apache-2.0
// The block through which the management firmware and CERT talk: one per uC, at the start of its private data memory.
// Layout: handshake structure of the sibling part AIE2PS in the public driver, which CERT shares with AIE4; its place
// in the private data memory is inferred from AIE2PS.
#pragma once

#include <cstdint>

namespace aie4::cert::handshake {

inline constexpr std::uint32_t kAlive = 0x404C'5645;    ///< Value of mpaie_alive in a valid block.
inline constexpr std::uint32_t kNoQueue = 0xFFFF'FFFF;  ///< hsa_addr of uCs that lead no context.

// Byte offsets.
inline constexpr std::uint32_t kMpaieAlive = 0x00;
inline constexpr std::uint32_t kPartitionBaseAddress = 0x04;  ///< column << 25.
inline constexpr std::uint32_t kPartitionSize = 0x08;         ///< [6:0] columns, [30] mode, [31] uc_b.
inline constexpr std::uint32_t kHsaAddrHigh = 0x0C;
inline constexpr std::uint32_t kHsaAddrLow = 0x10;
inline constexpr std::uint32_t kCtxSwitchReq = 0x14;    ///< Bit 0: stop at the next safe point.
inline constexpr std::uint32_t kHsaLocation = 0x18;     ///< 0 = host.
inline constexpr std::uint32_t kCertIdleStatus = 0x1C;  ///< Bits kIdle*.
inline constexpr std::uint32_t kMiscStatus = 0x20;      ///< Bit 0 firmware exception, bit 1 control code hang.
inline constexpr std::uint32_t kRestore = 0x40;         ///< [14:0] page, [15] cmd_chain_failure, [31:16] offset.
inline constexpr std::uint32_t kLastPdiId = 0x44;
inline constexpr std::uint32_t kDoorbellPending = 0x6C;   ///< The management firmware sets it, CERT clears it.
inline constexpr std::uint32_t kRunlistReadIdx = 0x70;    ///< Packets of the present chain that are consumed.
inline constexpr std::uint32_t kCompletionStatus = 0x74;  ///< CERT sets 1 before its interrupt; the other side clears.
inline constexpr std::uint32_t kLastPreemptionId = 0x78;
inline constexpr std::uint32_t kFwState = 0xA0;
inline constexpr std::uint32_t kAbsPageIndex = 0xA4;
inline constexpr std::uint32_t kPpc = 0xA8;
inline constexpr std::uint32_t kSize = 0x100;

inline constexpr std::uint32_t kIdleQueueNotEmpty = 1U << 0;
inline constexpr std::uint32_t kIdlePreemptionSaved = 1U << 1;
inline constexpr std::uint32_t kIdleCert = 1U << 2;

inline constexpr std::uint32_t kMiscException = 1U << 0;
inline constexpr std::uint32_t kMiscControlCodeHang = 1U << 1;

inline constexpr std::uint32_t kChainFailure = 1U << 15;  ///< In kRestore.

/// vm.fw_state values. Source: firmware-state names of the public user-mode runtime.
enum class FwState : std::uint32_t {
  INIT_BARRIER = 0x0001,
  CONFIGURE_PARTITION = 0x0002,
  HSA_CONFIG = 0x0003,
  EXEC_PAGEIN = 0x0004,
  EXEC_INITIAL_PASS = 0x0005,
  EXEC_EVENTLOOP = 0x0006,
  CHECK_NEWPAGE = 0x000C,
  NO_PAGE = 0x0012,
  INVALID_PKT = 0x0015,
  CTRL_CODE_HANG = 0x0019,
  FW_EXCEPTION = 0x001A,
  HSA_CRITICAL_ERROR = 0x0020,
  HANDSHAKE = 0x0FFE,
  EXIT = 0x0FFF,
  LEADER_HOST_QUEUE_POP = 0x1001,
  LEADER_DISTRIBUTE_WORK = 0x1002,
  LEADER_POST_DIST_BARRIER = 0x1003,
  LEADER_POST_WORK_BARRIER = 0x1004,
  LEADER_RUN = 0x1005,
  LEADER_HOST_QUEUE_FINISH = 0x1006,
  WORKER_PRE_WORK_BARRIER = 0x2001,
  WORKER_POST_WORK_BARRIER = 0x2002,
  WORKER_RUN = 0x2003,
};

}  // namespace aie4::cert::handshake
