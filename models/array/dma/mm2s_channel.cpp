// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/mm2s_channel.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/array/stream/packet.hpp"
#include "models/array/stream/stream_timing.hpp"

namespace aie4::array {

Mm2sChannel::Mm2sChannel(sc_core::sc_module_name name, const Site& site)
    : DmaChannel(name, site),
      beat_words_(wide_beat_words(site.environment.parameters)),
      burst_words_(StreamTiming(site.environment.parameters).burst_words) {}

void Mm2sChannel::session() {
  for (;;) {
    read_ahead();
    if (ahead_.empty()) {
      start_next();
    } else {
      send();
    }
  }
}

// --- reading
// ----------------------------------------------------------------------------------------------------------

void Mm2sChannel::read_ahead() {
  while (!paused_ && (ahead_.empty() || ahead_words_ < window_words())) {
    if (!executing_) {
      if (ahead_.empty() || !next_is_plain()) return;
      begin(load());
    }
    read_burst();
  }
}

std::uint32_t Mm2sChannel::window_words() const {
  const Parameters& parameters = site_.environment.parameters;
  if (site_.kind != TileKind::Shim) {
    return static_cast<std::uint32_t>(parameters.dma_egress_fifo_beats) * beat_words_;
  }
  // What is asked for when the front leaves must be there when all that is ahead of it has left.
  const double beats = latency_ / cycles(1);
  const double words = beats * beat_words_ + burst_words_;
  return static_cast<std::uint32_t>(std::min(words, static_cast<double>(parameters.dma_shim_read_ahead_bytes) / 4));
}

bool Mm2sChannel::next_is_plain() const {
  const std::optional<unsigned> bd_id = peek();
  if (!bd_id) return false;
  const BufferDescriptor& bd = site_.pool.load(*bd_id);
  return !bd.lock_acq_enable && bd.buffer_length != 0;
}

void Mm2sChannel::start_next() {
  while (paused_) {
    const WaitRegistry::Scope scope(process_, {WaitReason::Memory, "the end of dma_pause"});
    sleep();
  }
  if (executing_) return;
  await_task();
  executing_ = true;
  Execution execution = load();
  acquire(execution);
  begin(execution);
  if (generator_.remaining() != 0) return;
  raise(DmaEvent::StartBd, EventPhase::Pulse, execution_.ready);
  executing_ = false;
  sleep_until(execution_.ready);
  passed(execution_, execution_.ready);
  post(Ending(execution_), std::max(execution_.ready, link_free_));
}

void Mm2sChannel::begin(const Execution& execution) {
  execution_ = execution;
  executing_ = true;
  const BufferDescriptor& bd = execution_.bd;
  execution_.flow = (std::uint64_t{site_.tile.column} + 1) << 56U | std::uint64_t{site_.tile.row} << 48U |
                    std::uint64_t{site_.index} << 40U | (++flows_ & 0xFF'FFFF'FFFFU);
  const bool pads = site_.kind == TileKind::Memory;
  if (const char* error = padding_error(bd); pads && error != nullptr) {
    errors_.error_bd_invalid = true;
    raise(DmaEvent::Error, EventPhase::Pulse, now());
    guest_error("padding of bounded dimensions only", fmt::format("{} in BD {}", error, execution_.bd_id));
  }
  generator_ = AddressGenerator(site_.pool.kind(), bd, pads);
  header_due_ = bd.enable_packet;
  read_free_ = std::max(read_free_, execution_.ready);
  const std::uint32_t burst_bytes = axi_burst_bytes(bd.burst_length);
  transaction_words_ = burst_bytes / 4;
  site_.memory.begin(
      site_.index,
      {.burst_bytes = burst_bytes, .task_start = execution_.first_of_task, .qos = static_cast<std::uint8_t>(bd.axqos)});
}

void Mm2sChannel::read_burst() {
  const std::uint32_t header = header_due_ ? 1 : 0;
  const auto data = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(generator_.remaining(), std::max(burst_words_ - header * beat_words_, beat_words_)));

  Ahead burst;
  burst.words = header + data;
  burst.header = header_due_;
  burst.flow = execution_.flow;
  burst.buffer = output_->buffer(burst.words);
  const std::span<std::uint32_t> words = burst.buffer.words(burst.words);
  if (header_due_) {
    const std::uint32_t type = site_.kind == TileKind::Compute ? execution_.bd.packet_type : control_.packet_type;
    words[0] = encode(PacketHeader{.id = static_cast<std::uint8_t>(execution_.bd.packet_id),
                                   .out_of_order_bd = static_cast<std::uint8_t>(execution_.bd.out_of_order_bd_id),
                                   .packet_type = static_cast<std::uint8_t>(type),
                                   .source = site_.tile});
    header_due_ = false;
  }
  const ReadTimes times = read(words.subspan(header));
  burst.done = times.done;
  const sc_core::sc_time sending = cycles(beats_of(data, output_->beat_words()));
  burst.start = std::max(times.first, times.done > sending ? times.done - sending : sc_core::SC_ZERO_TIME);
  burst.start -= std::min(burst.start, cycles(header));
  if (execution_.words == 0) raise(DmaEvent::StartBd, EventPhase::Pulse, burst.start);
  execution_.words += data;
  if (generator_.remaining() == 0) {
    burst.ends_bd = true;
    burst.tlast = !execution_.bd.tlast_suppress;
    executing_ = false;
    passed(execution_, read_free_);
    ending_.push_back(Ending(execution_));
  }
  ahead_words_ += burst.words;
  ahead_.push_back(std::move(burst));
}

