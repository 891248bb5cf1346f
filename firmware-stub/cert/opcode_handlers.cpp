// SPDX-License-Identifier: Apache-2.0
// What each opcode does. To model one more: write its handler, put it in the table.
// Source: aiebu isa-spec (AIE4 control-code notes 1.4, 1.6, 1.7, 2.3).
#include <algorithm>
#include <fmt/format.h>

#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {

struct JobRunner::HandlerTable {
  std::array<Handler, 256> handlers{};

  constexpr HandlerTable() {
    set(Opcode::END_JOB, &JobRunner::end_job);
    set(Opcode::YIELD, &JobRunner::yield);
    set(Opcode::NOP, &JobRunner::nop);
    set(Opcode::ADD, &JobRunner::add);
    set(Opcode::MOV, &JobRunner::mov);
    set(Opcode::LOCAL_BARRIER, &JobRunner::local_barrier);
  }
  constexpr void set(Opcode opcode, Handler handler) { handlers[static_cast<std::size_t>(opcode)] = handler; }
};

JobRunner::Handler JobRunner::handler_of(Opcode opcode) {
  static constexpr HandlerTable kTable;
  return kTable.handlers[static_cast<std::size_t>(opcode)];
}

JobRunner::Step JobRunner::end_job(Job& /*job*/, const Instruction& /*instruction*/) {
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
  std::uint32_t* reg = register_of(job, instruction);
  if (reg == nullptr) return Step::Fault;
  *reg += instruction.operands[1];
  return Step::Continue;
}

JobRunner::Step JobRunner::mov(Job& job, const Instruction& instruction) {
  std::uint32_t* reg = register_of(job, instruction);
  if (reg == nullptr) return Step::Fault;
  *reg = instruction.operands[1];
  return Step::Continue;
}

/// A counting barrier: the last of `num_participants` arrivals releases all and resets it, and its job goes on.
JobRunner::Step JobRunner::local_barrier(Job& job, const Instruction& instruction) {
  const std::uint32_t id = instruction.operands[0];
  const std::uint32_t participants = instruction.operands[1];
  if (id >= kLocalBarriers) return invalid_operand(instruction, "a local barrier from 0 to 15", id);
  if (participants == 0) return invalid_operand(instruction, "at least one participant", participants);

  Barrier& barrier = barriers_[id];
  if (barrier.arrived != 0 && barrier.participants != participants) {
    return invalid_operand(instruction, "the number of participants that the jobs before named", participants);
  }
  barrier.participants = participants;
  if (++barrier.arrived < participants) {
    job.barrier = id;
    return Step::Block;
  }
  barrier = {};
  for (Job& other : jobs_) {
    if (other.state == JobState::Blocked && other.barrier == id) other.state = JobState::Ready;
  }
  return Step::Continue;
}

/// The register that the first operand names; nullptr, with `problem_` set, if there is none.
std::uint32_t* JobRunner::register_of(Job& job, const Instruction& instruction) {
  const std::uint32_t number = instruction.operands[0];
  if (number < kPrivateRegisters) return &job.registers[number];
  if (number < kRegisters) return &global_registers_[number - kPrivateRegisters];
  invalid_operand(instruction, "a register from 0 to 23", number);
  return nullptr;
}

JobRunner::Step JobRunner::invalid_operand(const Instruction& instruction, std::string_view expected,
                                           std::uint32_t value) {
  problem_ = {CodeFault::InvalidOpcode,
              instruction.offset,
              {expected, fmt::format("{} in {}", value, instruction.info->mnemonic)}};
  return Step::Fault;
}

}  // namespace aie4::cert
