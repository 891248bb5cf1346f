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
inline constexpr std::uint32_t kLastPdi = 0x48;  ///< [15:0] page, [30:16] job's body offset, [31] type.
inline constexpr std::uint32_t kLastCoreElfId = 0x4C;
inline constexpr std::uint32_t kLastCoreElf = 0x50;  ///< As kLastPdi; type 1: loaded by control packets.
inline constexpr std::uint32_t kDebugBufferHigh = 0x5C;
inline constexpr std::uint32_t kDebugBufferLow = 0x60;
inline constexpr std::uint32_t kDebugBufferSize = 0x64;   ///< Bytes; 0: there is none.
inline constexpr std::uint32_t kDoorbellPending = 0x6C;   ///< The management firmware sets it, CERT clears it.
inline constexpr std::uint32_t kRunlistReadIdx = 0x70;    ///< Packets of the present chain that are consumed.
inline constexpr std::uint32_t kCompletionStatus = 0x74;  ///< CERT sets 1 before its interrupt; the other side clears.
inline constexpr std::uint32_t kLastPreemptionId = 0x78;
inline constexpr std::uint32_t kSaveDbgBufOffset = 0x7C;  ///< Bytes of the debug buffer that are filled.
inline constexpr std::uint32_t kFwState = 0xA0;
inline constexpr std::uint32_t kAbsPageIndex = 0xA4;
inline constexpr std::uint32_t kPpc = 0xA8;
inline constexpr std::uint32_t kExceptionEar = 0xAC;
inline constexpr std::uint32_t kExceptionEsr = 0xB0;
inline constexpr std::uint32_t kExceptionPc = 0xB4;
// Counters since the block was written. Names of the sibling part; which word is which is our choice.
inline constexpr std::uint32_t kCounterJobs = 0xB8;
inline constexpr std::uint32_t kCounterOpcodes = 0xBC;
inline constexpr std::uint32_t kCounterPages = 0xC0;
inline constexpr std::uint32_t kCounterPackets = 0xC4;
inline constexpr std::uint32_t kCounterDoorbells = 0xC8;
inline constexpr std::uint32_t kCounterTctsRequested = 0xCC;
inline constexpr std::uint32_t kCounterTctsReceived = 0xD0;
inline constexpr std::uint32_t kPreemptionUcDma = 0xD4;  ///< c_preemption_*: tried again in a later cycle.
inline constexpr std::uint32_t kPreemptionUcDmaSync = 0xD8;
inline constexpr std::uint32_t kPreemptionPoll = 0xDC;
inline constexpr std::uint32_t kPreemptionMaskPoll = 0xE0;
inline constexpr std::uint32_t kPreemptionRemoteBarrier = 0xE4;
inline constexpr std::uint32_t kPreemptionWaitTct = 0xE8;
inline constexpr std::uint32_t kBlockUcDma = 0xEC;  ///< c_block_*: blocked until an event.
inline constexpr std::uint32_t kBlockUcDmaSync = 0xF0;
inline constexpr std::uint32_t kBlockLocalBarrier = 0xF4;
inline constexpr std::uint32_t kBlockRemoteBarrier = 0xF8;
inline constexpr std::uint32_t kBlockWaitTct = 0xFC;
inline constexpr std::uint32_t kOpcodeTimeoutConfig = 0x100;  ///< ms (assumed); 0: none.
inline constexpr std::uint32_t kHostAddrOffsetHigh = 0x104;
inline constexpr std::uint32_t kHostAddrOffsetLow = 0x108;
inline constexpr std::uint32_t kSize = 0x110;

inline constexpr std::uint32_t kCtxSwitchRequested = 1U << 0;       ///< In kCtxSwitchReq.
inline constexpr std::uint32_t kNothingLoaded = 0xFFFF'FFFF;        ///< Of kLastPdiId and kLastCoreElfId.
inline constexpr std::uint32_t kLoadedByControlPackets = 1U << 31;  ///< In kLastPdi and kLastCoreElf.

inline constexpr std::uint32_t kIdleQueueNotEmpty = 1U << 0;
inline constexpr std::uint32_t kIdlePreemptionSaved = 1U << 1;
inline constexpr std::uint32_t kIdleCert = 1U << 2;

inline constexpr std::uint32_t kMiscException = 1U << 0;
inline constexpr std::uint32_t kMiscControlCodeHang = 1U << 1;

/// kRestore: where to go on after a preemption. We read page and offset as those of the PREEMPT opcode, which in turn
/// names the page of RESTORE (assumed); offset 0, where no PREEMPT can be, means a fresh start.
inline constexpr std::uint32_t kRestorePageMask = 0x7FFF;
inline constexpr unsigned kRestoreOffsetLsb = 16;
inline constexpr std::uint32_t kChainFailure = 1U << 15;  ///< In kRestore.

/// vm.fw_state values. Source: firmware-state names of the public user-mode runtime.
enum class FwState : std::uint32_t {
  INIT_BARRIER = 0x0001,
  CONFIGURE_PARTITION = 0x0002,
  HSA_CONFIG = 0x0003,
  EXEC_PAGEIN = 0x0004,
  EXEC_INITIAL_PASS = 0x0005,
  EXEC_EVENTLOOP = 0x0006,
  OOO_OPCODE = 0x0007,
  WAKENUP_AFTER_PREEMPT = 0x000A,
  CHECK_NEWPAGE = 0x000C,
  PREFETCH_IN_ORDER = 0x000E,
  RELOAD_OOO = 0x000F,
  RUN_SAVE = 0x0010,
  RELOAD_CORE = 0x0011,
  NO_PAGE = 0x0012,
  WAIT_PAGE_LOAD = 0x0014,
  INVALID_PKT = 0x0015,
  ASYNC_DM2MM_HANG = 0x0016,
  SYNC_DM2MM_HANG = 0x0017,
  CTRL_CODE_HANG = 0x0019,
  FW_EXCEPTION = 0x001A,
  BARRIER_HANG = 0x001B,
  AXI_ERROR = 0x001E,
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