Mm2sChannel::ReadTimes Mm2sChannel::read(std::span<std::uint32_t> words) {
  const auto count = static_cast<std::uint32_t>(words.size());
  const bool padded = generator_.padded();
  runs_.clear();
  pieces_.clear();
  std::uint32_t memory_words = 0;
  const auto add = [&](std::uint64_t address, std::uint32_t row_words) {
    runs_.push_back({address, row_words});
    memory_words += row_words;
  };
  for (std::uint32_t left = count; left != 0;) {
    left -= generator_.next_rows(left, add);
    const AddressGenerator::Run run = generator_.next(left);
    left -= run.words;
    if (padded) pieces_.push_back(run);
    if (run.padding) continue;
    runs_.push_back({run.address, run.words});
    memory_words += run.words;
  }
  std::span<std::uint32_t> data = words;
  if (padded) {
    scratch_.resize(std::max<std::size_t>(scratch_.size(), memory_words));
    data = std::span(scratch_).first(memory_words);
  }
  const sc_core::sc_time start = std::max(now(), read_free_);
  const sc_core::sc_time paced = start + cycles(beats_of(count, beat_words_));
  DmaMemory::Result result{.status = MemoryStatus::Ok, .done = paced, .next = paced};
  if (memory_words != 0) {
    result = site_.memory.read(site_.index, runs_, data, start);
    if (result.status != MemoryStatus::Ok) {
      std::ranges::fill(data, 0U);
      memory_failed(result.status, runs_.front().address);
    }
  }
  if (padded) {
    std::size_t to = 0;
    std::size_t from = 0;
    for (const AddressGenerator::Run& piece : pieces_) {
      if (piece.padding) {
        std::ranges::fill(words.subspan(to, piece.words), constant_pad_value);
      } else {
        std::ranges::copy(data.subspan(from, piece.words), words.begin() + static_cast<std::ptrdiff_t>(to));
        from += piece.words;
      }
      to += piece.words;
    }
  }
  read_free_ = std::max(result.next, paced);
  latency_ = result.done - result.next;
  return {.first = start + latency_, .done = read_free_ + latency_};
}

// --- sending
// ----------------------------------------------------------------------------------------------------------

void Mm2sChannel::send() {
  Ahead& burst = ahead_.front();
  const sc_core::sc_time due = std::max(burst.start, link_free_);
  sleep_until(due);
  while (control_.pause_stream) {
    const WaitRegistry::Scope scope(process_, {WaitReason::Stream, "the end of Pause_Stream"});
    sleep();
  }
  const sc_core::sc_time asked = now();
  blocked_ = true;  // Seen only if it has to wait.
  const StreamSource::Grant grant =
      output_->wait_ready(process_, {.words = burst.words - burst.sent,
                                     .header = burst.header && burst.sent == 0,
                                     .first_word = burst.buffer.words(burst.words)[burst.sent]});
  blocked_ = false;
  check_reset();
  if (grant.outcome == StreamSource::Outcome::Cancelled) throw Reset{};
  if (now() > asked) stalled(WaitReason::Stream, DmaEvent::StreamStall, asked, now(), "stream backpressure");

  const bool whole = burst.sent + grant.words == burst.words;
  link_free_ = output_->send({.buffer = burst.buffer,
                              .words = grant.words,
                              .offset = burst.sent,
                              .header = burst.header && burst.sent == 0,
                              .tlast = burst.tlast && whole,
                              .flow = burst.flow,
                              .start = std::max(burst.start, now())});
  use_.bytes += std::uint64_t{grant.words} * 4;
  use_.busy += link_free_ - now();
  burst.sent += grant.words;
  ahead_words_ -= grant.words;
  if (!whole) return;
  if (burst.ends_bd) {
    post(ending_.front(), link_free_);
    ending_.pop_front();
  }
  ahead_.pop_front();
}

void Mm2sChannel::forget() {
  if (output_ != nullptr) output_->reset();
  ahead_.clear();
  ending_.clear();
  ahead_words_ = 0;
  generator_ = {};
  executing_ = blocked_ = header_due_ = false;
  read_free_ = link_free_ = now();
}

std::uint32_t Mm2sChannel::outstanding() const {
  std::uint32_t transactions = 0;
  for (std::size_t i = 0; i < ahead_.size(); ++i) {
    const Ahead& burst = ahead_[i];
    if (burst.done > now()) transactions += (burst.words + transaction_words_ - 1) / transaction_words_;
  }
  return transactions;
}

}  // namespace aie4::array
