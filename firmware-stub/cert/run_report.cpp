// SPDX-License-Identifier: Apache-2.0
// What is said of a run that fails or hangs, to the host, to the handshake and to people.
// Source of the firmware states: AIE4 control-code notes 1.12.
#include <fmt/format.h>
#include <iterator>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {

using handshake::FwState;

namespace {

FwState hang_state(JobWaitKind kind) {
  switch (kind) {
    case JobWaitKind::RemoteBarrier:
      return FwState::BARRIER_HANG;
    case JobWaitKind::UcDma:
    case JobWaitKind::UcDmaQueue:
      return FwState::ASYNC_DM2MM_HANG;
    case JobWaitKind::UcDmaSync:
      return FwState::SYNC_DM2MM_HANG;
    default:
      return FwState::CTRL_CODE_HANG;
  }
}

std::string barrier_name(std::uint32_t id) {
  const bool program = id >= RemoteBarriers::kFirst && id <= RemoteBarriers::kLast;
  return program ? fmt::format("remote barrier $rb{}", id - RemoteBarriers::kFirst) : "a barrier of CERT";
}

}  // namespace

std::string JobRunner::here() const {
  std::string text = fmt::format("{} page {}", uc_.where(), page_.index);
  if (running_) fmt::format_to(std::back_inserter(text), " job {}", *running_);
  return text;
}

JobRunner::Step JobRunner::invalid(const Instruction& instruction, std::string expected, std::string came) {
  problem_ = {CodeFault::InvalidOpcode,
              instruction.offset,
              {std::move(expected), fmt::format("{} in {}", came, instruction.info->mnemonic)}};
  return Step::Fault;
}

JobRunner::Step JobRunner::invalid_operand(const Instruction& instruction, std::string_view expected,
                                           std::uint32_t value) {
  const bool address = value > 0xFFFF;
  return invalid(instruction, std::string(expected), address ? fmt::format("{:#x}", value) : fmt::format("{}", value));
}

void JobRunner::fail(const CodeProblem& problem) {
  words_.write(handshake::kPpc, problem.offset);
  uc_.diagnostics().report({.category = FaultCategory::GuestError,
                            .where = fmt::format("{} body offset {:#x}", here(), problem.offset),
                            .expected = std::string(problem.problem.expected),
                            .came = problem.problem.came,
                            .blame = "the control code, or who assembled or loaded it"});
  const unsigned uc = uc_.index();
  if (problem.fault == CodeFault::InvalidOpcode) throw RunEnded{{End::Failed, error_code::invalid_opcode(uc)}};
  const bool configuration = purpose_ == Purpose::Configuration;
  throw RunEnded{{End::Failed, configuration ? error_code::pdi_load_failure(uc) : error_code::invalid_page(uc)}};
}

void JobRunner::hang(JobWaitKind kind, std::uint32_t opcode_timeout) {
  report_hang(kind, opcode_timeout);
  throw RunEnded{{End::TimedOut, error_code::packet_timeout(uc_.index())}};
}

void JobRunner::report_hang() {
  const Job* job = longest_waiting();
  report_hang(job == nullptr ? JobWaitKind::None : job->wait.kind, 0);
}

void JobRunner::report_hang(JobWaitKind kind, std::uint32_t opcode_timeout) {
  words_.set(hang_state(kind));
  words_.write(handshake::kMiscStatus, words_.read(handshake::kMiscStatus) | handshake::kMiscControlCodeHang);
  uc_.diagnostics().report(
      {.category = FaultCategory::GuestError,
       .where = here(),
       .expected = opcode_timeout != 0
                       ? fmt::format("no opcode to wait longer than cert.opcode_timeout_ms = {}", opcode_timeout)
                       : fmt::format("the command to end within cert.packet_timeout_ms = {}",
                                     uc_.parameters().packet_timeout_ms),
       .came = blocked_jobs(),
       .blame = "the control code"});
}

std::string JobRunner::wait_text(const JobWait& wait) const {
  switch (wait.kind) {
    case JobWaitKind::LocalBarrier: {
      const Page::LocalBarrier& barrier = page_.barriers.at(wait.id);
      return fmt::format("at local barrier {} ({} of {} arrived)", wait.id, barrier.arrived, barrier.participants);
    }
    case JobWaitKind::RemoteBarrier: {
      const auto missing = remote_barriers_.missing(wait.id, wait.mask);
      return fmt::format("at {} of party {:#x} ({})", barrier_name(wait.id), wait.mask,
                         missing ? fmt::format("uC {} has not arrived", *missing) : "complete");
    }
    case JobWaitKind::UcDma:
    case JobWaitKind::UcDmaSync:
      return fmt::format("for uC-DMA chain {}", wait.handle);
    case JobWaitKind::UcDmaQueue:
      return "for room in the uC-DMA queue";
    case JobWaitKind::Tokens: {
      const std::uint32_t have = uc_.tokens() == nullptr ? 0 : uc_.tokens()->available(wait.source);
      return fmt::format("for {} tokens of column {} row {} actor {} ({} have arrived)", wait.mask, wait.source.column,
                         wait.source.row, wait.source.actor, have);
    }
    case JobWaitKind::Poll:
      return fmt::format("for {:#x} & {:#x} == {:#x} (last read {:#x})", wait.id, wait.mask, wait.value, wait.seen);
    case JobWaitKind::Fence:
      return "for the jobs before it";
    case JobWaitKind::None:
      break;
  }
  return "for nothing";
}

std::string JobRunner::blocked_jobs() const {
  std::string text;
  if (own_wait_) text = "a hang: CERT " + wait_text(own_wait_->wait);
  for (const Job& job : page_.jobs) {
    if (!waits(job.state)) continue;
    fmt::format_to(std::back_inserter(text), "{}job {} {}", text.empty() ? "a hang: " : ", ", job.header.id,
                   wait_text(job.wait));
  }
  return text.empty() ? "no end, although jobs can run" : text;
}

/// What the hang report of the device says while the uC sleeps.
WaitLabel JobRunner::label_of(const JobWait& wait) const {
  switch (wait.kind) {
    case JobWaitKind::RemoteBarrier:
      return {WaitReason::Barrier, remote_barrier_subject(wait.id),
              remote_barriers_.missing(wait.id, wait.mask).value_or(uc_.index()), "that uC"};
    case JobWaitKind::UcDma:
    case JobWaitKind::UcDmaSync:
      return {WaitReason::Queue, "uC-DMA chain", wait.handle, "the uC-DMA"};
    case JobWaitKind::UcDmaQueue:
      return {WaitReason::Queue, "room in the uC-DMA queue of uC", uc_.index(), "the uC-DMA"};
    case JobWaitKind::Tokens:
      return {WaitReason::Token, "tokens of (column << 16 | row << 8 | actor)",
              std::uint64_t{wait.source.column} << 16U | std::uint64_t{wait.source.row} << 8U | wait.source.actor,
              "that actor's task, and a route for its token"};
    case JobWaitKind::Poll:
      return {WaitReason::Memory, "poll of array address", wait.id, "whoever changes what is read there"};
    case JobWaitKind::Fence:
      return {WaitReason::Barrier, "jobs before job", wait.id, "those jobs"};
    case JobWaitKind::LocalBarrier:
    case JobWaitKind::None:
      break;
  }
  return {WaitReason::Barrier, "local barrier", wait.id, "another job of the page, but none can run"};
}

}  // namespace aie4::cert
