// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/queue.hpp"

#include <array>
#include <stdexcept>

namespace aie4::host {
namespace {

// Header, host-interface 6.4.
constexpr std::uint32_t kReadIndex = 0x00;
constexpr std::uint32_t kVersionMajor = 0x08;
constexpr std::uint32_t kHeaderCapacity = 0x0C;
constexpr std::uint32_t kCompactWriteIndex = 0x10;
constexpr std::uint32_t kCompactDataAddress = 0x18;
constexpr std::uint32_t kCompactSize = 0x20;
constexpr std::uint32_t kWideWriteIndex = 0x40;
constexpr std::uint32_t kWideDataAddress = 0x78;
constexpr std::uint32_t kWideSize = 0x80;

// Packet, 6.5.
constexpr std::uint8_t kOpcodeExecBuf = 1;
constexpr std::uint16_t kExecBufSize = 24;
constexpr std::uint32_t kCommonHeaderSize = 8;
constexpr std::uint32_t kIndirectSize = 32;
constexpr std::uint32_t kEntrySize = 8;
constexpr std::uint32_t kPayload = 16;

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

void put16(std::span<std::byte> bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::byte>(value & 0xFFU);
  bytes[at + 1] = static_cast<std::byte>(value >> 8);
}

void put32(std::span<std::byte> bytes, std::size_t at, std::uint32_t value) {
  put16(bytes, at, static_cast<std::uint16_t>(value & 0xFFFFU));
  put16(bytes, at + 2, static_cast<std::uint16_t>(value >> 16));
}

void put_common_header(std::span<std::byte> bytes, const Packet& packet, std::uint16_t count, bool distribute,
                       bool indirect) {
  bytes[2] = std::byte{kOpcodeExecBuf};
  bytes[3] = std::byte{packet.chained};
  put16(bytes, 4, count);
  bytes[6] = std::byte{distribute};
  bytes[7] = std::byte{indirect};
}

void put_exec_buf(std::span<std::byte> bytes, std::uint64_t control_code) {
  put32(bytes, 4, low(control_code));
  put32(bytes, 8, high(control_code));
}

}  // namespace

Queue::Queue(DmaDomain& domain, QueueLayout layout)
    : layout_(layout),
      header_size_(layout == QueueLayout::Wide ? kWideSize : kCompactSize),
      write_index_offset_(layout == QueueLayout::Wide ? kWideWriteIndex : kCompactWriteIndex),
      memory_(domain, header_size_ + std::uint64_t{kCapacity} * (kPacketSize + kMaxUcs * kIndirectSize)) {
  memory_.store<std::uint32_t>(kHeaderCapacity, kCapacity);
  if (layout == QueueLayout::Wide) memory_.store<std::uint16_t>(kVersionMajor, 1);
  memory_.store<std::uint64_t>(layout == QueueLayout::Wide ? kWideDataAddress : kCompactDataAddress,
                               memory_.address() + header_size_);
}

std::uint64_t Queue::read_index() const {
  return memory_.load<std::uint64_t>(kReadIndex);
}

std::uint64_t Queue::write_index() const {
  return memory_.load<std::uint64_t>(write_index_offset_);
}

std::uint64_t Queue::free_slots() const {
  return kCapacity - (write_index() - read_index());
}

std::uint64_t Queue::slot_offset(std::uint64_t index) const {
  return header_size_ + (index & (kCapacity - 1)) * kPacketSize;
}

std::uint64_t Queue::indirect_offset(std::uint8_t uc, std::uint64_t index) const {
  const std::uint64_t number = std::uint64_t{uc} * kCapacity + (index & (kCapacity - 1));
  return header_size_ + std::uint64_t{kCapacity} * kPacketSize + number * kIndirectSize;
}

void Queue::fill(std::uint64_t index, const Packet& packet) {
  if (packet.work.empty() || packet.work.size() > kMaxUcs) throw std::invalid_argument("a packet needs 1 to 6 uCs");
  std::array<std::byte, kPacketSize> slot{};
  put32(slot, 8, low(packet.completion_signal));
  put32(slot, 12, high(packet.completion_signal));
  if (packet.work.size() == 1 && !packet.indirect) {
    put_common_header(slot, packet, kExecBufSize, false, false);
    put_exec_buf(std::span(slot).subspan(kPayload), packet.work.front().control_code);
    fill_raw(index, slot);
    return;
  }
  put_common_header(slot, packet, static_cast<std::uint16_t>(packet.work.size() * kEntrySize), true, true);
  std::size_t entry = kPayload;
  for (const Work& work : packet.work) {
    if (work.uc >= kMaxUcs) throw std::invalid_argument("uC index beyond 5");
    std::array<std::byte, kIndirectSize> indirect{};
    // The level below knows nothing of chains: its chain_flag stays 0.
    put_common_header(indirect, Packet{}, kExecBufSize, true, false);
    put_exec_buf(std::span(indirect).subspan(kCommonHeaderSize), work.control_code);
    const std::uint64_t offset = indirect_offset(work.uc, index);
    memory_.write(offset, indirect);
    const std::uint64_t address = memory_.address() + offset;
    put32(slot, entry, low(address));
    put32(slot, entry + 4, (high(address) & 0x1FF'FFFFU) | (std::uint32_t{work.uc} << 25));
    entry += kEntrySize;
  }
  fill_raw(index, slot);
}

void Queue::fill_raw(std::uint64_t index, std::span<const std::byte, kPacketSize> packet) {
  memory_.write(slot_offset(index), packet);
}

void Queue::publish(std::uint64_t write_index) {
  memory_.store<std::uint64_t>(write_index_offset_, write_index);
}

}  // namespace aie4::host
