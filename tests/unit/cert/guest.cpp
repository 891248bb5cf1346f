// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/cert/guest.hpp"

#include <algorithm>

#include "firmware-stub/cert/bytes.hpp"

namespace aie4::cert::bench {

namespace code {
namespace {

constexpr std::size_t kPage = 8192;

void append(Code& to, const Code& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Code with_word(Code head, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) head.push_back(static_cast<std::byte>(value >> shift & 0xFFU));
  return head;
}

}  // namespace

Code bytes(std::initializer_list<unsigned> values) {
  Code code;
  for (const unsigned value : values) code.push_back(static_cast<std::byte>(value));
  return code;
}
Code start_job(unsigned id, unsigned size) {
  return bytes({0x00, 0, id & 0xFF, id >> 8, size & 0xFF, size >> 8, 0, 0});
}
Code nop() {
  return bytes({0x16, 0, 0, 0});
}
Code yield() {
  return bytes({0x08, 0, 0, 0});
}
Code end_job() {
  return bytes({0x07, 0, 0, 0});
}
Code eof() {
  return bytes({0xFF, 0, 0, 0});
}
Code add(unsigned reg, std::uint32_t value) {
  return with_word(bytes({0x0F, 0, reg, 0}), value);
}
Code mov(unsigned reg, std::uint32_t value) {
  return with_word(bytes({0x10, 0, reg, 0}), value);
}
Code local_barrier(unsigned id, unsigned participants) {
  return bytes({0x11, 0, id, participants});
}

Code job(unsigned id, const std::vector<Code>& instructions) {
  std::size_t size = 12;
  for (const Code& instruction : instructions) size += instruction.size();
  Code code = start_job(id, static_cast<unsigned>(size));
  for (const Code& instruction : instructions) append(code, instruction);
  append(code, end_job());
  return code;
}

unsigned page_length(const std::vector<Code>& text) {
  std::size_t length = 16;
  for (const Code& part : text) length += part.size();
  return static_cast<unsigned>(length);
}

Code page(unsigned index, const std::vector<Code>& text, unsigned next_length) {
  const unsigned length = page_length(text);
  Code code = bytes({0xFF, 0xFF, index & 0xFF, index >> 8, 0, 0, 0, 0, length & 0xFF, length >> 8, next_length & 0xFF,
                     next_length >> 8, 0, 0, 0, 0});
  for (const Code& part : text) append(code, part);
  code.resize(kPage);
  return code;
}

Code program(const std::vector<std::vector<Code>>& pages) {
  Code code;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::vector<Code> text = pages[i];
    text.push_back(eof());
    const unsigned next = i + 1 < pages.size() ? page_length(pages[i + 1]) + 4 : 0;
    append(code, page(static_cast<unsigned>(i), text, next));
  }
  return code;
}

Code nop_program() {
  Code code = bytes({0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x24, 0x00, 0x00, 0x00,
                     0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00,
                     0x16, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00});
  code.resize(kPage);
  return code;
}

}  // namespace code

namespace {
constexpr std::uint64_t kCompletionArea = 0x1'0000;
constexpr std::uint64_t kCompletionStride = 0x100;  // Command buffers lie apart.
}  // namespace

GuestQueue::GuestQueue(Bench& bench, std::uint64_t address, QueueLayout layout, std::uint32_t capacity,
                       std::uint64_t first_index)
    : bench_(bench),
      address_(address),
      layout_(layout),
      capacity_(capacity),
      data_address_(address + (layout == QueueLayout::Wide ? 0x80 : 0x20)),
      write_index_(first_index) {
  bench_.host.map(address, 0x80 + std::size_t{capacity} * (64 + 6 * 32));
  bench_.host.map(address + kCompletionArea, 256 * kCompletionStride);
  for (unsigned i = 0; i < 256; ++i) bench_.host.write32(completion_address(i), kCompletionState);
  bench_.host.write64(address, first_index);
  if (layout == QueueLayout::Wide) bench_.host.write32(address + 0x08, 1);
  bench_.host.write32(address + 0x0C, capacity);
  bench_.host.write64(address + (layout == QueueLayout::Wide ? 0x78 : 0x18), data_address_);
  publish(first_index);
}

void GuestQueue::publish(std::uint64_t write_index) {
  write_index_ = write_index;
  bench_.host.write64(address_ + (layout_ == QueueLayout::Wide ? 0x40 : 0x10), write_index);
}

std::uint64_t GuestQueue::slot(std::uint64_t index) const {
  return data_address_ + index % capacity_ * 64;
}

std::uint64_t GuestQueue::indirect_slot(unsigned uc, std::uint64_t index) const {
  return data_address_ + capacity_ * 64ULL + (uc * std::uint64_t{capacity_} + index % capacity_) * 32;
}

std::uint64_t GuestQueue::completion_address(std::uint64_t index) const {
  return address_ + kCompletionArea + index % 256 * kCompletionStride;
}
std::uint32_t GuestQueue::completion(std::uint64_t index) const {
  return bench_.host.read32(completion_address(index));
}
std::uint64_t GuestQueue::read_index() const {
  return bench_.host.read64(address_);
}
std::uint64_t GuestQueue::mirror() const {
  return bench_.host.read64(address_ + 0x10);
}

std::vector<std::byte> GuestQueue::direct_packet(std::uint64_t index, std::uint64_t code_address, bool more) const {
  std::vector<std::byte> packet(64);
  store_bytes(packet, 2, 1, 1);             // EXEC_BUF
  store_bytes(packet, 3, 1, more ? 1 : 0);  // chain_flag
  store_bytes(packet, 4, 2, 24);            // count
  store64(packet, 8, completion_address(index));
  store64(packet, 16 + 4, code_address);
  return packet;
}

void GuestQueue::prepare_direct(std::uint64_t index, std::uint64_t code_address, bool more) {
  bench_.host.write(slot(index), direct_packet(index, code_address, more));
}

std::uint64_t GuestQueue::raw(std::span<const std::byte> packet) {
  const std::uint64_t index = write_index_;
  bench_.host.write(slot(index), packet);
  publish(index + 1);
  return index;
}

std::uint64_t GuestQueue::direct(std::uint64_t code_address, bool more) {
  return raw(direct_packet(write_index_, code_address, more));
}

std::uint64_t GuestQueue::indirect(const std::vector<std::pair<unsigned, std::uint64_t>>& uc_and_code, bool more) {
  std::vector<std::byte> packet = direct_packet(write_index_, 0, more);
  std::fill(packet.begin() + 16, packet.end(), std::byte{0});
  store_bytes(packet, 4, 2, 8 * uc_and_code.size());
  store_bytes(packet, 6, 1, 1);  // distribute
  store_bytes(packet, 7, 1, 1);  // indirect
  std::size_t at = 16;
  for (const auto& [uc, code_address] : uc_and_code) {
    const std::uint64_t target = indirect_slot(uc, write_index_);
    store32(packet, at, static_cast<std::uint32_t>(target));
    store32(packet, at + 4, static_cast<std::uint32_t>(target >> 32U) | uc << 25U);
    at += 8;
    std::vector<std::byte> inner(32);
    store_bytes(inner, 2, 1, 1);
    store_bytes(inner, 4, 2, 24);
    store_bytes(inner, 6, 1, 1);
    store64(inner, 8 + 4, code_address);
    bench_.host.write(target, inner);
  }
  return raw(packet);
}

}  // namespace aie4::cert::bench
