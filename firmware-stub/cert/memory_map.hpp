// SPDX-License-Identifier: Apache-2.0
// Where CERT keeps what in the two data memories of its uC. Our choice: the real map is not public, but for the
// handshake block, which comes first in the private memory (handshake.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "firmware-stub/cert/bytes.hpp"
#include "firmware-stub/cert/handshake.hpp"
#include "firmware-stub/cert/host_queue.hpp"

namespace aie4::cert {

/// uCs of one partition: queue packets, health reports and mailboxes have room for six.
inline constexpr unsigned kMaxUcs = 6;

/// Byte offsets in the private data memory: mailboxes through which the uCs of a partition talk, behind the handshake
/// block. The writer stores by AXI-MM and then wakes the owner. Every word that means "now" holds the number of the
/// command it belongs to, so that what a reset or an aborted command left behind can never be mistaken for news.
namespace mailbox {
// Of a worker, written by the lead. kWork is written last; the worker zeroes it when it takes the work.
inline constexpr std::uint32_t kWork = 0x140;     ///< Command number, never 0.
inline constexpr std::uint32_t kDetails = 0x144;  ///< [0] there is code to run, [6:1] uCs that run code, [10:8] lead
                                                  ///< uC, [14:12] number of uCs, [31:16] args_len.
inline constexpr std::uint32_t kCodeLow = 0x148;
inline constexpr std::uint32_t kCodeHigh = 0x14C;
inline constexpr std::uint32_t kArgsLow = 0x150;  ///< Written only if args_len is not 0.
inline constexpr std::uint32_t kArgsHigh = 0x154;
inline constexpr std::uint32_t kGo = 0x158;         ///< Command whose pre-work barrier is complete.
inline constexpr std::uint32_t kRelease = 0x15C;    ///< Command whose post-work barrier is complete.
inline constexpr std::uint32_t kAbort = 0x160;      ///< Command to be given up.
inline constexpr std::uint32_t kAbortHung = 0x164;  ///< 1: because of this very uC; written before kAbort.
// Of the lead, written by worker n at + 4 * n.
inline constexpr std::uint32_t kArrived = 0x180;   ///< Command at whose pre-work barrier the worker stands.
inline constexpr std::uint32_t kFinished = 0x1A0;  ///< Command at whose post-work barrier the worker stands.
inline constexpr std::uint32_t kResult = 0x1C0;    ///< Error code, or one of those below; written before kFinished.
// Of the lead, private.
inline constexpr std::uint32_t kCommandNumber = 0x1E0;
// Of each uC, written by uC n at + 4 * (kMaxUcs * barrier + n): see remote_barriers.hpp.
inline constexpr std::uint32_t kBarriers = 0x200;
inline constexpr std::uint32_t kBarrierIds = 11;

inline constexpr std::uint32_t kResultDone = 0;
inline constexpr std::uint32_t kResultStopped = 0xFFFF'FFFF;    ///< Aborted on request.
inline constexpr std::uint32_t kResultPreempted = 0xFFFF'FFFE;  ///< Saved at a PREEMPT.

static_assert(kWork >= handshake::kSize);
}  // namespace mailbox

/// Byte offsets in the private data memory of what a preempted uC has in its registers: r0..r7 of the job, g0..g15.
/// Saved and put back with the handshake's ctx_save words (our choice; whether real CERT keeps registers is not
/// public).
namespace register_save {
inline constexpr std::uint32_t kWords = 0x340;
inline constexpr std::uint32_t kCount = 24;
static_assert(kWords >= mailbox::kBarriers + 4 * kMaxUcs * mailbox::kBarrierIds);
}  // namespace register_save

/// Byte offsets in the shared data memory, which the uC-DMAs reach.
namespace shared_map {
inline constexpr std::uint32_t kPageSlots = 0x0000;  ///< Two, used in turn.
inline constexpr std::uint32_t kPageSlotSize = 0x2000;
inline constexpr std::uint32_t kQueueHeader = 0x4000;
inline constexpr std::uint32_t kPacket = 0x4080;
inline constexpr std::uint32_t kIndirectPackets = 0x40C0;  ///< One per uC.
inline constexpr std::uint32_t kCompletionWord = 0x4180;
inline constexpr std::uint32_t kReadIndex = 0x4188;
inline constexpr std::uint32_t kMirror = 0x4190;
inline constexpr std::uint32_t kArguments = 0x4198;  ///< Two words of the command's argument list.
inline constexpr std::uint32_t kRecords = 0x4200;    ///< Of SAVE_TIMESTAMPS and SAVE_REGISTER, until they are flushed.
inline constexpr std::uint32_t kRecordsSize = 0x180;
inline constexpr std::uint32_t kEnd = 0x4380;

static_assert(kPacket >= kQueueHeader + QueueHeader::kWideSize);
static_assert(kIndirectPackets >= kPacket + Packet::kSize);
static_assert(kCompletionWord >= kIndirectPackets + kMaxUcs * kIndirectPacketSize);
}  // namespace shared_map

/// The uC's own private memory as words.
class PrivateWords {
 public:
  explicit PrivateWords(std::span<std::byte> memory) : memory_(memory) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const { return load32(memory_, offset); }
  void write(std::uint32_t offset, std::uint32_t value) const { store32(memory_, offset, value); }
  void count(std::uint32_t offset, std::uint32_t by = 1) const { write(offset, read(offset) + by); }
  void set(handshake::FwState state) const { write(handshake::kFwState, static_cast<std::uint32_t>(state)); }

 private:
  std::span<std::byte> memory_;
};

}  // namespace aie4::cert
