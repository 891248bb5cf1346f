// SPDX-License-Identifier: Apache-2.0
// Opcodes that leave the page for pages out of order: PDIs and core images, loaded and replayed.
// Source: AIE4 control-code notes 1.3 (fences), 1.9, 2.3.
#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {

using handshake::FwState;

namespace {

/// Pages out of order within pages out of order: RESTORE, its LOAD_LAST_PDI, and what that replays is the deepest.
constexpr std::size_t kDeepest = 4;
constexpr std::uint32_t kRecordedPage = 0xFFFF;
constexpr unsigned kRecordedOffsetLsb = 16;
constexpr std::uint32_t kRecordedOffset = 0x7FFF;

}  // namespace

bool JobRunner::prior_jobs_done(const Job& job) const {
  return std::ranges::all_of(page_.jobs, [&](const Job& other) {
    return other.header.start >= job.header.start || other.state == JobState::Done || other.state == JobState::Deferred;
  });
}

JobRunner::Step JobRunner::fence(Job& job) {
  job.wait = {.kind = JobWaitKind::Fence, .id = job.header.id, .source = {}};
  return Step::Retry;
}

/// Leaves the page, whose slots others need: chains that still read it come first.
void JobRunner::suspend_page() {
  spend();
  await_dm2mm();
  if (suspended_.size() >= kDeepest) {
    fail(
        {CodeFault::InvalidPage, 0, {"pages out of order that come to an end", "one inside another, again and again"}});
  }
  suspended_.push_back(std::exchange(page_, {}));
}

/// Brings the page in again and goes on with its jobs where they stood.
void JobRunner::resume_page() {
  words_.set(FwState::RELOAD_OOO);
  page_ = std::move(suspended_.back());
  suspended_.pop_back();
  const auto running = std::ranges::find(page_.jobs, JobState::Running, &Job::state);
  if (running != page_.jobs.end()) running_ = running->header.id;
  words_.write(handshake::kAbsPageIndex, page_.index);
  if (!loader_.load(page_.index, page_.header.cur_page_len)) {
    throw RunEnded{{End::Failed, error_code::invalid_page(uc_.index())}};
  }
  // Offsets of jobs were checked against the page as it was.
  if (parse_page_header(loader_.bytes()) != page_.header) {
    fail({CodeFault::InvalidPage, 0, {"a page that nobody changes while it is run", "another header"}});
  }
  body_ = loader_.bytes().subspan(PageHeader::kSize);
  if (page_.header.in_order_page_len != 0) loader_.prefetch(page_.index + 1, page_.header.in_order_page_len);
  words_.set(page_.parsed ? FwState::EXEC_EVENTLOOP : FwState::EXEC_INITIAL_PASS);
}

/// What is loaded already is not loaded again, but the barrier is taken.
JobRunner::Step JobRunner::load_out_of_order(const Instruction& instruction, std::uint32_t id_word,
                                             std::uint32_t page_word) {
  const std::uint32_t id = instruction.operands[0];
  const std::uint32_t page = instruction.operands[1];
  if (id == handshake::kNothingLoaded) return invalid_operand(instruction, "an id other than 0xffffffff", id);
  if (words_.read(id_word) == id) {
    party_barrier();
    return Step::Continue;
  }
  words_.set(FwState::OOO_OPCODE);
  suspend_page();
  const Purpose purpose = std::exchange(purpose_, Purpose::Configuration);
  words_.write(id_word, handshake::kNothingLoaded);  // Should it fail half-way.
  run_sequence(page);
  words_.write(id_word, id);
  words_.write(page_word, page);
  purpose_ = purpose;
  party_barrier();
  resume_page();
  return Step::Continue;
}

JobRunner::Step JobRunner::load_pdi(Job& /*job*/, const Instruction& instruction) {
  return load_out_of_order(instruction, handshake::kLastPdiId, handshake::kLastPdi);
}

JobRunner::Step JobRunner::load_cores(Job& /*job*/, const Instruction& instruction) {
  return load_out_of_order(instruction, handshake::kLastCoreElfId, handshake::kLastCoreElf);
}

/// The code that loads the cores follows in the same job, which is left if they are loaded already.
JobRunner::Step JobRunner::load_cores_cp(Job& job, const Instruction& instruction) {
  const std::uint32_t id = instruction.operands[0];
  if (id == handshake::kNothingLoaded) return invalid_operand(instruction, "an id other than 0xffffffff", id);
  if (words_.read(handshake::kLastCoreElfId) == id) {
    constexpr std::uint32_t kEndJobSize = 4;
    job.pc = job.header.end() - kEndJobSize - instruction.info->size;
    return Step::Continue;
  }
  words_.write(handshake::kLastCoreElfId, id);
  words_.write(handshake::kLastCoreElf,
               handshake::kLoadedByControlPackets | job.header.start << kRecordedOffsetLsb | page_.index);
  return Step::Continue;
}

JobRunner::Step JobRunner::load_last_pdi(Job& job, const Instruction& /*instruction*/) {
  // A PDI sets routes: what the jobs before it have under way, RESTORE's copy above all, must have arrived.
  if (!prior_jobs_done(job)) return fence(job);
  words_.set(FwState::OOO_OPCODE);
  suspend_page();
  const Purpose purpose = std::exchange(purpose_, Purpose::Configuration);
  if (words_.read(handshake::kLastPdiId) != handshake::kNothingLoaded) {
    run_sequence(words_.read(handshake::kLastPdi) & kRecordedPage);
  }
  if (words_.read(handshake::kLastCoreElfId) != handshake::kNothingLoaded) {
    words_.set(FwState::RELOAD_CORE);
    const std::uint32_t recorded = words_.read(handshake::kLastCoreElf);
    if ((recorded & handshake::kLoadedByControlPackets) != 0) {
      replay_cores(recorded);
    } else {
      run_sequence(recorded & kRecordedPage);
    }
  }
  purpose_ = purpose;
  party_barrier();
  resume_page();
  return Step::Continue;
}

/// Runs what follows LOAD_CORES_CP in the job that was recorded, and nothing else of its page.
void JobRunner::replay_cores(std::uint32_t recorded) {
  const std::uint32_t offset = recorded >> kRecordedOffsetLsb & kRecordedOffset;
  page_in(recorded & kRecordedPage, PageHeader::kPageSize);
  const std::variant<JobHeader, EndOfPage, CodeProblem> next = next_job(body_, offset);
  const auto* header = std::get_if<JobHeader>(&next);
  if (header == nullptr) fail({CodeFault::InvalidPage, offset, {"the job that loaded the cores", "none"}});
  for (std::uint32_t pc = header->first_instruction();;) {
    const std::variant<Instruction, CodeProblem> decoded = next_instruction(body_, *header, pc);
    const auto* instruction = std::get_if<Instruction>(&decoded);
    if (instruction == nullptr || instruction->opcode() == Opcode::END_JOB) {
      fail({CodeFault::InvalidPage, pc, {"LOAD_CORES_CP in the job that loaded the cores", "none"}});
    }
    pc += instruction->info->size;
    if (instruction->opcode() != Opcode::LOAD_CORES_CP) continue;
    Job& job = page_.jobs.emplace_back();
    job.header = *header;
    job.pc = pc;
    break;
  }
  page_.parsed = true;
  run_page();
  leave_page();
}

}  // namespace aie4::cert
