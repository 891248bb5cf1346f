// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/distribution.hpp"

#include <fmt/format.h>

#include "models/common/time.hpp"
#include "models/registers/uc.hpp"

namespace aie4::cert {
namespace {

/// How long a worker may take to answer that it has stopped. Longer, and it is left behind: whatever it says later
/// carries the number of a command that is over.
constexpr std::uint64_t kStopGraceMs = 1;

constexpr std::uint32_t kWakeupBit = 1U << registers::uc::kWakeup.lsb;

}  // namespace

Distribution::Distribution(Microcontroller& uc, RemoteBarriers& barriers)
    : uc_(uc), barriers_(barriers), words_(uc.private_memory()) {}

void Distribution::tell(unsigned worker, std::uint32_t offset, std::uint32_t value) {
  uc_.axi_write32(registers::uc::address(worker, registers::uc::kPrivateDataMemory + offset), value);
}

void Distribution::wake(unsigned worker) {
  uc_.axi_write32(registers::uc::address(worker, registers::uc::kCoreControl), kWakeupBit);
}

bool Distribution::arrived(unsigned worker) const {
  return words_.read(mailbox::kArrived + 4 * worker) == command_;
}

bool Distribution::finished(unsigned worker) const {
  return words_.read(mailbox::kFinished + 4 * worker) == command_;
}

std::optional<unsigned> Distribution::first_missing(std::uint32_t barrier) const {
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (is_worker(uc) && words_.read(barrier + 4 * uc) != command_) return uc;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Distribution::first_failure() const {
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (!is_worker(uc) || !finished(uc)) continue;
    const std::uint32_t result = words_.read(mailbox::kResult + 4 * uc);
    const bool failure =
        result != mailbox::kResultDone && result != mailbox::kResultStopped && result != mailbox::kResultPreempted;
    if (failure) return result;
  }
  return std::nullopt;
}

bool Distribution::any_preempted() const {
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (!is_worker(uc) || !finished(uc)) continue;
    if (words_.read(mailbox::kResult + 4 * uc) == mailbox::kResultPreempted) return true;
  }
  return false;
}

void Distribution::post(unsigned worker, const std::optional<ExecBuf>& exec) {
  std::uint32_t details = party_ << 1U | uc_.index() << 8U | uc_count_ << 12U;
  if (exec) {
    details |= 1U | std::uint32_t{exec->args_len} << 16U;
    tell(worker, mailbox::kCodeLow, static_cast<std::uint32_t>(exec->code_address));
    tell(worker, mailbox::kCodeHigh, static_cast<std::uint32_t>(exec->code_address >> 32U));
    if (exec->args_len != 0) {
      tell(worker, mailbox::kArgsLow, static_cast<std::uint32_t>(exec->args_address));
      tell(worker, mailbox::kArgsHigh, static_cast<std::uint32_t>(exec->args_address >> 32U));
    }
  }
  tell(worker, mailbox::kDetails, details);
  tell(worker, mailbox::kWork, command_);
  wake(worker);
}

bool Distribution::start(const Assignments& work, unsigned uc_count, const Deadline& deadline) {
  words_.set(handshake::FwState::LEADER_DISTRIBUTE_WORK);
  uc_count_ = uc_count;
  command_ = words_.read(mailbox::kCommandNumber) + 1;
  if (command_ == 0) command_ = 1;
  words_.write(mailbox::kCommandNumber, command_);
  party_ = 0;
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (work[uc]) party_ |= 1U << uc;
  }
  barriers_.begin(command_);
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (is_worker(uc)) post(uc, work[uc]);
  }

  words_.set(handshake::FwState::LEADER_POST_DIST_BARRIER);
  while (const std::optional<unsigned> missing = first_missing(mailbox::kArrived)) {
    if (deadline && sc_core::sc_time_stamp() >= *deadline) return false;
    uc_.sleep({WaitReason::Barrier, "pre-work barrier: arrival of uC", *missing, "that uC"}, deadline);
  }
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (!is_worker(uc)) continue;
    tell(uc, mailbox::kGo, command_);
    wake(uc);
  }
  return true;
}

std::optional<std::uint32_t> Distribution::finish(std::optional<std::uint32_t> own_failure, const Deadline& deadline,
                                                  bool& preempted) {
  words_.set(handshake::FwState::LEADER_POST_WORK_BARRIER);
  std::optional<std::uint32_t> failure = own_failure;
  Deadline limit = deadline;
  bool giving_up = false;
  while (const std::optional<unsigned> missing = first_missing(mailbox::kFinished)) {
    if (!failure) failure = first_failure();
    const bool late = limit && sc_core::sc_time_stamp() >= *limit;
    if (giving_up && late) {
      report_absent(*missing);
      break;
    }
    if (!giving_up && (failure || late)) {
      std::optional<unsigned> hung;
      if (!failure) {
        hung = first_missing(mailbox::kArrived).value_or(*missing);
        failure = error_code::packet_timeout(*hung);
      }
      give_up(hung);
      giving_up = true;
      limit = sc_core::sc_time_stamp() + milliseconds(kStopGraceMs);
      continue;
    }
    uc_.sleep({WaitReason::Barrier, "post-work barrier: end of uC", *missing, "that uC"}, limit);
  }
  if (!failure) failure = first_failure();
  preempted = !failure && any_preempted();

  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (!is_worker(uc)) continue;
    tell(uc, mailbox::kRelease, command_);
    wake(uc);
  }
  command_ = 0;
  uc_count_ = 0;
  return failure;
}

void Distribution::give_up(std::optional<unsigned> hung) {
  for (unsigned uc = 0; uc < uc_count_; ++uc) {
    if (!is_worker(uc) || finished(uc)) continue;
    tell(uc, mailbox::kAbortHung, hung == uc ? 1 : 0);
    tell(uc, mailbox::kAbort, command_);
    wake(uc);
  }
}

void Distribution::report_absent(unsigned worker) {
  uc_.diagnostics().report(
      {.category = FaultCategory::SimulatorDefect,
       .where = fmt::format("{} uC {}", uc_.where(), worker),
       .expected = arrived(worker) ? "the worker to stop when told to" : "the worker to wake up and take its work",
       .came = fmt::format("no answer within {} ms", kStopGraceMs),
       .blame = "the firmware of that uC: is it loaded, and out of reset?"});
}

}  // namespace aie4::cert
