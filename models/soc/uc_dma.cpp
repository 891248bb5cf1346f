// SPDX-License-Identifier: Apache-2.0
#include "models/soc/uc_dma.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "models/common/time.hpp"
#include "models/registers/uc.hpp"

namespace aie4 {
namespace {

constexpr std::uint32_t kRunning = 1U << 0;
constexpr std::uint32_t kBdInvalid = 1U << 1;
constexpr std::uint32_t kLocalOutOfRange = 1U << 2;
constexpr std::uint32_t kSlvErr = 1U << 3;
constexpr std::uint32_t kDecErr = 1U << 4;
constexpr unsigned kQueueSizeLsb = 8;
constexpr std::uint32_t kQueueSizeMask = 0x1F;
constexpr std::size_t kKeptFailures = 64;

}  // namespace

UcDma::UcDma(sc_core::sc_module_name name, UcDmaDirection direction, std::string engine, std::span<std::byte> memory,
             const Parameters& parameters, UcDmaPort& port)
    : sc_module(name),
      direction_(direction),
      engine_(std::move(engine)),
      memory_(memory),
      parameters_(parameters),
      port_(port) {
  SC_METHOD(advance);
  sensitive << step_;
  dont_initialize();
}

void UcDma::observe(ResourceUse* use, Probe* probe) {
  use_ = use;
  probe_ = probe;
  if (probe_ != nullptr) track_ = probe_->track(engine_);
}

// --- queue ----------------------------------------------------------------------------------------------------------

UcDma::Handle UcDma::push_chain(std::uint32_t offset) {
  return enqueue(Task{.offset = offset, .descriptor = {}});
}

UcDma::Handle UcDma::push(const UcDmaDescriptor& descriptor) {
  return enqueue(Task{.direct = true, .descriptor = descriptor});
}

UcDma::Handle UcDma::enqueue(Task task) {
  task.handle = ++last_;
  queue_.push_back(task);
  if (!running_) begin_task();
  return task.handle;
}

UcDmaState UcDma::state(Handle handle) const {
  if (handle > ended_) return UcDmaState::Pending;
  return failures_.contains(handle) ? UcDmaState::Failed : UcDmaState::Done;
}

DmaStatus UcDma::refusal(Handle handle) const {
  const auto found = failures_.find(handle);
  return found == failures_.end() ? DmaStatus::Ok : found->second.refusal;
}

std::string UcDma::reason(Handle handle) const {
  const auto found = failures_.find(handle);
  return found == failures_.end() ? "a failure" : found->second.reason;
}

std::string UcDma::last_reason() const {
  return failures_.empty() ? "a failure" : failures_.rbegin()->second.reason;
}

void UcDma::abort() {
  step_.cancel();
  for (; ended_ < last_; ++ended_)
    failures_[ended_ + 1] = {.reason = "a reset of the engine", .refusal = DmaStatus::Disconnected};
  while (failures_.size() > kKeptFailures) failures_.erase(failures_.begin());
  queue_.clear();
  running_ = false;
  stalled_ = false;
}

void UcDma::reset() {
  const bool busy = running_;
  abort();
  errors_ = 0;
  if (busy) port_.dma_finished();
}

void UcDma::set_paused(bool paused) {
  paused_ = paused;
  if (!paused && std::exchange(stalled_, false)) step_.notify(sc_core::SC_ZERO_TIME);
}

void UcDma::note_local_out_of_range() {
  errors_ |= kLocalOutOfRange;
}

std::uint32_t UcDma::status() const {
  const std::uint32_t waiting = std::min<std::uint32_t>(static_cast<std::uint32_t>(queue_.size()), kQueueSizeMask);
  return errors_ | (running_ ? kRunning : 0) | waiting << kQueueSizeLsb;
}

// --- one task -------------------------------------------------------------------------------------------------------

sc_core::sc_time UcDma::descriptor_time() const {
  return nanoseconds(parameters_.uc_dma_bd_ns);
}

sc_core::sc_time UcDma::word_time(std::size_t bytes) const {
  const std::uint64_t cycles = (bytes + parameters_.uc_dma_bytes_per_cycle - 1) / parameters_.uc_dma_bytes_per_cycle;
  const std::uint64_t mhz = clock_ != nullptr ? clock_->mhz() : parameters_.npu_h_mhz;
  return picoseconds((cycles * 1'000'000 + mhz / 2) / mhz);
}

void UcDma::begin_task() {
  task_ = queue_.front();
  queue_.pop_front();
  running_ = true;
  moved_ = false;
  task_began_ = sc_core::sc_time_stamp();
  if (task_.direct && !paused_) {
    move();
  } else {
    wait_for_descriptor(sc_core::SC_ZERO_TIME);
  }
}

/// Schedules the next descriptor behind the words that are under way.
void UcDma::wait_for_descriptor(const sc_core::sc_time& transfer) {
  const sc_core::sc_time fetch = task_.direct ? sc_core::SC_ZERO_TIME : descriptor_time();
  step_.notify(transfer + fetch);
}

void UcDma::advance() {
  if (moved_) return end();
  if (paused_) {
    stalled_ = true;
    return;
  }
  move();
}

void UcDma::move() {
  if (!task_.direct) {
    const bool inside = task_.offset <= memory_.size() - UcDmaDescriptor::kSize;
    if (!inside || task_.offset % UcDmaDescriptor::kSize != 0) {
      return fail(kBdInvalid, fmt::format("a descriptor at offset {:#x} of the shared data memory", task_.offset));
    }
    task_.descriptor = parse_uc_dma_descriptor(memory_.subspan(task_.offset, UcDmaDescriptor::kSize));
  }
  const UcDmaDescriptor& descriptor = task_.descriptor;
  const std::uint32_t local = task_.direct ? descriptor.local : descriptor.local_offset(task_.offset);
  const std::size_t bytes = std::size_t{4} * descriptor.words;
  if (local % 4 != 0 || local > memory_.size() || bytes > memory_.size() - local || descriptor.remote % 4 != 0) {
    return fail(kLocalOutOfRange, fmt::format("a descriptor {}, at shared offset {:#x}, of {} words from shared offset "
                                              "{:#x} and remote address {:#x}",
                                              task_.number, task_.offset, descriptor.words, local, descriptor.remote));
  }
  sc_core::sc_time duration = sc_core::SC_ZERO_TIME;
  if (bytes != 0 && !transfer(memory_.subspan(local, bytes), duration)) return;
  if (descriptor.next) {
    task_.offset += UcDmaDescriptor::kSize;
    ++task_.number;
    wait_for_descriptor(duration);
  } else {
    moved_ = true;
    step_.notify(duration);
  }
}

bool UcDma::transfer(std::span<std::byte> data, sc_core::sc_time& duration) {
  const UcDmaDescriptor& descriptor = task_.descriptor;
  const tlm::tlm_command command = direction_ == UcDmaDirection::Mm2dm ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND;
  if (descriptor.external) {
    const DmaStatus status = port_.access_host(command, descriptor.remote, data, engine_, duration);
    if (status != DmaStatus::Ok) {  // Reported at the boundary, by address.
      fail(kDecErr, fmt::format("host address {:#x}: {}", descriptor.remote, to_string(status)), duration, status);
      return false;
    }
  } else {
    const tlm::tlm_response_status status = port_.access_array(command, descriptor.remote, data, duration);
    duration = std::max(duration, word_time(data.size()));
    if (status != tlm::TLM_OK_RESPONSE) {
      const bool nobody = status == tlm::TLM_ADDRESS_ERROR_RESPONSE;
      fail(nobody ? kDecErr : kSlvErr,
           fmt::format("descriptor {} of the chain, {} words at array address {:#x}: {}", task_.number,
                       descriptor.words, descriptor.remote, nobody ? "nobody answers" : "refused"),
           duration);
      return false;
    }
  }
  bytes_ += data.size();
  if (use_ != nullptr) {
    use_->bytes += data.size();
    ++use_->operations;
  }
  return true;
}

void UcDma::fail(std::uint32_t bit, std::string reason, const sc_core::sc_time& at, DmaStatus refusal) {
  errors_ |= bit;
  ++failure_count_;
  failures_[task_.handle] = {.reason = std::move(reason), .refusal = refusal};
  moved_ = true;
  step_.notify(at);
}

void UcDma::end() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (use_ != nullptr) use_->busy += now - task_began_;
  if (probe_ != nullptr) probe_->slice(track_, task_began_, now, task_.direct ? "transfer" : "chain");
  ended_ = task_.handle;
  while (failures_.size() > kKeptFailures) failures_.erase(failures_.begin());
  running_ = false;
  if (!queue_.empty()) begin_task();
  port_.dma_finished();
}

}  // namespace aie4
