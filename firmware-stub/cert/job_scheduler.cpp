// SPDX-License-Identifier: Apache-2.0
// Which job of a page has the uC, what a job waits for, and when a run is interrupted.
// Source: AIE4 control-code notes 1.3, 1.4.
#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <utility>

#include "firmware-stub/cert/job_runner.hpp"
#include "models/common/time.hpp"

namespace aie4::cert {

/// The next job in turn. Nobody, although jobs poll, if all of them have just polled in vain.
Job* JobRunner::next_runnable() {
  const auto runnable = [](const Job& job) { return job.state == JobState::Ready || job.state == JobState::Polling; };
  const auto count = static_cast<unsigned>(std::ranges::count_if(page_.jobs, runnable));
  if (count == 0 || failed_polls_ >= count) return nullptr;
  for (;;) {
    Job& job = page_.jobs[page_.next_job++ % page_.jobs.size()];
    if (runnable(job)) return &job;
  }
}

/// Runs a job until it gives up the uC, then spends the time of all the opcodes it executed. Handlers of out-of-order
/// pages move the page away and back: `job` stays where it is, because a moved vector keeps its elements.
void JobRunner::run_job(Job& job) {
  const bool polling = job.state == JobState::Polling;
  const std::uint32_t first_pc = job.pc;
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  job.state = JobState::Running;
  running_ = job.header.id;
  Step step = Step::Continue;
  while (step == Step::Continue) {
    const std::variant<Instruction, CodeProblem> next = next_instruction(body_, job.header, job.pc);
    if (const auto* problem = std::get_if<CodeProblem>(&next)) fail(*problem);
    const auto& instruction = std::get<Instruction>(next);
    words_.write(handshake::kPpc, job.pc);
    if (!std::exchange(job.fetched, true)) charge_opcode();
    const Handler handler = handler_of(instruction.opcode());
    step = handler == nullptr ? rejected(job, instruction) : (this->*handler)(job, instruction);
    if (step == Step::Fault) fail(problem_);
    if (step != Step::Retry) {
      job.pc += instruction.info->size;
      job.fetched = false;
      job.retried = false;
    }
  }
  settle(job, step);
  const bool polled_in_vain = polling && job.state == JobState::Polling && job.pc == first_pc;
  failed_polls_ = polled_in_vain ? failed_polls_ + 1 : 0;
  if (polled_in_vain) {
    spend_poll(job);
  } else {
    spend();
    draw(job, begin);
  }
  running_.reset();
}

/// Spends the time of a poll in vain. If nobody else has anything to do, and it is known what the next polls will read,
/// their time, too, in one event instead of two for each.
void JobRunner::spend_poll(const Job& job) {
  constexpr std::uint64_t kMost = 1024;  // A device that polls is never idle.
  const Microcontroller::PollRound round{
      .busy = std::exchange(pending_, sc_core::SC_ZERO_TIME), .idle = poll_interval_, .label = label_of(job.wait)};
  std::uint64_t rounds = vain_poll_.until == nullptr || round.busy == sc_core::SC_ZERO_TIME ? 0 : kMost;
  const auto has_a_say = [&job](const Job& other) {
    return &other != &job && other.state != JobState::Done && other.state != JobState::Deferred;
  };
  if ((!page_.parsed && !page_.fenced()) || std::ranges::any_of(page_.jobs, has_a_say)) rounds = 0;
  for (const std::optional<sc_core::sc_time>& limit : {supervisor_->deadline(), patience()}) {
    if (!limit) continue;
    // The last poll before is a real one: what it reads is reported.
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    const std::uint64_t left = *limit <= now ? 0 : (*limit - now).value() / (round.busy + round.idle).value();
    rounds = std::min(rounds, left == 0 ? 0 : left - 1);
  }
  if (rounds == 0) {
    // Busy, but to whoever looks at it the uC polls from the first to the last of these turns.
    WaitLabel label = round.label;
    label.reason = WaitReason::Clock;
    uc_.consume(round.busy, label);
    return;
  }
  const Microcontroller::PolledOn done = uc_.poll_on(round, rounds, *vain_poll_.until);
  words_.count(vain_poll_.counter, static_cast<std::uint32_t>(done.polls));
  if (!done.in_middle) failed_polls_ = 0;
}

/// A line of the timeline for each job id, with the turns in which the job got on.
void JobRunner::draw(const Job& job, const sc_core::sc_time& begin) {
  Probe* probe = uc_.probe();
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (probe == nullptr || now == begin) return;
  const TrackId track = probe->track(fmt::format("uc{}/job {}", uc_.index(), job.header.id));
  probe->slice(track, begin, now, fmt::format("page {}", page_.index));
}

void JobRunner::settle(Job& job, Step step) {
  switch (step) {
    case Step::Yield:
      job.state = JobState::Ready;
      break;
    case Step::Block:
    case Step::Retry: {
      const bool polls = job.wait.kind == JobWaitKind::Poll;
      if (!job.retried) job.since = sc_core::sc_time_stamp();
      job.retried = step == Step::Retry;
      job.state = polls ? JobState::Polling : JobState::Blocked;
      return;
    }
    default:
      job.state = JobState::Done;
  }
  job.retried = false;
}

void JobRunner::release_blocked() {
  for (Job& job : page_.jobs) {
    if (job.state == JobState::Blocked && released(job)) job.state = JobState::Ready;
  }
}

/// Whether what a job waits for has happened; takes it, if so.
bool JobRunner::released(Job& job) {
  const JobWait& wait = job.wait;
  switch (wait.kind) {
    case JobWaitKind::UcDma:
    case JobWaitKind::UcDmaSync:
      switch (uc_.dm2mm().state(wait.handle)) {
        case UcDmaState::Pending:
          return false;
        case UcDmaState::Failed:
          running_ = job.header.id;
          fail(
              {CodeFault::InvalidOpcode, job.pc, {"a uC-DMA chain that can be done", uc_.dm2mm().reason(wait.handle)}});
        case UcDmaState::Done:
          return true;
      }
      return false;
    case JobWaitKind::UcDmaQueue:
      return uc_.dm2mm().can_push();
    case JobWaitKind::RemoteBarrier:
      if (remote_barriers_.missing(wait.id, wait.mask)) return false;
      remote_barriers_.leave(wait.id, wait.mask);
      return true;
    case JobWaitKind::Tokens:
      if (uc_.tokens() == nullptr || uc_.tokens()->available(wait.source) < wait.mask) return false;
      uc_.tokens()->take(wait.source, wait.mask);
      words_.count(handshake::kCounterTctsReceived, wait.mask);
      charge(uc_.parameters().token_wait_ns);
      return true;
    case JobWaitKind::Fence:
      return prior_jobs_done(job);
    case JobWaitKind::None:
    case JobWaitKind::LocalBarrier:  // Released by the job that arrives last.
    case JobWaitKind::Poll:
      break;
  }
  return false;
}

/// No job can go on: sleeps until something happens or it is time to poll again.
void JobRunner::idle() {
  const auto polling = std::ranges::find(page_.jobs, JobState::Polling, &Job::state);
  if (polling != page_.jobs.end()) {
    const sc_core::sc_time duration = std::exchange(pending_, sc_core::SC_ZERO_TIME) + poll_interval_;
    uc_.consume(duration, label_of(polling->wait));
    failed_polls_ = 0;
    return;
  }
  const auto blocked = std::ranges::find(page_.jobs, JobState::Blocked, &Job::state);
  std::optional<sc_core::sc_time> deadline = supervisor_->deadline();
  if (const auto limit = patience(); limit && (!deadline || *limit < *deadline)) deadline = limit;
  uc_.doze(label_of(blocked->wait), deadline);
}

std::optional<sc_core::sc_time> JobRunner::patience() const {
  const std::uint32_t limit = words_.read(handshake::kOpcodeTimeoutConfig);
  if (limit == 0) return std::nullopt;
  std::optional<sc_core::sc_time> first;
  if (own_wait_) first = own_wait_->since;
  for (const Job& job : page_.jobs) {
    if (waits(job.state) && (!first || job.since < *first)) first = job.since;
  }
  if (first) *first += milliseconds(limit);
  return first;
}

void JobRunner::check_interrupted() {
  if (supervisor_->stop_requested()) throw RunEnded{{End::Stopped, 0}};
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const std::optional<sc_core::sc_time> deadline = supervisor_->deadline();
  const std::optional<sc_core::sc_time> limit = patience();
  const bool impatient = limit && now >= *limit;
  if (!impatient && (!deadline || now < *deadline)) return;
  JobWaitKind kind = JobWaitKind::None;
  if (own_wait_) {
    kind = own_wait_->wait.kind;
  } else if (const Job* job = longest_waiting()) {
    kind = job->wait.kind;
  }
  hang(kind, impatient ? words_.read(handshake::kOpcodeTimeoutConfig) : 0);
}

/// nullptr: none waits.
const Job* JobRunner::longest_waiting() const {
  const Job* longest = nullptr;
  for (const Job& job : page_.jobs) {
    if (waits(job.state) && (longest == nullptr || job.since < longest->since)) longest = &job;
  }
  return longest;
}

// --- time -----------------------------------------------------------------------------------------------------------

void JobRunner::charge_opcode() {
  ++counters_.opcodes;
  words_.count(handshake::kCounterOpcodes);
  pending_ += opcode_time_;
}

void JobRunner::charge(std::uint64_t ns) {
  pending_ += nanoseconds(ns);
}

/// Events are the cost of a simulation: the opcodes between two points where the uC is given up, or where something
/// outside is touched, take one.
void JobRunner::spend() {
  const sc_core::sc_time duration = std::exchange(pending_, sc_core::SC_ZERO_TIME);
  uc_.consume(duration, {WaitReason::Clock, "execution of control code, page", page_.index, "time"});
}

}  // namespace aie4::cert
