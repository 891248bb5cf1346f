// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/job_runner.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "firmware-stub/cert/time.hpp"

namespace aie4::cert {

using handshake::FwState;

JobRunner::JobRunner(Microcontroller& uc, CertCounters& counters)
    : uc_(uc),
      counters_(counters),
      words_(uc.private_memory()),
      opcode_time_(nanoseconds(uc.parameters().opcode_ns)),
      job_start_time_(nanoseconds(uc.parameters().job_start_ns)) {}

JobRunner::Result JobRunner::run(std::uint64_t code_address, const RunSupervisor& supervisor) {
  global_registers_.fill(0);
  pending_ = sc_core::SC_ZERO_TIME;
  page_index_ = 0;
  page_length_ = PageHeader::kPageSize;  // Nothing has announced the length of page 0.
  for (;;) {
    if (const auto result = page_in(code_address)) return *result;
    if (const auto result = initial_pass(supervisor)) return *result;
    if (const auto result = event_loop(supervisor)) return *result;
    words_.set(FwState::CHECK_NEWPAGE);
    if (page_.in_order_page_len == 0) return {End::Done, 0};
    if (const auto result = interrupted(supervisor)) return *result;
    page_length_ = page_.in_order_page_len;
    ++page_index_;
  }
}

// The next page is fetched when the present one is done. Real CERT fetches it earlier into the other slot; the slots
// alternate here too, so that only the moment of the fetch differs.
std::optional<JobRunner::Result> JobRunner::page_in(std::uint64_t code_address) {
  words_.set(FwState::EXEC_PAGEIN);
  words_.write(handshake::kAbsPageIndex, page_index_);
  words_.write(handshake::kPpc, 0);
  jobs_.clear();
  barriers_.fill({});
  next_job_ = 0;
  running_.reset();

  const std::uint32_t slot = shared_map::kPageSlots + page_index_ % 2 * shared_map::kPageSlotSize;
  const std::uint64_t address = code_address + std::uint64_t{page_index_} * PageHeader::kPageSize;
  if (uc_.read_host(address, slot, page_length_) != DmaStatus::Ok) {
    return Result{End::Failed, error_code::invalid_page(uc_.index())};  // Reported where it was refused.
  }
  const std::span<const std::byte> page = uc_.shared_memory().subspan(slot, page_length_);
  page_ = parse_page_header(page);
  if (std::optional<Problem> problem = check_page_header(page_, page_index_, page_length_)) {
    return fail({CodeFault::InvalidPage, 0, std::move(*problem)});
  }
  body_ = page.first(page_.cur_page_len).subspan(PageHeader::kSize);
  ++counters_.pages;
  return std::nullopt;
}

std::optional<JobRunner::Result> JobRunner::initial_pass(const RunSupervisor& supervisor) {
  words_.set(FwState::EXEC_INITIAL_PASS);
  for (std::uint32_t offset = 0;;) {
    if (const auto result = interrupted(supervisor)) return result;
    const std::variant<JobHeader, EndOfPage, CodeProblem> next = next_job(body_, offset);
    if (const auto* problem = std::get_if<CodeProblem>(&next)) return fail(*problem);
    charge_opcode();
    if (std::holds_alternative<EndOfPage>(next)) {
      spend();
      return std::nullopt;
    }
    const auto& header = std::get<JobHeader>(next);
    if (header.start_opcode != Opcode::START_JOB) return fail_unmodelled(header.start_opcode, offset);
    if (std::ranges::any_of(jobs_, [&](const Job& job) { return job.header.id == header.id; })) {
      return fail({CodeFault::InvalidPage,
                   offset,
                   {"job ids that are unique in the page", fmt::format("a second job {}", header.id)}});
    }
    ++counters_.jobs;
    pending_ += job_start_time_;
    offset = header.end();
    jobs_.push_back({.header = header, .pc = header.first_instruction()});
    if (const auto result = run_job(jobs_.back())) return result;
  }
}

std::optional<JobRunner::Result> JobRunner::event_loop(const RunSupervisor& supervisor) {
  words_.set(FwState::EXEC_EVENTLOOP);
  for (;;) {
    if (const auto result = interrupted(supervisor)) return result;
    std::size_t looked_at = 0;
    while (looked_at < jobs_.size() && jobs_[next_job_ % jobs_.size()].state != JobState::Ready) {
      ++next_job_;
      ++looked_at;
    }
    if (looked_at < jobs_.size()) {
      Job& job = jobs_[next_job_++ % jobs_.size()];
      if (const auto result = run_job(job)) return result;
    } else if (std::ranges::all_of(jobs_, [](const Job& job) { return job.state == JobState::Done; })) {
      return std::nullopt;
    } else if (const auto result = wait_for_release(supervisor)) {
      return result;
    }
  }
}

/// Runs a job until it gives up the uC, then spends the time of all the opcodes it executed.
std::optional<JobRunner::Result> JobRunner::run_job(Job& job) {
  job.state = JobState::Running;
  running_ = job.header.id;
  for (Step step = Step::Continue; step == Step::Continue;) {
    const std::variant<Instruction, CodeProblem> next = next_instruction(body_, job.header, job.pc);
    if (const auto* problem = std::get_if<CodeProblem>(&next)) return fail(*problem);
    const auto& instruction = std::get<Instruction>(next);
    words_.write(handshake::kPpc, job.pc);
    const Handler handler = handler_of(instruction.opcode());
    if (handler == nullptr) return fail_unmodelled(instruction.opcode(), job.pc);
    step = (this->*handler)(job, instruction);
    if (step == Step::Fault) return fail(problem_);
    charge_opcode();
    job.pc += instruction.info->size;
    if (step == Step::Yield) job.state = JobState::Ready;
    if (step == Step::Block) job.state = JobState::Blocked;
    if (step == Step::End) job.state = JobState::Done;
  }
  spend();
  running_.reset();
  return std::nullopt;
}

/// No job can run: sleeps until someone ends the run. (Nothing outside can unblock a local barrier.)
std::optional<JobRunner::Result> JobRunner::wait_for_release(const RunSupervisor& supervisor) {
  const auto blocked = std::ranges::find(jobs_, JobState::Blocked, &Job::state);
  uc_.sleep({WaitReason::Barrier, "local barrier", blocked->barrier, "another job of the page, but none can run"},
            supervisor.deadline());
  return interrupted(supervisor);
}

std::optional<JobRunner::Result> JobRunner::interrupted(const RunSupervisor& supervisor) {
  if (supervisor.stop_requested()) return Result{End::Stopped, 0};
  const std::optional<sc_core::sc_time> deadline = supervisor.deadline();
  if (!deadline || sc_core::sc_time_stamp() < *deadline) return std::nullopt;
  report_hang();
  return Result{End::TimedOut, error_code::packet_timeout(uc_.index())};
}

void JobRunner::charge_opcode() {
  ++counters_.opcodes;
  pending_ += opcode_time_;
}

/// Events are the cost of a simulation: the opcodes between two points where the uC is given up take one.
void JobRunner::spend() {
  const sc_core::sc_time duration = pending_;
  pending_ = sc_core::SC_ZERO_TIME;
  uc_.consume(duration, {WaitReason::Clock, "execution of control code, page", page_index_, "time"});
}

// --- messages -------------------------------------------------------------------------------------------------------

std::string JobRunner::here() const {
  std::string text = fmt::format("{} page {}", uc_.where(), page_index_);
  if (running_) fmt::format_to(std::back_inserter(text), " job {}", *running_);
  return text;
}

JobRunner::Result JobRunner::fail(const CodeProblem& problem) {
  words_.write(handshake::kPpc, problem.offset);
  uc_.diagnostics().report({.category = FaultCategory::GuestError,
                            .where = fmt::format("{} body offset {:#x}", here(), problem.offset),
                            .expected = std::string(problem.problem.expected),
                            .came = problem.problem.came,
                            .blame = "the control code, or who assembled or loaded it"});
  const bool opcode = problem.fault == CodeFault::InvalidOpcode;
  return {End::Failed, opcode ? error_code::invalid_opcode(uc_.index()) : error_code::invalid_page(uc_.index())};
}

JobRunner::Result JobRunner::fail_unmodelled(Opcode opcode, std::uint32_t offset) {
  words_.write(handshake::kPpc, offset);
  uc_.diagnostics().unmodelled("opcode", find_opcode(static_cast<std::uint8_t>(opcode))->mnemonic,
                               fmt::format("{} body offset {:#x}", here(), offset));
  return {End::Failed, error_code::invalid_opcode(uc_.index())};
}

void JobRunner::report_hang() {
  words_.set(FwState::CTRL_CODE_HANG);
  words_.write(handshake::kMiscStatus, words_.read(handshake::kMiscStatus) | handshake::kMiscControlCodeHang);
  uc_.diagnostics().report({.category = FaultCategory::GuestError,
                            .where = here(),
                            .expected = fmt::format("the command to end within cert.packet_timeout_ms = {}",
                                                    uc_.parameters().packet_timeout_ms),
                            .came = blocked_jobs(),
                            .blame = "the control code"});
}

std::string JobRunner::blocked_jobs() const {
  std::string text;
  for (const Job& job : jobs_) {
    if (job.state != JobState::Blocked) continue;
    const Barrier& barrier = barriers_[job.barrier];
    fmt::format_to(std::back_inserter(text), "{}job {} at local barrier {} ({} of {} arrived)",
                   text.empty() ? "a hang: " : ", ", job.header.id, job.barrier, barrier.arrived, barrier.participants);
  }
  return text.empty() ? "no end, although jobs can run" : text;
}

}  // namespace aie4::cert
