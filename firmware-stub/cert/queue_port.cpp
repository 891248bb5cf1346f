// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/queue_port.hpp"

#include <fmt/format.h>

#include "models/common/time.hpp"

namespace aie4::cert {

QueuePort::QueuePort(Microcontroller& uc, CertCounters& counters, FaultPlan& faults)
    : uc_(uc), counters_(counters), faults_(faults), words_(uc.private_memory()) {}

std::span<std::byte> QueuePort::shared(std::uint32_t offset, std::uint32_t size) {
  return uc_.shared_memory().subspan(offset, size);
}

bool QueuePort::open(std::uint64_t address) {
  address_ = address;
  if (address % kHostAlignment != 0) {
    return refuse({"a word-aligned host queue address", fmt::format("{:#x}", address)});
  }
  // 32 bytes tell the layout; a compact header may be all that is mapped.
  if (uc_.read_host(address, shared_map::kQueueHeader, QueueHeader::kCompactSize) != DmaStatus::Ok) return false;
  std::uint32_t size = QueueHeader::kCompactSize;
  if (load16(shared(shared_map::kQueueHeader, size), QueueHeader::kMajor) == 1) {
    size = QueueHeader::kWideSize;
    constexpr std::uint32_t kRest = QueueHeader::kWideWriteIndex;
    if (uc_.read_host(address + kRest, shared_map::kQueueHeader + kRest, size - kRest) != DmaStatus::Ok) return false;
  }
  const std::variant<QueueHeader, Problem> parsed = parse_queue_header(shared(shared_map::kQueueHeader, size));
  if (const auto* problem = std::get_if<Problem>(&parsed)) return refuse(*problem);
  header_ = std::get<QueueHeader>(parsed);
  if (wrong_ && wrong_->queue == address_ && wrong_->written == header_.read_index) header_.read_index = wrong_->right;
  consumer_ = header_.read_index + words_.read(handshake::kRunlistReadIdx);
  if (const auto problem = check_indices(header_, consumer_, header_.write_index)) return refuse(*problem);
  mirror();  // If it was not done when the context was created: the queue's header may have been filled since.
  return true;
}

bool QueuePort::sample() {
  const std::uint32_t offset = header_.write_index_offset();
  const std::uint32_t local = shared_map::kQueueHeader + offset;
  if (uc_.read_host(address_ + offset, local, sizeof(std::uint64_t)) != DmaStatus::Ok) return false;
  header_.write_index = load64(shared(local, sizeof(std::uint64_t)), 0);
  if (const auto problem = check_indices(header_, consumer_, header_.write_index)) return refuse(*problem);
  return true;
}

bool QueuePort::refuse(const Problem& problem) {
  uc_.diagnostics().report({.category = FaultCategory::GuestError,
                            .where = fmt::format("{} host queue at {:#x}", uc_.where(), address_),
                            .expected = std::string(problem.expected),
                            .came = problem.came,
                            .blame = "who fills the queue (the user-mode driver)"});
  return false;
}

/// Gives the driver of Linux 7.3, which checks read_index against the word at 0x10 even if the queue is wide, a word
/// that passes. It is written after read_index: the old word goes with the new read_index, the new one not with the
/// old.
void QueuePort::mirror() {
  const bool wanted = header_.layout == QueueLayout::Wide && keeps_mirrors(uc_.parameters());
  if (!wanted || header_.mirror == header_.mirror_due()) return;
  header_.mirror = header_.mirror_due();
  ++counters_.mirrors;
  store64(shared(shared_map::kMirror, sizeof(std::uint64_t)), 0, header_.mirror);
  uc_.write_host(address_ + QueueHeader::kMirror, shared_map::kMirror, sizeof(std::uint64_t));
}

/// Without the mirror a waiter in that driver spins for ever and no counter of the device shows it: say so, once a
/// queue.
void QueuePort::name_unmirrored_queue() {
  const bool watched = header_.layout == QueueLayout::Wide && misreads_wide_queues(uc_.parameters());
  const bool behind = consumer_ - header_.mirror - 1 < std::uint64_t{1} << 63U;  // Indices wrap.
  if (!watched || !behind || unmirrored_queue_ == address_) return;
  unmirrored_queue_ = address_;
  uc_.diagnostics().report(
      {.category = FaultCategory::GuestError,
       .where = fmt::format("{} host queue at {:#x}", uc_.where(), address_),
       .expected = "write_index at offset 0x10 too, where the driver of Linux 7.2 and 7.3 reads it",
       .came = fmt::format("{} there and {} at 0x40 of a wide header, with read_index now {}", header_.mirror,
                           header_.write_index, consumer_),
       .blame = "the user-mode driver's queue layout: WAIT_CMD will spin and not return; "
                "firmware.write_index_mirror = 1 cures it"});
}

bool QueuePort::fetch(Packet& packet, unsigned uc_count) {
  if (uc_.read_host(header_.slot_address(consumer_), shared_map::kPacket, Packet::kSize) != DmaStatus::Ok) return false;
  uc_.consume(nanoseconds(uc_.parameters().packet_fetch_ns),
              {WaitReason::Clock, "decoding of packet", consumer_, "time"});
  packet = parse_packet(shared(shared_map::kPacket, Packet::kSize), uc_count);
  ++counters_.packets;
  return true;
}

std::span<const std::byte> QueuePort::read_indirect(const IndirectEntry& entry) {
  const std::uint32_t local = shared_map::kIndirectPackets + entry.uc * kIndirectPacketSize;
  if (uc_.read_host(entry.address, local, kIndirectPacketSize) != DmaStatus::Ok) return {};
  return shared(local, kIndirectPacketSize);
}

void QueuePort::complete(const Packet& packet, std::uint32_t word) {
  uc_.consume(nanoseconds(uc_.parameters().completion_ns),
              {WaitReason::Clock, "completion of packet", consumer_, "time"});
  if (packet.more_follow) {
    write_completion_word(packet, word);
    ++consumer_;
    words_.write(handshake::kRunlistReadIdx, words_.read(handshake::kRunlistReadIdx) + 1);
    return;
  }
  if (!faults_.strikes(Fault::ReadIndexWithoutCompletion)) write_completion_word(packet, word);
  ++consumer_;
  write_read_index();
  header_.read_index = consumer_;
  mirror();
  name_unmirrored_queue();
  words_.write(handshake::kRunlistReadIdx, 0);
  words_.write(handshake::kCompletionStatus, 1);
  uc_.raise_interrupt();
}

void QueuePort::write_completion_word(const Packet& packet, std::uint32_t word) {
  if (packet.completion_signal % kHostAlignment != 0) {
    static_cast<void>(refuse(
        {"a word-aligned completion_signal", fmt::format("{:#x} in packet {}", packet.completion_signal, consumer_)}));
    return;
  }
  store32(shared(shared_map::kCompletionWord, sizeof(word)), 0, word);
  // A refusal has been reported where it happened; the queue goes on, only this command's owner never hears of it.
  uc_.write_host(packet.completion_signal, shared_map::kCompletionWord, sizeof(word));
}

void QueuePort::write_read_index() {
  std::uint64_t value = consumer_;
  wrong_.reset();
  if (faults_.strikes(Fault::ReadIndexBeyond)) {
    value += header_.capacity + 1U;
    wrong_ = {.queue = address_, .written = value, .right = consumer_};
  }
  store64(shared(shared_map::kReadIndex, sizeof(value)), 0, value);
  uc_.write_host(address_ + QueueHeader::kReadIndex, shared_map::kReadIndex, sizeof(value));
}

}  // namespace aie4::cert
