// SPDX-License-Identifier: Apache-2.0
#include "models/common/register_file.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace aie4 {

RegisterFile::RegisterFile(const RegisterBlock& block, std::string owner, Diagnostics& diagnostics)
    : block_(block), owner_(std::move(owner)), diagnostics_(diagnostics) {
  registers_.reserve(block_.registers.size());
  for (const RegisterInfo& info : block_.registers) {
    at_.emplace(info.offset, registers_.size());
    registers_.push_back({.info = &info, .value = info.reset, .on_write = {}, .on_read = {}});
  }
}

RegisterFile::Register* RegisterFile::find(std::uint64_t offset) {
  const auto found = at_.find(static_cast<std::uint32_t>(offset));
  return found == at_.end() ? nullptr : &registers_[found->second];
}

void RegisterFile::on_write(std::uint32_t offset, WriteHandler handler) {
  registers_.at(at_.at(offset)).on_write = std::move(handler);
}

void RegisterFile::on_read(std::uint32_t offset, ReadHandler handler) {
  registers_.at(at_.at(offset)).on_read = std::move(handler);
}

std::uint32_t RegisterFile::read32(std::uint32_t offset) {
  Register* reg = find(offset);
  if (reg == nullptr) {
    diagnostics_.unmodelled("register", fmt::format("{} offset {:#x}", block_.name, offset), owner_ + " read");
    return 0;
  }
  if (reg->info->access == RegisterAccess::WriteOnly) return 0;
  return reg->on_read ? reg->on_read() : reg->value;
}

void RegisterFile::write32(std::uint32_t offset, std::uint32_t value) {
  Register* reg = find(offset);
  if (reg == nullptr) {
    diagnostics_.unmodelled("register", fmt::format("{} offset {:#x}", block_.name, offset), owner_ + " write");
    return;
  }
  if (reg->info->access == RegisterAccess::ReadOnly) return;
  reg->value = value;
  if (reg->on_write) reg->on_write(value);
}

void RegisterFile::read(std::uint64_t offset, std::span<std::byte> data) {
  std::size_t done = 0;
  while (done < data.size()) {
    const std::uint64_t at = offset + done;
    const std::size_t lane = at % 4;
    const std::size_t count = std::min(data.size() - done, 4 - lane);
    const std::uint32_t value = read32(static_cast<std::uint32_t>(at - lane));
    std::memcpy(data.data() + done, reinterpret_cast<const std::byte*>(&value) + lane, count);
    done += count;
  }
}

void RegisterFile::write(std::uint64_t offset, std::span<const std::byte> data) {
  std::size_t done = 0;
  while (done < data.size()) {
    const std::uint64_t at = offset + done;
    const std::size_t lane = at % 4;
    const std::size_t count = std::min(data.size() - done, 4 - lane);
    const auto base = static_cast<std::uint32_t>(at - lane);
    const Register* reg = count < 4 ? find(base) : nullptr;
    std::uint32_t value = reg == nullptr ? 0 : reg->value;
    std::memcpy(reinterpret_cast<std::byte*>(&value) + lane, data.data() + done, count);
    write32(base, value);
    done += count;
  }
}

void RegisterFile::serve(tlm::tlm_generic_payload& payload) {
  const std::span<std::byte> data(reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length());
  if (payload.is_read()) {
    read(payload.get_address(), data);
  } else {
    write(payload.get_address(), data);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

std::uint32_t RegisterFile::value(std::uint32_t offset) const {
  return registers_.at(at_.at(offset)).value;
}

void RegisterFile::set(std::uint32_t offset, std::uint32_t value) {
  registers_.at(at_.at(offset)).value = value;
}

void RegisterFile::reset() {
  for (Register& reg : registers_) reg.value = reg.info->reset;
}

}  // namespace aie4
