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

Code remote_barrier(unsigned id, std::uint32_t party) {
  return with_word(bytes({0x12, 0, id, 0}), party);
}
Code write_32(std::uint32_t address, std::uint32_t value) {
  return with_word(with_word(bytes({0x05, 0, 0, 0}), address), value);
}
Code mask_write_32(std::uint32_t address, std::uint32_t mask, std::uint32_t value) {
  return with_word(with_word(with_word(bytes({0x03, 0, 0, 0}), address), mask), value);
}
Code write_32_d(unsigned flags, std::uint32_t address, std::uint32_t value) {
  return with_word(with_word(bytes({0x0B, 0, flags, 0}), address), value);
}
Code read_32(unsigned reg, std::uint32_t address) {
  return with_word(bytes({0x0C, 0, reg, 0}), address);
}
Code read_32_d(unsigned address_reg, unsigned reg) {
  return bytes({0x0D, 0, address_reg, reg});
}
Code poll_32(std::uint32_t address, std::uint32_t value) {
  return with_word(with_word(bytes({0x13, 0, 0, 0}), address), value);
}
Code mask_poll_32(std::uint32_t address, std::uint32_t mask, std::uint32_t value) {
  return with_word(with_word(with_word(bytes({0x14, 0, 0, 0}), address), mask), value);
}
Code rel_acq_sync(std::uint32_t rel, std::uint32_t acq) {
  return with_word(with_word(bytes({0x21, 0, 0, 0}), rel), acq);
}
Code uc_dma_write_des(unsigned reg, unsigned pointer) {
  return bytes({0x01, 0, reg, 0, pointer & 0xFF, pointer >> 8, 0, 0});
}
Code uc_dma_write_des_sync(unsigned pointer) {
  return bytes({0x09, 0, pointer & 0xFF, pointer >> 8});
}
Code wait_uc_dma(unsigned reg) {
  return bytes({0x02, 0, reg, 0});
}
Code wait_tcts(unsigned tile, unsigned actor, unsigned count) {
  return bytes({0x06, 0, tile & 0xFF, tile >> 8, actor, 0, count, 0});
}
Code apply_offset_57(unsigned table, unsigned count, unsigned offset) {
  return bytes({0x0E, 0, table & 0xFF, table >> 8, count & 0xFF, count >> 8, offset & 0xFF, offset >> 8});
}
Code launch_job(unsigned id) {
  return bytes({0x18, 0, id & 0xFF, id >> 8});
}
Code preempt(unsigned id, unsigned save, unsigned restore) {
  return bytes({0x19, 0, id & 0xFF, id >> 8, save & 0xFF, save >> 8, restore & 0xFF, restore >> 8});
}
Code load_pdi(std::uint32_t id, unsigned page) {
  return with_word(bytes({0x1A, 0, 0, 0}), id) + bytes({page & 0xFF, page >> 8, 0, 0});
}
Code load_cores(std::uint32_t id, unsigned page) {
  return with_word(bytes({0x04, 0, 0, 0}), id) + bytes({page & 0xFF, page >> 8, 0, 0});
}
Code load_cores_cp(std::uint32_t id) {
  return with_word(bytes({0x20, 0, 0, 0}), id);
}
Code load_last_pdi() {
  return bytes({0x1B, 0, 0, 0});
}
Code save_timestamps(std::uint32_t id) {
  return with_word(bytes({0x1C, 0, 0, 0}), id);
}
Code save_register(std::uint32_t address, std::uint32_t id) {
  return with_word(with_word(bytes({0x1E, 0, 0, 0}), address), id);
}
Code descriptor(unsigned words, std::uint32_t data, std::uint32_t to, bool next) {
  return code::words({words | (next ? 1U << 16 : 0U) | 1U << 18, data, to, 0});
}
Code words(std::initializer_list<std::uint32_t> values) {
  Code code;
  for (const std::uint32_t value : values) code = with_word(std::move(code), value);
  return code;
}
Code job_of(unsigned start, unsigned id, const std::vector<Code>& instructions) {
  Code code = job(id, instructions);
  code.at(0) = static_cast<std::byte>(start);
  return code;
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
  return sequence(0, pages);
}

Code sequence(unsigned first, const std::vector<std::vector<Code>>& pages) {
  Code code;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::vector<Code> text = pages[i];
    text.push_back(eof());
    const unsigned next = i + 1 < pages.size() ? page_length(pages[i + 1]) + 4 : 0;
    append(code, page(first + static_cast<unsigned>(i), text, next));
  }
  return code;
}

Code page_with_data(unsigned index, const std::function<std::vector<Code>(unsigned)>& text, const Code& data) {
  std::vector<Code> parts = text(0);
  parts.push_back(eof());
  const unsigned used = page_length(parts) - 16;
  const unsigned data_at = (used + 15) / 16 * 16;
  parts = text(data_at);
  parts.push_back(eof());
  parts.emplace_back(data_at - used, std::byte{0xA5});
  parts.push_back(data);
  return page(index, parts);
}

Code hinted(Code program) {
  program.at(12) = std::byte{1};
  return program;
}

Code operator+(Code first, const Code& second) {
  append(first, second);
  return first;
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
