// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/management/scheduler.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "firmware-stub/cert/handshake.hpp"
#include "models/array/geometry.hpp"
#include "models/common/time.hpp"
#include "models/registers/array/registers.hpp"
#include "models/registers/mpnpu.hpp"
#include "models/registers/shim.hpp"
#include "models/registers/uc.hpp"

namespace aie4::management {
namespace {

namespace hs = cert::handshake;
namespace map = registers::mpnpu;
namespace uc = registers::uc;

constexpr unsigned kLead = 0;
constexpr std::uint32_t kBothHalves = 3;
constexpr std::uint32_t kUcCoreBit = 1U << registers::shim::kUcCore.lsb;
constexpr std::uint32_t kWakeup = 1U << uc::kWakeup.lsb;
constexpr std::uint32_t kUcSharedMemory = registers::shim::memory_zeroization_a::uC_DM.mask()
                                          << registers::shim::memory_zeroization_a::uC_DM.lsb;
// Handshake block and CERT's own mailboxes behind it start out as zeros.
constexpr std::size_t kClearedPrivateMemory = 0x1000;

}  // namespace

Scheduler::Scheduler(ManagementController& controller, FaultPlan& faults) : controller_(controller), faults_(faults) {}

unsigned Scheduler::columns() const {
  return static_cast<unsigned>(controller_.parameters().columns);
}

std::uint64_t Scheduler::handshake(unsigned index, std::uint32_t offset) const {
  return map::kArray + uc::address(index, uc::kPrivateDataMemory + offset);
}

std::uint64_t Scheduler::shim(unsigned column, std::uint32_t offset) const {
  return map::kArray + (std::uint64_t{column} << 25) + offset;
}

void Scheduler::boot(std::span<const std::byte> cert_image) {
  const std::size_t size = std::min<std::size_t>(cert_image.size(), uc::kProgramMemorySize);
  hold_in_reset(true);
  for (unsigned index = 0; index < 2 * columns(); ++index) {
    controller_.write(map::kArray + uc::address(index, uc::kProgramMemory), cert_image.first(size));
  }
  controller_.write32(shim(0, registers::shim::kInterruptControllerEnable), kUcCoreBit);
  reset_microcontrollers(false);
}

void Scheduler::hold_in_reset(bool hold) {
  for (unsigned column = 0; column < columns(); ++column) {
    controller_.write32(shim(column, registers::shim::kApplicationResetControl), hold ? kBothHalves : 0);
  }
}

/// All of them stand still together before the first goes on: a uC that still works for the old context would wake the
/// lead, which would find the old handshake in its memory.
void Scheduler::reset_microcontrollers(bool zeroise) {
  static constexpr std::array<std::byte, kClearedPrivateMemory> kZeros{};
  hold_in_reset(true);
  if (zeroise) zeroise_memories();
  for (unsigned index = 0; index < 2 * columns(); ++index) controller_.write(handshake(index, 0), kZeros);
  hold_in_reset(false);
  for (unsigned index = 0; index < 2 * columns(); ++index) {
    controller_.write32(map::kArray + uc::address(index, uc::kCoreControl), kWakeup);
  }
  controller_.write32(shim(0, registers::shim::kInterruptControllerStatus), kUcCoreBit);
}

/// All tiles at once, then waits until the self-clearing bits of all of them are clear. The program memories of the
/// microcontrollers stay: CERT is in them.
void Scheduler::zeroise_memories() {
  const Parameters& parameters = controller_.parameters();
  const array::Geometry geometry{.columns = static_cast<std::uint8_t>(parameters.columns),
                                 .memory_rows = static_cast<std::uint8_t>(parameters.mem_rows),
                                 .compute_rows = static_cast<std::uint8_t>(parameters.core_rows)};
  std::vector<std::uint64_t> busy;
  const auto start = [&](array::TileId tile, std::uint32_t offset, std::uint32_t value) {
    busy.push_back(map::kArray + geometry.base(tile) + offset);
    controller_.write32(busy.back(), value);
  };
  for (std::uint8_t column = 0; column < geometry.columns; ++column) {
    for (std::uint8_t row = 0; row < geometry.rows(); ++row) {
      const array::TileId tile{column, row};
      switch (geometry.kind(tile)) {
        case array::TileKind::Shim:
          start(tile, registers::shim::kMemoryZeroizationA, kUcSharedMemory);
          start(tile, registers::shim::kMemoryZeroizationB, kUcSharedMemory);
          break;
        case array::TileKind::Memory:
          start(tile, registers::offset_of(registers::MemoryRegister::memory_zeroization_a), 1);
          start(tile, registers::offset_of(registers::MemoryRegister::memory_zeroization_b), 1);
          break;
        case array::TileKind::Compute:
          start(tile, registers::offset_of(registers::ComputeRegister::core_memory_control), 1);
          start(tile, registers::offset_of(registers::ComputeRegister::memory_memory_control), 1);
          break;
      }
    }
  }
  for (const std::uint64_t address : busy) {
    while (controller_.read32(address) != 0) {
      controller_.consume(microseconds(1), {WaitReason::Memory, "zeroising of the tile memories", 0, "time"});
    }
  }
}

void Scheduler::clean_array() {
  reset_microcontrollers(true);
  used_ = false;
}

void Scheduler::add(const HwContext& context) {
  contexts_[{context.function, context.id}] = std::make_unique<HwContext>(context);
}

const HwContext* Scheduler::find(unsigned function, std::uint32_t id) const {
  const auto found = contexts_.find({function, id});
  return found == contexts_.end() ? nullptr : found->second.get();
}

bool Scheduler::remove(unsigned function, std::uint32_t id) {
  const auto found = contexts_.find({function, id});
  if (found == contexts_.end()) return false;
  if (found->second.get() == resident_) {
    // Its work may be in the middle of anything: only a reset is sure to end it before the answer goes out.
    end_residence();
    resident_busy_ = false;
    switch_requested_ = false;
    clean_array();
  }
  contexts_.erase(found);
  return true;
}

void Scheduler::remove_all_of(unsigned function) {
  for (auto it = contexts_.lower_bound({function, 0}); it != contexts_.end() && it->first.first == function;) {
    const std::uint32_t id = it->first.second;
    ++it;
    remove(function, id);
  }
}

void Scheduler::mark_runnable(HwContext& context) {
  if (context.runnable) return;
  context.runnable = true;
  context.runnable_since = arrivals_++;
}

void Scheduler::doorbell(unsigned function, std::uint32_t id) {
  const auto found = contexts_.find({function, id});
  if (found == contexts_.end()) return;
  HwContext& context = *found->second;
  if (&context != resident_ || switch_requested_) {
    mark_runnable(context);
    return;
  }
  controller_.write32(handshake(kLead, hs::kDoorbellPending), 1);
  wake_lead();
}

void Scheduler::wake_lead() {
  // Cleared by us, so that an idle interrupt raised before this Wakeup is not taken for one after it.
  controller_.write32(handshake(kLead, hs::kCertIdleStatus), 0);
  resident_busy_ = true;
  controller_.write32(map::kArray + uc::address(kLead, uc::kCoreControl), kWakeup);
}

void Scheduler::take_interrupt() {
  const std::uint64_t status = shim(0, registers::shim::kInterruptControllerStatus);
  if ((controller_.read32(status) & kUcCoreBit) == 0) return;
  controller_.write32(status, kUcCoreBit);
  if (resident_ == nullptr) return;
  // In this order: CERT completes, then stops. The other way round, a completion between the two reads would leave with
  // the context and never be signalled.
  const std::uint32_t idle = controller_.read32(handshake(kLead, hs::kCertIdleStatus));
  if (controller_.read32(handshake(kLead, hs::kCompletionStatus)) != 0) {
    controller_.write32(handshake(kLead, hs::kCompletionStatus), 0);
    resident_completed_ = true;
    raise_completion();
  }
  if ((idle & hs::kIdleCert) == 0) return;
  resident_busy_ = false;
  if (switch_requested_ && (idle & hs::kIdlePreemptionSaved) != 0) leave(idle);
}

void Scheduler::raise_completion() {
  if (faults_.strikes(Fault::CompletionInterruptLost)) return;
  controller_.write32(map::kFunctions + resident_->function * map::kFunctionStride + map::kControl + map::kMsixTrigger,
                      resident_->vector);
}

void Scheduler::leave(std::uint32_t idle_status) {
  resident_->runlist_read_idx = controller_.read32(handshake(kLead, hs::kRunlistReadIdx));
  resident_->restore = controller_.read32(handshake(kLead, hs::kRestore));
  save(*resident_);
  const bool doorbell_left = controller_.read32(handshake(kLead, hs::kDoorbellPending)) != 0;
  if ((idle_status & hs::kIdleQueueNotEmpty) != 0 || doorbell_left) mark_runnable(*resident_);
  end_residence();
  switch_requested_ = false;
}

void Scheduler::end_residence() {
  if (Probe* probe = controller_.probe(); probe != nullptr) {
    probe->slice(probe->track("MPNPU/context on the array"), resident_since_, sc_core::sc_time_stamp(),
                 fmt::format("function {} context {}", resident_->function, resident_->id));
  }
  resident_ = nullptr;
}

/// The lead says that the context has stopped; whether it did so at a PREEMPT, each uC's restore word says.
void Scheduler::save(HwContext& context) {
  std::vector<SavedUc> saved(std::size_t{2} * columns());
  bool preempted = false;
  for (unsigned index = 0; index < saved.size(); ++index) {
    controller_.read(handshake(index, hs::kRestore), std::as_writable_bytes(std::span(saved[index].load_state)));
    if (saved[index].load_state[0] >> hs::kRestoreOffsetLsb == 0) continue;
    preempted = true;
    saved[index].last_preemption_id = controller_.read32(handshake(index, hs::kLastPreemptionId));
    controller_.read(handshake(index, cert::register_save::kWords),
                     std::as_writable_bytes(std::span(saved[index].registers)));
  }
  context.saved.clear();
  if (preempted) context.saved = std::move(saved);
}

std::vector<std::uint32_t> Scheduler::handshake_block(const HwContext& context, unsigned index) const {
  std::vector<std::uint32_t> block(hs::kSize / 4);
  const auto put = [&block](std::uint32_t offset, std::uint32_t value) { block[offset / 4] = value; };
  const bool lead = index == kLead;
  put(hs::kMpaieAlive, hs::kAlive);
  put(hs::kPartitionBaseAddress, 0);
  put(hs::kPartitionSize, columns() | (index % 2 != 0 ? 1U << 31 : 0U));
  put(hs::kHsaAddrHigh, lead ? static_cast<std::uint32_t>(context.hsa_address >> 32) : hs::kNoQueue);
  put(hs::kHsaAddrLow, lead ? static_cast<std::uint32_t>(context.hsa_address) : hs::kNoQueue);
  put(hs::kDoorbellPending, lead ? 1 : 0);
  put(hs::kRunlistReadIdx, lead ? context.runlist_read_idx : 0);
  put(hs::kRestore, lead ? context.restore : 0);
  // What the array holds is known only to who comes back through RESTORE.
  put(hs::kLastPdiId, hs::kNothingLoaded);
  put(hs::kLastCoreElfId, hs::kNothingLoaded);
  put(hs::kOpcodeTimeoutConfig, static_cast<std::uint32_t>(controller_.parameters().opcode_timeout_ms));
  if (!context.saved.empty()) {
    const SavedUc& saved = context.saved[index];
    std::ranges::copy(saved.load_state, block.begin() + hs::kRestore / 4);
    put(hs::kLastPreemptionId, saved.last_preemption_id);
  }
  return block;
}

void Scheduler::enter(HwContext& context) {
  controller_.consume(microseconds(controller_.parameters().context_switch_us),
                      {WaitReason::Clock, "context switch to", context.id, "time"});
  if (used_) clean_array();
  used_ = true;
  const std::uint32_t smid = registers::shim::smid::encode(context.function, context.id);
  for (unsigned column = 0; column < columns(); ++column) {
    controller_.write32(shim(column, registers::shim::kSmidA), smid);
    controller_.write32(shim(column, registers::shim::kSmidB), smid);
  }
  for (unsigned index = 0; index < 2 * columns(); ++index) {
    if (!context.saved.empty()) {
      controller_.write(handshake(index, cert::register_save::kWords),
                        std::as_bytes(std::span(context.saved[index].registers)));
    }
    const std::vector<std::uint32_t> block = handshake_block(context, index);
    controller_.write(handshake(index, 0), std::as_bytes(std::span(block)));
  }
  context.saved.clear();
  context.runnable = false;
  resident_ = &context;
  resident_completed_ = false;
  resident_since_ = sc_core::sc_time_stamp();
  wake_lead();
}

HwContext* Scheduler::next() const {
  HwContext* best = nullptr;
  for (const auto& [key, context] : contexts_) {
    if (!context->runnable || context.get() == resident_) continue;
    const bool better = best == nullptr || context->band < best->band ||
                        (context->band == best->band && context->runnable_since < best->runnable_since);
    if (better) best = context.get();
  }
  return best;
}

void Scheduler::service() {
  take_interrupt();
  HwContext* candidate = next();
  if (candidate == nullptr || switch_requested_) return;
  if (resident_ == nullptr) {
    enter(*candidate);
    return;
  }
  if (resident_busy_ && candidate->band >= resident_->band) {
    if (candidate->band != resident_->band || !quantum_over()) return;
    // Taken away before its first packet, again and again, no context would ever get anything done.
    if (!resident_has_begun()) return;
  }
  switch_requested_ = true;
  controller_.write32(handshake(kLead, hs::kCtxSwitchReq), 1);
  wake_lead();
}

bool Scheduler::quantum_over() const {
  return sc_core::sc_time_stamp() >= resident_since_ + microseconds(controller_.parameters().quantum_us);
}

bool Scheduler::resident_has_begun() {
  if (resident_completed_) return true;
  if (controller_.read32(handshake(kLead, hs::kRunlistReadIdx)) != resident_->runlist_read_idx) return true;
  const std::uint32_t state = controller_.read32(handshake(kLead, hs::kFwState));
  return state != 0 && state != static_cast<std::uint32_t>(hs::FwState::LEADER_HOST_QUEUE_POP);
}

sc_core::sc_time Scheduler::deadline() const {
  const HwContext* candidate = next();
  if (candidate == nullptr || resident_ == nullptr || switch_requested_) return sc_core::sc_max_time();
  // Once the quantum is over, what ends the wait is the resident's first completion.
  if (candidate->band != resident_->band || quantum_over()) return sc_core::sc_max_time();
  return resident_since_ + microseconds(controller_.parameters().quantum_us);
}

}  // namespace aie4::management
