// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/lead.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/common/time.hpp"

namespace aie4::cert {

using handshake::FwState;

namespace {

constexpr std::uint32_t kPartitionColumns = 0x7F;  ///< In partition_size.

/// A line of the timeline for the packets of all contexts, one after the other.
void draw(Microcontroller& uc, const sc_core::sc_time& begin, std::uint64_t index, std::optional<std::uint32_t> word) {
  Probe* probe = uc.probe();
  if (probe == nullptr) return;
  const char* end = !word ? ", preempted" : *word == completion_word::kCompleted ? "" : ", failed";
  probe->slice(probe->track(fmt::format("uc{}/packets", uc.index())), begin, sc_core::sc_time_stamp(),
               fmt::format("{} packet {}{}", uc.where(), index, end));
}

}  // namespace

Lead::Lead(Microcontroller& uc, JobRunner& runner, CertCounters& counters, FaultPlan& faults)
    : uc_(uc),
      runner_(runner),
      counters_(counters),
      faults_(faults),
      words_(uc.private_memory()),
      queue_(uc, counters, faults),
      distribution_(uc, runner.barriers()) {}

bool Lead::appointed() const {
  return words_.read(handshake::kMpaieAlive) == handshake::kAlive &&
         (words_.read(handshake::kHsaAddrHigh) != handshake::kNoQueue ||
          words_.read(handshake::kHsaAddrLow) != handshake::kNoQueue);
}

bool Lead::nothing_new() const {
  // The management firmware writes idle status 0 with a new handshake, and may do so with each wake-up.
  const std::uint32_t status = words_.read(handshake::kCertIdleStatus);
  const bool switch_answered = !switch_requested() || (status & handshake::kIdlePreemptionSaved) != 0;
  return status != 0 && status == idle_status_ && switch_answered && words_.read(handshake::kDoorbellPending) == 0;
}

void Lead::serve() {
  words_.write(handshake::kCertIdleStatus, 0);
  words_.set(FwState::LEADER_HOST_QUEUE_POP);
  take_doorbell(true);
  const std::uint64_t address =
      std::uint64_t{words_.read(handshake::kHsaAddrHigh)} << 32U | words_.read(handshake::kHsaAddrLow);
  if (!queue_.open(address)) return stop_broken();
  for (;;) {
    if (switch_requested()) {
      const std::uint32_t left = queue_.empty() ? 0 : handshake::kIdleQueueNotEmpty;
      return stop(FwState::LEADER_HOST_QUEUE_POP, handshake::kIdleCert | handshake::kIdlePreemptionSaved | left);
    }
    if (queue_.empty()) return stop(FwState::LEADER_HOST_QUEUE_POP, handshake::kIdleCert);
    words_.set(FwState::LEADER_HOST_QUEUE_POP);
    if (!queue_.fetch(packet_, uc_count())) return stop_broken();
    words_.count(handshake::kCounterPackets);
    const sc_core::sc_time begin = sc_core::sc_time_stamp();
    const std::optional<std::uint32_t> word = process();
    draw(uc_, begin, queue_.index(), word);
    if (!word) {
      return stop(FwState::RUN_SAVE,
                  handshake::kIdleCert | handshake::kIdlePreemptionSaved | handshake::kIdleQueueNotEmpty);
    }
    words_.set(FwState::LEADER_HOST_QUEUE_FINISH);
    if (!packet_.more_follow) set_chain_failed(false);
    queue_.complete(packet_, *word);
    // Doorbells are hints: those that rang meanwhile are answered by this look.
    take_doorbell(false);
    if (!queue_.sample()) return stop_broken();
  }
}

void Lead::take_doorbell(bool asleep) {
  if (words_.read(handshake::kDoorbellPending) == 0) return;
  words_.write(handshake::kDoorbellPending, 0);
  ++counters_.doorbells;
  words_.count(handshake::kCounterDoorbells);
  if (!asleep) return;
  uc_.consume(nanoseconds(uc_.parameters().doorbell_pickup_ns),
              {WaitReason::Clock, "pick-up of a doorbell by uC", uc_.index(), "time"});
}

void Lead::stop(FwState state, std::uint32_t idle_status) {
  words_.set(state);
  idle_status_ = idle_status;
  words_.write(handshake::kCertIdleStatus, idle_status);
  uc_.raise_interrupt();
}

void Lead::stop_broken() {
  words_.write(handshake::kMiscStatus, words_.read(handshake::kMiscStatus) | handshake::kMiscException);
  // A broken queue has nothing to save, but who asked for the array waits for the answer.
  const std::uint32_t saved = switch_requested() ? handshake::kIdlePreemptionSaved : 0;
  stop(FwState::HSA_CRITICAL_ERROR, handshake::kIdleCert | saved);
}

bool Lead::switch_requested() const {
  return (words_.read(handshake::kCtxSwitchReq) & handshake::kCtxSwitchRequested) != 0;
}

/// uCs of the partition. Contexts begin at column 0, so that their uC numbers are those of the array.
unsigned Lead::uc_count() const {
  const std::uint64_t array = std::min<std::uint64_t>(kMaxUcs, 2 * uc_.parameters().columns);
  const std::uint32_t columns = words_.read(handshake::kPartitionSize) & kPartitionColumns;
  if (columns == 0) return static_cast<unsigned>(array);  // Not stated.
  return static_cast<unsigned>(std::min<std::uint64_t>(array, std::uint64_t{2} * columns));
}

// --- one packet -----------------------------------------------------------------------------------------------------

std::optional<std::uint32_t> Lead::process() {
  if (chain_failed()) {
    ++counters_.commands_aborted;
    return completion_word::kAbort;
  }
  std::optional<std::uint32_t> word = execute();
  if (!word) return std::nullopt;
  if (word == completion_word::kCompleted && faults_.strikes(Fault::CompletionError)) {
    word = completion_word::error(error_code::invalid_opcode(uc_.index()));
  }
  if (word == completion_word::kCompleted) {
    ++counters_.commands_completed;
  } else {
    ++counters_.commands_failed;
    set_chain_failed(true);
  }
  return word;
}

std::optional<std::uint32_t> Lead::execute() {
  preempted_ = false;
  deadline_.reset();
  if (const std::uint64_t limit = uc_.parameters().packet_timeout_ms; limit != 0) {
    deadline_ = sc_core::sc_time_stamp() + milliseconds(limit);
  }
  std::optional<std::uint32_t> code;
  switch (packet_.kind) {
    case PacketKind::Direct:
      code = run_direct();
      break;
    case PacketKind::Indirect:
      code = run_distributed();
      break;
    case PacketKind::Test:  // Never sent by public software. Taken to ask only whether the queue works.
      break;
    case PacketKind::Exit:
      code = error_code::kExitPacket;
      break;
    case PacketKind::Invalid:
      code = error_code::kInvalidPacket;
      static_cast<void>(refuse(packet_.problem));
      break;
  }
  if (code) return completion_word::error(*code);
  if (preempted_) return std::nullopt;
  return completion_word::kCompleted;
}

std::optional<std::uint32_t> Lead::run_direct() {
  if (faults_.strikes(Fault::JobNeverFinishes)) never_finish();
  uc_.consume(nanoseconds(uc_.parameters().packet_launch_ns),
              {WaitReason::Clock, "launch of packet", queue_.index(), "time"});
  runner_.barriers().begin(0);
  const std::uint32_t self = 1U << uc_.index();
  return run_here(packet_.exec, self, (1U << uc_count()) - 1U);
}

std::optional<std::uint32_t> Lead::run_distributed() {
  if (!collect_work()) return error_code::kInvalidPacket;
  if (faults_.strikes(Fault::JobNeverFinishes)) never_finish();
  uc_.consume(nanoseconds(uc_.parameters().packet_launch_ns),
              {WaitReason::Clock, "launch of packet", queue_.index(), "time"});
  const std::optional<ExecBuf>& own = work_[uc_.index()];
  std::optional<std::uint32_t> code;
  if (distribution_.start(work_, uc_count(), deadline_) && own) {
    code = run_here(*own, distribution_.party(), distribution_.partition());
  }
  bool workers_preempted = false;
  code = distribution_.finish(code, deadline_, workers_preempted);
  preempted_ = preempted_ || workers_preempted;
  return code;
}

std::optional<std::uint32_t> Lead::run_here(const ExecBuf& exec, std::uint32_t party, std::uint32_t partition) {
  words_.set(FwState::LEADER_RUN);
  const JobRunner::Result result = runner_.run({.code_address = exec.code_address,
                                                .args_address = exec.args_address,
                                                .args_len = exec.args_len,
                                                .lead = uc_.index(),
                                                .party = party,
                                                .partition = partition},
                                               *this);
  switch (result.end) {
    case JobRunner::End::Preempted:
      preempted_ = true;
      return std::nullopt;
    case JobRunner::End::Done:
    case JobRunner::End::Stopped:  // A worker has failed, and `finish` knows its code.
      return std::nullopt;
    case JobRunner::End::Failed:
    case JobRunner::End::TimedOut:
      break;
  }
  return result.code;
}

bool Lead::collect_work() {
  work_.fill(std::nullopt);
  for (std::size_t i = 0; i < packet_.entry_count; ++i) {
    const IndirectEntry& entry = packet_.entries[i];
    const std::span<const std::byte> bytes = queue_.read_indirect(entry);
    if (bytes.empty()) return false;  // Reported where it was refused.
    const auto parsed = parse_indirect_packet(bytes);
    if (std::holds_alternative<TwoLevelIndirection>(parsed)) {
      uc_.diagnostics().unmodelled("packet", "two-level indirection", uc_.where());
      return false;
    }
    if (const auto* problem = std::get_if<Problem>(&parsed)) return refuse(*problem);
    work_[entry.uc] = std::get<ExecBuf>(parsed);
  }
  return true;
}

bool Lead::refuse(const Problem& problem) {
  words_.set(FwState::INVALID_PKT);
  uc_.diagnostics().report({.category = FaultCategory::GuestError,
                            .where = fmt::format("{} packet {}", uc_.where(), queue_.index()),
                            .expected = std::string(problem.expected),
                            .came = problem.came,
                            .blame = "who fills the queue (the user-mode driver)"});
  return false;
}

void Lead::never_finish() {
  words_.set(FwState::LEADER_RUN);
  for (;;) uc_.sleep({WaitReason::Barrier, "fault job-never-finishes in packet", queue_.index(), "a reset"});
}

bool Lead::chain_failed() const {
  return (words_.read(handshake::kRestore) & handshake::kChainFailure) != 0;
}

void Lead::set_chain_failed(bool failed) {
  const std::uint32_t restore = words_.read(handshake::kRestore) & ~handshake::kChainFailure;
  words_.write(handshake::kRestore, restore | (failed ? handshake::kChainFailure : 0));
}

}  // namespace aie4::cert
