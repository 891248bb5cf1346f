// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/job_runner.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/time.hpp"

namespace aie4::cert {

using handshake::FwState;

JobRunner::JobRunner(Microcontroller& uc, CertCounters& counters)
    : uc_(uc),
      counters_(counters),
      words_(uc.private_memory()),
      loader_(uc),
      remote_barriers_(uc),
      records_(uc),
      opcode_time_(nanoseconds(uc.parameters().opcode_ns)),
      job_start_time_(nanoseconds(uc.parameters().job_start_ns)),
      poll_interval_(nanoseconds(uc.parameters().poll_interval_ns)) {}

JobRunner::Result JobRunner::run(const RunRequest& request, const RunSupervisor& supervisor) {
  request_ = request;
  request_.party |= 1U << uc_.index();
  request_.partition |= request_.party;
  supervisor_ = &supervisor;
  Result result;
  try {
    run_main();
  } catch (const RunEnded& ended) {
    result = ended.result;
  }
  // Not in the handler: what it does waits. After it nothing of the command is under way any more.
  suspended_.clear();
  running_.reset();
  finish_dma();
  records_.flush();
  return result;
}

void JobRunner::run_main() {
  global_registers_.fill(0);
  pending_ = sc_core::SC_ZERO_TIME;
  purpose_ = Purpose::Program;
  preempted_flag_ = false;
  resuming_ = false;
  preempts_ = 0;
  suspended_.clear();
  own_wait_.reset();
  resume_offset_.reset();
  dma_failures_ = uc_.dm2mm().failures();
  loader_.begin(request_.code_address);

  const std::uint32_t restore = words_.read(handshake::kRestore);
  std::uint32_t first = 0;
  if (const std::uint32_t offset = restore >> handshake::kRestoreOffsetLsb; offset != 0) {
    resume_offset_ = offset;
    first = restore & handshake::kRestorePageMask;
    words_.write(handshake::kRestore, restore & handshake::kChainFailure);
    words_.set(FwState::WAKENUP_AFTER_PREEMPT);
  }
  run_sequence(first);
}

/// Runs pages from `first` on, as their headers link them.
void JobRunner::run_sequence(std::uint32_t first) {
  std::uint32_t length = PageHeader::kPageSize;  // Nothing has announced the length of a first page.
  for (std::uint32_t index = first;; ++index) {
    page_in(index, length);
    run_page();
    leave_page();
    length = page_.header.in_order_page_len;
    if (length == 0) return;
    check_interrupted();
  }
}

void JobRunner::page_in(std::uint32_t index, std::uint32_t length) {
  words_.set(FwState::EXEC_PAGEIN);
  words_.write(handshake::kAbsPageIndex, index);
  words_.write(handshake::kPpc, 0);
  page_ = {};
  page_.index = index;
  running_.reset();
  failed_polls_ = 0;

  if (!loader_.load(index, length)) {  // Reported where it was refused.
    const unsigned uc = uc_.index();
    const bool configuration = purpose_ == Purpose::Configuration;
    throw RunEnded{{End::Failed, configuration ? error_code::pdi_load_no_mapping(uc) : error_code::invalid_page(uc)}};
  }
  page_.header = parse_page_header(loader_.bytes());
  if (std::optional<Problem> problem = check_page_header(page_.header, index, length)) {
    fail({CodeFault::InvalidPage, 0, std::move(*problem)});
  }
  body_ = loader_.bytes().first(page_.header.cur_page_len).subspan(PageHeader::kSize);
  ++counters_.pages;
  words_.count(handshake::kCounterPages);
  if (page_.header.in_order_page_len != 0) loader_.prefetch(index + 1, page_.header.in_order_page_len);
  words_.set(FwState::EXEC_INITIAL_PASS);
}

void JobRunner::run_page() {
  for (;;) {
    check_interrupted();
    release_blocked();
    if (!page_.parsed && !page_.fenced()) {
      parse_next_job();
    } else if (Job* job = next_runnable()) {
      run_job(*job);
    } else if (std::ranges::any_of(page_.jobs, waits, &Job::state)) {
      idle();
    } else {
      break;
    }
  }
  if (!page_.launched.empty()) {
    fail({CodeFault::InvalidPage,
          0,
          {"LAUNCH_JOB of jobs that the page defers", fmt::format("job {}", page_.launched.front())}});
  }
  const auto never = std::ranges::find(page_.jobs, JobState::Deferred, &Job::state);
  if (never != page_.jobs.end()) {
    fail({CodeFault::InvalidPage,
          never->header.start,
          {"LAUNCH_JOB of every deferred job before the page ends", fmt::format("none of job {}", never->header.id)}});
  }
}

/// Chains that no job waits for still read the page.
void JobRunner::leave_page() {
  words_.set(FwState::CHECK_NEWPAGE);
  await_dm2mm();
  if (uc_.dm2mm().failures() != dma_failures_) {
    fail({CodeFault::InvalidOpcode,
          0,
          {"uC-DMA chains that can be done", uc_.dm2mm().last_reason() + ", and no job waited for the chain"}});
  }
}

void JobRunner::await_dm2mm() {
  uc_.await(uc_.dm2mm(), uc_.dm2mm().last(),
            {WaitReason::Queue, "end of all uC-DMA chains of page", page_.index, "the uC-DMA"});
}

void JobRunner::finish_dma() {
  loader_.drain();
  await_dm2mm();
}

// --- the job list ---------------------------------------------------------------------------------------------------

void JobRunner::parse_next_job() {
  const std::uint32_t offset = page_.parse_offset;
  const std::variant<JobHeader, EndOfPage, CodeProblem> next = next_job(body_, offset);
  if (const auto* problem = std::get_if<CodeProblem>(&next)) fail(*problem);
  charge_opcode();
  if (std::holds_alternative<EndOfPage>(next)) {
    page_.parsed = true;
    spend();
    if (resume_offset_) {
      fail({CodeFault::InvalidPage, *resume_offset_, {"the PREEMPT that saved the context", "the end of the page"}});
    }
    words_.set(FwState::EXEC_EVENTLOOP);
    return;
  }
  const auto& header = std::get<JobHeader>(next);
  if (std::ranges::any_of(page_.jobs, [&](const Job& job) { return job.header.id == header.id; })) {
    fail({CodeFault::InvalidPage,
          offset,
          {"job ids that are unique in the page", fmt::format("a second job {}", header.id)}});
  }
  page_.parse_offset = header.end();
  Job& job = page_.jobs.emplace_back();
  job.header = header;
  job.special = is_special(header);
  job.pc = header.first_instruction();
  if (resume_offset_ && header.end() <= *resume_offset_) {
    job.state = JobState::Done;
    return;
  }
  ++counters_.jobs;
  words_.count(handshake::kCounterJobs);
  pending_ += job_start_time_;
  if (header.start_opcode == Opcode::START_JOB_DEFERRED) {
    const bool launched = std::erase(page_.launched, header.id) != 0;
    job.state = launched ? JobState::Ready : JobState::Deferred;
    return;
  }
  if (header.start_opcode == Opcode::START_COND_JOB_PREEMPT && !std::exchange(preempted_flag_, false)) {
    job.state = JobState::Done;
    party_barrier();
    return;
  }
  if (resume_offset_) restore_registers(job);
  run_job(job);
}

bool JobRunner::is_special(const JobHeader& header) const {
  if (header.start_opcode == Opcode::START_COND_JOB_PREEMPT) return true;
  for (std::uint32_t pc = header.first_instruction();;) {
    const std::variant<Instruction, CodeProblem> next = next_instruction(body_, header, pc);
    const auto* instruction = std::get_if<Instruction>(&next);
    if (instruction == nullptr) return false;  // Whoever executes it says so.
    switch (instruction->opcode()) {
      case Opcode::LOAD_PDI:
      case Opcode::LOAD_CORES:
      case Opcode::LOAD_CORES_CP:
      case Opcode::LOAD_LAST_PDI:
      case Opcode::PREEMPT:
        return true;
      case Opcode::END_JOB:
        return false;
      default:
        pc += instruction->info->size;
    }
  }
}

}  // namespace aie4::cert
