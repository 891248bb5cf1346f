// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/s2mm_channel.hpp"

#include <algorithm>
#include <limits>

#include "models/array/stream/packet.hpp"
#include "models/array/stream/stream_timing.hpp"

namespace aie4::array {
namespace {

/// Of a cycle: what differs by less is the same time, rounded to picoseconds in another way.
constexpr double kRounding = 0.5;

}  // namespace

S2mmChannel::S2mmChannel(sc_core::sc_module_name name, const Site& site)
    : DmaChannel(name, site),
      beat_words_(wide_beat_words(site.environment.parameters)),
      fifo_words_(static_cast<std::uint32_t>(site.environment.parameters.dma_ingress_fifo_beats) * beat_words_) {}

// --- the stream
// -------------------------------------------------------------------------------------------------------

std::uint32_t S2mmChannel::credit(std::uint32_t route_words) const {
  if (control_.reset) return 0;
  std::uint64_t words = std::uint64_t{fifo_words_} + route_words;
  if (accepting_ && !held()) words += generator_.remaining();
  return words <= queued_words_ ? 0
                                : static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                      words - queued_words_, std::numeric_limits<std::uint32_t>::max()));
}

sc_core::sc_time S2mmChannel::ready_at(std::uint32_t route_words) const {
  const sc_core::sc_time slack = cycles((fifo_words_ + route_words) / beat_words_);
  return accept_end_ > slack ? accept_end_ - slack : sc_core::SC_ZERO_TIME;
}

void S2mmChannel::deliver(const StreamBurst& burst) {
  if (control_.reset) return;
  std::uint32_t used = 0;
  if (pending_.empty() && accepting_ && !held()) {
    while (used < burst.count && accepting_) used += take(burst, used);
  }
  if (used < burst.count) {
    pending_.push_back({burst, used});
    queued_words_ += burst.count - used;
  }
  if (awaiting_ && !accepting_ && !ended_) wake();  // An out-of-order channel waits for a header.
}

void S2mmChannel::consume() {
  while (accepting_ && !held() && !pending_.empty()) {
    Pending& front = pending_.front();
    const std::uint32_t words = take(front.burst, front.used);
    front.used += words;
    queued_words_ -= words;
    if (front.used == front.burst.count) pending_.pop_front();
  }
}

std::uint32_t S2mmChannel::take(const StreamBurst& burst, std::uint32_t used) {
  const sc_core::sc_time cycle = cycles(1);
  const auto words = static_cast<std::uint32_t>(std::min<std::uint64_t>(burst.count - used, generator_.remaining()));
  const sc_core::sc_time first = word_arrival(burst, used, cycle);
  if (first > accept_end_ + cycle * kRounding) {
    stalled(WaitReason::Stream, DmaEvent::StreamStall, accept_end_, first, "stream starvation");
  }
  if (execution_.words == 0) {
    execution_.flow = burst.flow;
    raise(DmaEvent::StartBd, EventPhase::Pulse, std::max(first, accept_end_));
  }
  write(burst.words().subspan(used, words), first, word_arrival(burst, used + words - 1, cycle));
  saw_tlast_ = burst.tlast && used + words == burst.count;
  const bool ends_at_tlast = control_.fot_mode != FotMode::Off || control_.enable_out_of_order;
  if (generator_.remaining() == 0 || (saw_tlast_ && ends_at_tlast)) end_bd();
  return words;
}

void S2mmChannel::write(std::span<const std::uint32_t> words, const sc_core::sc_time& first,
                        const sc_core::sc_time& last) {
  const auto count = static_cast<std::uint32_t>(words.size());
  runs_.clear();
  const auto add = [this](std::uint64_t address, std::uint32_t row_words) { runs_.push_back({address, row_words}); };
  for (std::uint32_t left = count; left != 0;) {
    left -= generator_.next_rows(left, add);
    const AddressGenerator::Run run = generator_.next(left);
    runs_.push_back({run.address, run.words});
    left -= run.words;
  }
  const sc_core::sc_time asked = std::max(first, accept_end_);
  const DmaMemory::Result result = site_.memory.write(site_.index, runs_, words, asked);
  if (result.status != MemoryStatus::Ok) memory_failed(result.status, runs_.front().address);
  const sc_core::sc_time through = std::max(last + cycles(1), asked + cycles(beats_of(count, beat_words_)));
  accept_end_ = std::max(through, result.next);
  const sc_core::sc_time done = std::max(result.done, accept_end_ + (result.done - result.next));
  if (accept_end_ > through + cycles(1) * kRounding) {
    stalled(WaitReason::Memory, DmaEvent::MemoryStall, through, accept_end_, "memory backpressure");
  }
  landed_ = std::max(landed_, done);
  last_start_ = asked;
  last_words_ = count;
  if (site_.kind == TileKind::Shim) {
    while (!writes_.empty() && writes_.front().done <= now()) writes_.pop_front();
    writes_.push_back({done, count});
  }
  execution_.words += count;
  task_words_ += count;
  use_.bytes += std::uint64_t{count} * 4;
  use_.busy += accept_end_ - asked;
}

void S2mmChannel::end_bd() {
  accepting_ = false;
  ended_ = true;
  if (control_.fot_mode != FotMode::Off && !saw_tlast_) {
    errors_.error_fot_length = true;
    raise(DmaEvent::Error, EventPhase::Pulse, now());
  }
  if (awaiting_) wake(std::max(accept_end_, now()) - now());
}

// --- the process ----------------------------------------------------------------------------------------------------

