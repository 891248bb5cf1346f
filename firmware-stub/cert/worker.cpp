// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/worker.hpp"

#include "models/registers/uc.hpp"

namespace aie4::cert {

using handshake::FwState;

Worker::Worker(Microcontroller& uc, JobRunner& runner) : uc_(uc), runner_(runner), words_(uc.private_memory()) {}

void Worker::serve() {
  while (work_posted()) {
    preempted_ = false;
    words_.write(handshake::kCertIdleStatus, 0);
    take();
    work();
  }
  words_.set(FwState::NO_PAGE);
  const std::uint32_t saved = preempted_ ? handshake::kIdlePreemptionSaved : 0;
  words_.write(handshake::kCertIdleStatus, handshake::kIdleCert | saved);
}

/// Copies the descriptor and clears the mailbox, so that a reset leaves nothing that looks like work or a release.
void Worker::take() {
  command_ = words_.read(mailbox::kWork);
  const std::uint32_t details = words_.read(mailbox::kDetails);
  has_code_ = (details & 1U) != 0;
  lead_ = details >> 8U & 7U;
  request_ = {.code_address = words_.read(mailbox::kCodeLow) | std::uint64_t{words_.read(mailbox::kCodeHigh)} << 32U,
              .args_address = words_.read(mailbox::kArgsLow) | std::uint64_t{words_.read(mailbox::kArgsHigh)} << 32U,
              .args_len = details >> 16U,
              .lead = lead_,
              .party = details >> 1U & 0x3FU,
              .partition = (1U << (details >> 12U & 7U)) - 1U};
  runner_.barriers().begin(command_);
  for (const std::uint32_t word : {mailbox::kWork, mailbox::kGo, mailbox::kRelease, mailbox::kAbort}) {
    words_.write(word, 0);
  }
}

void Worker::work() {
  words_.set(FwState::WORKER_PRE_WORK_BARRIER);
  report(mailbox::kArrived, command_);
  wake_lead();
  const Outcome go = await(mailbox::kGo, {WaitReason::Barrier, "pre-work barrier of lead uC", lead_, "the lead"}, true);
  if (go == Outcome::Superseded) return;

  const std::uint32_t result = go == Outcome::Aborted ? mailbox::kResultStopped : run_code();
  if (work_posted()) return;
  words_.set(FwState::WORKER_POST_WORK_BARRIER);
  report(mailbox::kResult, result);
  report(mailbox::kFinished, command_);
  wake_lead();
  static_cast<void>(
      await(mailbox::kRelease, {WaitReason::Barrier, "post-work barrier of lead uC", lead_, "the lead"}, false));
}

std::uint32_t Worker::run_code() {
  if (!has_code_) return mailbox::kResultDone;
  words_.set(FwState::WORKER_RUN);
  const JobRunner::Result result = runner_.run(request_, *this);
  switch (result.end) {
    case JobRunner::End::Done:
      return mailbox::kResultDone;
    case JobRunner::End::Stopped:
      if (words_.read(mailbox::kAbortHung) != 0) runner_.report_hang();
      return mailbox::kResultStopped;
    case JobRunner::End::Preempted:
      preempted_ = true;
      return mailbox::kResultPreempted;
    case JobRunner::End::Failed:
    case JobRunner::End::TimedOut:
      break;
  }
  return result.code;
}

Worker::Outcome Worker::await(std::uint32_t barrier, const WaitLabel& label, bool abortable) {
  for (;;) {
    if (work_posted()) return Outcome::Superseded;
    if (words_.read(barrier) == command_) return Outcome::Released;
    if (abortable && aborted()) return Outcome::Aborted;
    uc_.sleep(label);
  }
}

void Worker::report(std::uint32_t word, std::uint32_t value) {
  const std::uint32_t offset = registers::uc::kPrivateDataMemory + word + 4 * uc_.index();
  uc_.axi_write32(registers::uc::address(lead_, offset), value);
}

void Worker::wake_lead() {
  uc_.axi_write32(registers::uc::address(lead_, registers::uc::kCoreControl), 1U << registers::uc::kWakeup.lsb);
}

}  // namespace aie4::cert
