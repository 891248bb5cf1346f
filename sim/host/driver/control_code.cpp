// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/control_code.hpp"

#include <algorithm>
#include <stdexcept>

namespace aie4::host {
namespace {

constexpr std::uint8_t kStartJob = 0x00;
constexpr std::uint8_t kWrite32 = 0x05;
constexpr std::uint8_t kEndJob = 0x07;
constexpr std::uint8_t kYield = 0x08;
constexpr std::uint8_t kAdd = 0x0F;
constexpr std::uint8_t kMov = 0x10;
constexpr std::uint8_t kLocalBarrier = 0x11;
constexpr std::uint8_t kRemoteBarrier = 0x12;
constexpr std::uint8_t kNop = 0x16;
constexpr std::uint8_t kEof = 0xFF;

constexpr std::size_t kJobSizeOffset = 4;  // In START_JOB.
constexpr std::size_t kEndJobSize = 4;

void set16(std::vector<std::byte>& bytes, std::size_t at, std::size_t value) {
  bytes.at(at) = static_cast<std::byte>(value & 0xFFU);
  bytes.at(at + 1) = static_cast<std::byte>((value >> 8) & 0xFFU);
}

}  // namespace

void ControlCode::put(std::initializer_list<std::uint8_t> bytes) {
  raw(std::span(bytes.begin(), bytes.size()));
}

void ControlCode::put32(std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) body_.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
}

ControlCode& ControlCode::raw(std::span<const std::uint8_t> bytes) {
  std::ranges::transform(bytes, std::back_inserter(body_), [](std::uint8_t byte) { return std::byte{byte}; });
  return *this;
}

ControlCode& ControlCode::start_job(std::uint16_t id) {
  job_ = body_.size();
  put({kStartJob, 0, static_cast<std::uint8_t>(id & 0xFFU), static_cast<std::uint8_t>(id >> 8), 0, 0, 0, 0});
  return *this;
}

ControlCode& ControlCode::end_job() {
  set16(body_, job_ + kJobSizeOffset, body_.size() + kEndJobSize - job_);
  put({kEndJob, 0, 0, 0});
  return *this;
}

ControlCode& ControlCode::nop() {
  put({kNop, 0, 0, 0});
  return *this;
}

ControlCode& ControlCode::yield() {
  put({kYield, 0, 0, 0});
  return *this;
}

ControlCode& ControlCode::local_barrier(std::uint8_t id, std::uint8_t participants) {
  put({kLocalBarrier, 0, id, participants});
  return *this;
}

ControlCode& ControlCode::remote_barrier(std::uint8_t id, std::uint32_t party_mask) {
  put({kRemoteBarrier, 0, id, 0});
  put32(party_mask);
  return *this;
}

ControlCode& ControlCode::add(std::uint8_t reg, std::uint32_t value) {
  put({kAdd, 0, reg, 0});
  put32(value);
  return *this;
}

ControlCode& ControlCode::mov(std::uint8_t reg, std::uint32_t value) {
  put({kMov, 0, reg, 0});
  put32(value);
  return *this;
}

ControlCode& ControlCode::write_32(std::uint32_t address, std::uint32_t value) {
  put({kWrite32, 0, 0, 0});
  put32(address);
  put32(value);
  return *this;
}

ControlCode& ControlCode::end_page() {
  put({kEof, 0, 0, 0});
  if (body_.size() > kPageSize - kHeaderSize) throw std::length_error("a page of control code holds 8176 bytes");
  closed_.push_back(std::move(body_));
  body_.clear();
  return *this;
}

std::vector<std::byte> ControlCode::pages() const {
  if (!body_.empty()) {
    ControlCode complete = *this;
    complete.end_page();
    return complete.pages();
  }
  std::vector<std::byte> result(closed_.size() * kPageSize);
  for (std::size_t i = 0; i < closed_.size(); ++i) {
    const std::size_t page = i * kPageSize;
    const auto length = [this](std::size_t k) { return k < closed_.size() ? kHeaderSize + closed_[k].size() : 0; };
    set16(result, page, 0xFFFF);
    set16(result, page + 2, i);
    set16(result, page + 8, length(i));
    set16(result, page + 10, length(i + 1));
    std::ranges::copy(closed_[i], result.begin() + static_cast<std::ptrdiff_t>(page + kHeaderSize));
  }
  return result;
}

DmaBuffer ControlCode::load(DmaDomain& domain) const {
  const std::vector<std::byte> bytes = pages();
  DmaBuffer buffer(domain, bytes.size());
  buffer.write(0, bytes);
  return buffer;
}

ControlCode nop_program(unsigned nops) {
  ControlCode code;
  code.start_job(0);
  for (unsigned i = 0; i < nops; ++i) code.nop();
  code.end_job().end_page();
  return code;
}

}  // namespace aie4::host