void S2mmChannel::session() {
  for (;;) {
    await_task();
    await_count_fifo();
    if (control_.enable_out_of_order) {
      executing_ = true;
      const std::uint32_t bd = decode_packet_header(take_header()).out_of_order_bd;
      execution_ = load(bd % site_.pool.size());
      execution_.ready =
          std::max(execution_.ready, accept_end_ + cycles(site_.environment.parameters.dma_bd_setup_cycles));
    } else {
      execution_ = load();
      executing_ = true;
    }
    if (execution_.first_of_task) task_words_ = 0;
    acquire(execution_);
    transfer();
    if (control_.enable_out_of_order && !saw_tlast_) skip_to_tlast();
  }
}

void S2mmChannel::transfer() {
  const std::uint32_t burst_bytes = axi_burst_bytes(execution_.bd.burst_length);
  transaction_words_ = burst_bytes / 4;
  site_.memory.begin(site_.index, {.burst_bytes = burst_bytes,
                                   .task_start = execution_.first_of_task,
                                   .qos = static_cast<std::uint8_t>(execution_.bd.axqos)});
  generator_ = AddressGenerator(site_.pool.kind(), execution_.bd, false);
  accept_end_ = std::max(accept_end_, execution_.ready);
  landed_ = accept_end_;
  last_words_ = 0;
  ended_ = generator_.remaining() == 0;
  accepting_ = !ended_;
  if (ended_) raise(DmaEvent::StartBd, EventPhase::Pulse, accept_end_);
  consume();
  credit_grew();
  await_words();
  sleep_until(accept_end_);

  passed(execution_, accept_end_);
  if (control_.fot_mode == FotMode::CountInToken) execution_.token_count = static_cast<std::uint32_t>(task_words_);
  if (control_.fot_mode == FotMode::CountFifo) {
    counts_.push_back({.valid = true,
                       .last_in_task = execution_.last_of_task,
                       .bd_id = execution_.bd_id,
                       .write_count = static_cast<std::uint32_t>(execution_.words)});
  }
  executing_ = false;
  post(Ending(execution_), landed_);
}

void S2mmChannel::await_words() {
  awaiting_ = true;
  while (!ended_) {
    const WaitRegistry::Scope scope(process_, {WaitReason::Stream, "words from the stream"});
    sleep();
  }
  awaiting_ = false;
}

std::uint32_t S2mmChannel::take_header() {
  ended_ = false;
  awaiting_ = true;
  while (pending_.empty() || held()) {
    const WaitRegistry::Scope scope(process_, {WaitReason::Stream, "the header of a packet"});
    sleep();
  }
  awaiting_ = false;
  Pending& front = pending_.front();
  const std::uint32_t header = front.burst.words()[front.used];
  accept_end_ = std::max(accept_end_, word_arrival(front.burst, front.used, cycles(1))) + cycles(1);
  saw_tlast_ = front.burst.tlast && front.used + 1 == front.burst.count;
  --queued_words_;
  if (++front.used == front.burst.count) pending_.pop_front();
  return header;
}

void S2mmChannel::skip_to_tlast() {
  guest_error("a packet that ends with its BD", "a longer packet, whose rest is dropped");
  ended_ = false;
  awaiting_ = true;
  while (!saw_tlast_) {
    while (pending_.empty() || held()) {
      const WaitRegistry::Scope scope(process_, {WaitReason::Stream, "the end of a packet that is too long"});
      sleep();
    }
    const Pending& front = pending_.front();
    queued_words_ -= front.burst.count - front.used;
    accept_end_ = std::max(accept_end_, front.burst.last_beat + cycles(1));
    saw_tlast_ = front.burst.tlast;
    pending_.pop_front();
    credit_grew();
  }
  awaiting_ = false;
}

void S2mmChannel::await_count_fifo() {
  if (control_.fot_mode != FotMode::CountFifo) return;
  while (counts_.size() >= site_.environment.parameters.dma_fot_fifo_depth) {
    stalled_on_count_fifo_ = true;
    const WaitRegistry::Scope scope(process_, {WaitReason::Queue, "the finish-on-TLAST count FIFO", 0, "a read of it"});
    sleep();
  }
  stalled_on_count_fifo_ = false;
}

void S2mmChannel::forget() {
  pending_.clear();
  queued_words_ = 0;
  generator_ = {};
  writes_.clear();
  counts_.clear();
  executing_ = accepting_ = ended_ = awaiting_ = false;
  saw_tlast_ = true;
  accept_end_ = now();
  credit_grew();
}

void S2mmChannel::control_changed() {
  if (held()) return;
  accept_end_ = std::max(accept_end_, now());
  consume();
  credit_grew();
}

// --- registers
// --------------------------------------------------------------------------------------------------------

bool S2mmChannel::stalled_on_stream() const {
  return awaiting_ && !ended_ && pending_.empty() && now() >= accept_end_;
}

std::uint32_t S2mmChannel::current_write_count() const {
  std::uint64_t words = execution_.words;
  if (accept_end_ > now() && last_words_ != 0) {
    const double left = std::min(1.0, (accept_end_ - now()) / (accept_end_ - last_start_));
    words -= static_cast<std::uint64_t>(left * last_words_);
  }
  return static_cast<std::uint32_t>(words) & write_count_mask(site_.kind);
}

std::uint32_t S2mmChannel::pop_fot_count() {
  if (counts_.empty()) return encode_fot_count(site_.kind, {});
  const FotCount count = counts_.front();
  counts_.pop_front();
  if (stalled_on_count_fifo_) wake();
  return encode_fot_count(site_.kind, count);
}

std::uint32_t S2mmChannel::outstanding() const {
  std::uint32_t transactions = 0;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    const Write& write = writes_[i];
    if (write.done > now()) transactions += (write.words + transaction_words_ - 1) / transaction_words_;
  }
  return transactions;
}

}  // namespace aie4::array
