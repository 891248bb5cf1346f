// SPDX-License-Identifier: Apache-2.0
// PREEMPT: gives the array up to another context, and takes it again.
// Source: AIE4 control-code notes 1.10, 1.11.
#include <bit>
#include <utility>

#include "firmware-stub/cert/job_runner.hpp"
#include "models/registers/uc.hpp"

namespace aie4::cert {

using handshake::FwState;

JobRunner::Step JobRunner::preempt(Job& job, const Instruction& instruction) {
  const std::uint32_t save = instruction.operands[1];
  const std::uint32_t restore = instruction.operands[2];
  if (!suspended_.empty()) return invalid(instruction, "PREEMPT in the main program", "one in a page out of order");
  if (!prior_jobs_done(job)) return fence(job);
  charge(uc_.parameters().preempt_check_ns);
  if (std::exchange(resuming_, false)) {
    words_.set(FwState::WAKENUP_AFTER_PREEMPT);
    suspend_page();
    run_sequence(restore);
    party_barrier();
    resume_page();
    preempted_flag_ = true;
    return Step::Continue;
  }
  spend();
  // One uC decides for all: each looking for itself, some would save and the others go on.
  const auto decider = static_cast<unsigned>(std::countr_zero(request_.party));
  const unsigned barrier = RemoteBarriers::kDecisions + preempts_++ % 2;
  bool wanted = decider == uc_.index() && array_is_wanted();
  party_barrier(barrier, wanted);
  if (decider != uc_.index()) wanted = remote_barriers_.decision(barrier, decider);
  if (!wanted) return Step::Continue;

  words_.set(FwState::RUN_SAVE);
  suspend_page();
  run_sequence(save);
  save_context(job, instruction);
  ++counters_.preemptions;
  party_barrier();
  throw RunEnded{{End::Preempted, 0}};
}

bool JobRunner::array_is_wanted() {
  std::uint32_t request = 0;
  if (request_.lead == uc_.index()) {
    request = words_.read(handshake::kCtxSwitchReq);
  } else {
    const std::uint32_t offset = registers::uc::kPrivateDataMemory + handshake::kCtxSwitchReq;
    request = uc_.axi_read32(registers::uc::address(request_.lead, offset));
  }
  return (request & handshake::kCtxSwitchRequested) != 0;
}

void JobRunner::save_context(const Job& job, const Instruction& instruction) {
  words_.write(handshake::kRestore, (words_.read(handshake::kRestore) & handshake::kChainFailure) |
                                        instruction.offset << handshake::kRestoreOffsetLsb |
                                        (suspended_.back().index & handshake::kRestorePageMask));
  words_.write(handshake::kLastPreemptionId, instruction.operands[0]);
  for (std::uint32_t i = 0; i < kRegisters; ++i) {
    const std::uint32_t value =
        i < kPrivateRegisters ? job.registers.at(i) : global_registers_.at(i - kPrivateRegisters);
    words_.write(register_save::kWords + 4 * i, value);
  }
}

/// `job` holds the PREEMPT at which the context was saved: goes there.
void JobRunner::restore_registers(Job& job) {
  const std::uint32_t offset = *std::exchange(resume_offset_, std::nullopt);
  for (std::uint32_t i = 0; i < kRegisters; ++i) {
    std::uint32_t& value = i < kPrivateRegisters ? job.registers.at(i) : global_registers_.at(i - kPrivateRegisters);
    value = words_.read(register_save::kWords + 4 * i);
  }
  const std::variant<Instruction, CodeProblem> next = next_instruction(body_, job.header, offset);
  const auto* instruction = std::get_if<Instruction>(&next);
  if (instruction == nullptr || instruction->opcode() != Opcode::PREEMPT) {
    fail({CodeFault::InvalidPage, offset, {"the PREEMPT that saved the context", "something else"}});
  }
  job.pc = offset;
  resuming_ = true;
}

}  // namespace aie4::cert
