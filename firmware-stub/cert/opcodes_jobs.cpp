// SPDX-License-Identifier: Apache-2.0
// Opcodes of jobs, registers and barriers. Source: aiebu isa-spec (AIE4 control-code notes 1.4, 1.6, 1.7, 2.3).
#include <algorithm>
#include <fmt/format.h>

#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {

/// A conditional job is left through a barrier of all uCs, whether it ran or not.
JobRunner::Step JobRunner::end_job(Job& job, const Instruction& /*instruction*/) {
  if (job.header.start_opcode == Opcode::START_COND_JOB_PREEMPT) party_barrier();
  return Step::End;
}

JobRunner::Step JobRunner::yield(Job& /*job*/, const Instruction& /*instruction*/) {
  return Step::Yield;
}

// "May yield", says the specification; ours never does.
JobRunner::Step JobRunner::nop(Job& /*job*/, const Instruction& /*instruction*/) {
  return Step::Continue;
}

JobRunner::Step JobRunner::add(Job& job, const Instruction& instruction) {
  std::uint32_t* reg = register_at(job, instruction, instruction.operands[0]);
  if (reg == nullptr) return Step::Fault;
  *reg += instruction.operands[1];
  return Step::Continue;
}

JobRunner::Step JobRunner::mov(Job& job, const Instruction& instruction) {
  std::uint32_t* reg = register_at(job, instruction, instruction.operands[0]);
  if (reg == nullptr) return Step::Fault;
  *reg = instruction.operands[1];
  return Step::Continue;
}

/// Deferred jobs come behind the job that launches them, so theirs may not have been seen yet.
JobRunner::Step JobRunner::launch_job(Job& /*job*/, const Instruction& instruction) {
  const auto id = static_cast<std::uint16_t>(instruction.operands[0]);
  const auto found = std::ranges::find(page_.jobs, id, [](const Job& job) { return job.header.id; });
  if (found != page_.jobs.end() && found->state == JobState::Deferred) {
    found->state = JobState::Ready;
    return Step::Continue;
  }
  const bool seen = found != page_.jobs.end() || page_.parsed;
  if (seen || std::ranges::find(page_.launched, id) != page_.launched.end()) {
    return invalid_operand(instruction, "a deferred job of the page that was not launched before", id);
  }
  page_.launched.push_back(id);
  return Step::Continue;
}

/// A counting barrier: the last of `num_participants` arrivals releases all and resets it, and its job goes on.
JobRunner::Step JobRunner::local_barrier(Job& job, const Instruction& instruction) {
  const std::uint32_t id = instruction.operands[0];
  const std::uint32_t participants = instruction.operands[1];
  if (id >= kLocalBarriers) return invalid_operand(instruction, "a local barrier from 0 to 15", id);
  if (participants == 0) return invalid_operand(instruction, "at least one participant", participants);

  Page::LocalBarrier& barrier = page_.barriers.at(id);
  if (barrier.arrived != 0 && barrier.participants != participants) {
    return invalid_operand(instruction, "the number of participants that the jobs before named", participants);
  }
  barrier.participants = participants;
  if (++barrier.arrived < participants) {
    job.wait = {.kind = JobWaitKind::LocalBarrier, .id = id, .source = {}};
    words_.count(handshake::kBlockLocalBarrier);
    return Step::Block;
  }
  barrier = {};
  for (Job& other : page_.jobs) {
    const bool waits_here = other.wait.kind == JobWaitKind::LocalBarrier && other.wait.id == id;
    if (other.state == JobState::Blocked && waits_here) other.state = JobState::Ready;
  }
  return Step::Continue;
}

JobRunner::Step JobRunner::remote_barrier(Job& job, const Instruction& instruction) {
  const std::uint32_t id = instruction.operands[0];
  const std::uint32_t party = instruction.operands[1];
  if (id < RemoteBarriers::kFirst || id > RemoteBarriers::kLast) {
    return invalid_operand(instruction, "a remote barrier from 1 ($rb0) to 8 ($rb7)", id);
  }
  if ((party >> uc_.index() & 1U) == 0 || (party & ~request_.partition) != 0) {
    return invalid(
        instruction,
        fmt::format("a party of uCs of the partition ({:#x}) with uC {} itself", request_.partition, uc_.index()),
        fmt::format("{:#x}", party));
  }
  const bool taken = std::ranges::any_of(page_.jobs, [&](const Job& other) {
    return other.state == JobState::Blocked && other.wait.kind == JobWaitKind::RemoteBarrier && other.wait.id == id;
  });
  if (taken) return invalid_operand(instruction, "one job of a uC at a remote barrier", id);
  spend();
  remote_barriers_.arrive(id, party);
  if (remote_barriers_.missing(id, party)) {
    job.wait = {.kind = JobWaitKind::RemoteBarrier, .id = id, .mask = party, .source = {}};
    words_.count(handshake::kBlockRemoteBarrier);
    return Step::Block;
  }
  remote_barriers_.leave(id, party);
  return Step::Continue;
}

void JobRunner::party_barrier(unsigned id, bool decision) {
  spend();
  remote_barriers_.arrive(id, request_.party, decision);
  own_wait_ = {.wait = {.kind = JobWaitKind::RemoteBarrier, .id = id, .mask = request_.party, .source = {}},
               .since = sc_core::sc_time_stamp()};
  while (remote_barriers_.missing(id, request_.party)) {
    std::optional<sc_core::sc_time> deadline = supervisor_->deadline();
    if (const auto limit = patience(); limit && (!deadline || *limit < *deadline)) deadline = limit;
    uc_.doze(label_of(own_wait_->wait), deadline);
    check_interrupted();
  }
  own_wait_.reset();
  remote_barriers_.leave(id, request_.party);
}

std::uint32_t* JobRunner::register_at(Job& job, const Instruction& instruction, std::uint32_t number) {
  if (number < kPrivateRegisters) return &job.registers.at(number);
  if (number < kRegisters) return &global_registers_.at(number - kPrivateRegisters);
  invalid_operand(instruction, "a register from 0 to 23", number);
  return nullptr;
}

}  // namespace aie4::cert
