// SPDX-License-Identifier: Apache-2.0
// Opcodes that load and store over AXI-MM. Every one is a real access with its side effects: programs poll lock
// requests. Source: aiebu isa-spec (AIE4 control-code notes 1.4, 1.5, 2.3, 5.4).
#include <fmt/format.h>

#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {
namespace {

/// WRITE_32_D: which operands are constants. The other way round than the table of the isa-spec says: observed in AMD's
/// deferred-job test, whose memories end as expected only so (control-code notes 2.3).
constexpr std::uint32_t kValueImmediate = 1U << 0;
constexpr std::uint32_t kAddressImmediate = 1U << 1;

constexpr std::uint32_t kGranted = 1;  ///< Bit 0 of a lock request's answer.

}  // namespace

bool JobRunner::load(const Instruction& instruction, std::uint32_t address, std::uint32_t& value) {
  spend();
  const bool answered =
      address % 4 == 0 &&
      uc_.axi_access(tlm::TLM_READ_COMMAND, words_.read(handshake::kPartitionBaseAddress) + std::uint64_t{address},
                     value, pending_);
  return loaded(instruction, address, answered);
}

bool JobRunner::load(const Instruction& instruction, JobWait& wait, const sc_core::sc_event*& until) {
  spend();
  const bool answered =
      wait.id % 4 == 0 && uc_.axi_poll(words_.read(handshake::kPartitionBaseAddress) + std::uint64_t{wait.id},
                                       wait.mask, wait.value, wait.seen, pending_, until);
  return loaded(instruction, wait.id, answered);
}

bool JobRunner::loaded(const Instruction& instruction, std::uint32_t address, bool answered) {
  if (answered) return true;
  words_.set(handshake::FwState::AXI_ERROR);
  invalid_operand(instruction, "an address of the array that answers", address);
  return false;
}

bool JobRunner::store(const Instruction& instruction, std::uint32_t address, std::uint32_t value) {
  spend();
  const bool answered =
      address % 4 == 0 &&
      uc_.axi_access(tlm::TLM_WRITE_COMMAND, words_.read(handshake::kPartitionBaseAddress) + std::uint64_t{address},
                     value, pending_);
  if (answered) return true;
  words_.set(handshake::FwState::AXI_ERROR);
  invalid_operand(instruction, "an address of the array that answers", address);
  return false;
}

JobRunner::Step JobRunner::write_32(Job& /*job*/, const Instruction& instruction) {
  return store(instruction, instruction.operands[0], instruction.operands[1]) ? Step::Continue : Step::Fault;
}

JobRunner::Step JobRunner::write_32_d(Job& job, const Instruction& instruction) {
  const auto [flags, first, second, unused] = instruction.operands;
  if (flags > (kValueImmediate | kAddressImmediate)) return invalid_operand(instruction, "flags from 0 to 3", flags);
  std::uint32_t address = first;
  std::uint32_t value = second;
  if ((flags & kAddressImmediate) == 0) {
    const std::uint32_t* reg = register_at(job, instruction, first);
    if (reg == nullptr) return Step::Fault;
    address = *reg;
  }
  if ((flags & kValueImmediate) == 0) {
    const std::uint32_t* reg = register_at(job, instruction, second);
    if (reg == nullptr) return Step::Fault;
    value = *reg;
  }
  return store(instruction, address, value) ? Step::Continue : Step::Fault;
}

JobRunner::Step JobRunner::mask_write_32(Job& /*job*/, const Instruction& instruction) {
  const auto [address, mask, value, unused] = instruction.operands;
  std::uint32_t old = 0;
  if (!load(instruction, address, old)) return Step::Fault;
  return store(instruction, address, (old & ~mask) | (value & mask)) ? Step::Continue : Step::Fault;
}

JobRunner::Step JobRunner::read_32(Job& job, const Instruction& instruction) {
  std::uint32_t* reg = register_at(job, instruction, instruction.operands[0]);
  if (reg == nullptr || !load(instruction, instruction.operands[1], *reg)) return Step::Fault;
  return Step::Continue;
}

JobRunner::Step JobRunner::read_32_d(Job& job, const Instruction& instruction) {
  const std::uint32_t* address = register_at(job, instruction, instruction.operands[0]);
  if (address == nullptr) return Step::Fault;
  std::uint32_t* reg = register_at(job, instruction, instruction.operands[1]);
  if (reg == nullptr || !load(instruction, *address, *reg)) return Step::Fault;
  return Step::Continue;
}

JobRunner::Step JobRunner::poll_32(Job& job, const Instruction& instruction) {
  const JobWait wait{.kind = JobWaitKind::Poll,
                     .id = instruction.operands[0],
                     .mask = ~0U,
                     .value = instruction.operands[1],
                     .source = {}};
  return poll(job, instruction, wait, page_.header.busy_poll_hint, handshake::kPreemptionPoll);
}

JobRunner::Step JobRunner::mask_poll_32(Job& job, const Instruction& instruction) {
  const auto [address, mask, value, unused] = instruction.operands;
  const JobWait wait{.kind = JobWaitKind::Poll, .id = address, .mask = mask, .value = value, .source = {}};
  return poll(job, instruction, wait, page_.header.busy_poll_hint, handshake::kPreemptionMaskPoll);
}

/// Releases a lock with one read and polls for another one, without letting other jobs run.
JobRunner::Step JobRunner::rel_acq_sync(Job& job, const Instruction& instruction) {
  std::uint32_t answer = 0;
  if (!load(instruction, instruction.operands[0], answer)) return Step::Fault;
  const JobWait wait{
      .kind = JobWaitKind::Poll, .id = instruction.operands[1], .mask = kGranted, .value = kGranted, .source = {}};
  return poll(job, instruction, wait, true, handshake::kPreemptionMaskPoll);
}

JobRunner::Step JobRunner::poll(Job& job, const Instruction& instruction, JobWait wait, bool busy,
                                std::uint32_t counter) {
  for (;;) {
    vain_poll_ = {.counter = counter};
    if (!load(instruction, wait, vain_poll_.until)) return Step::Fault;
    if ((wait.seen & wait.mask) == wait.value) break;
    words_.count(counter);
    if (!busy) {
      job.wait = wait;
      return Step::Retry;
    }
    if (!own_wait_) own_wait_ = OwnWait{.wait = wait, .since = sc_core::sc_time_stamp()};
    own_wait_->wait.seen = wait.seen;
    const sc_core::sc_time duration = std::exchange(pending_, sc_core::SC_ZERO_TIME) + poll_interval_;
    uc_.consume(duration, label_of(wait));
    check_interrupted();
  }
  own_wait_.reset();
  return Step::Continue;
}

}  // namespace aie4::cert
