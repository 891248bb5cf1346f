// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/control_writer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <span>

namespace aie4::workload {
namespace {

constexpr std::uint32_t kPageBytes = 8192;
/// Header, EOF, and what brings the data to a 16-byte boundary.
constexpr std::uint32_t kPageFrame = 16 + 4 + 16;
constexpr std::uint32_t kJobFrame = 8 + 4;
constexpr std::uint32_t kSyncBytes = 4;
constexpr std::uint32_t kDescriptorBytes = 16;
/// Larger writes are cut, so that any of them fits a page.
constexpr std::size_t kMostWords = 1024;

}  // namespace

void ControlWriter::reserve(std::uint32_t bytes) {
  if (open_ && used_ + bytes + kSyncBytes > kPageBytes) close();
  if (open_) {
    used_ += bytes;
    return;
  }
  open_ = true;
  used_ = kPageFrame + kJobFrame + bytes;
  fmt::format_to(std::back_inserter(code_), "START_JOB {}\n", jobs_++);
}

void ControlWriter::op(const std::string& line, std::uint32_t bytes) {
  reserve(bytes);
  fmt::format_to(std::back_inserter(code_), "  {}\n", line);
}

std::string ControlWriter::data(const std::vector<std::uint32_t>& words) {
  const std::string name = label("data");
  fmt::format_to(std::back_inserter(words_), "{}:\n", name);
  for (const std::uint32_t word : words) fmt::format_to(std::back_inserter(words_), "  .long {:#x}\n", word);
  return name;
}

void ControlWriter::write(const RegisterWrite& write) {
  for (std::size_t first = 0; first < write.words.size(); first += kMostWords) {
    const std::size_t count = std::min(kMostWords, write.words.size() - first);
    reserve(static_cast<std::uint32_t>(kDescriptorBytes + 4 * count));
    const auto begin = write.words.begin() + static_cast<std::ptrdiff_t>(first);
    chain_.push_back({write.address + static_cast<std::uint32_t>(4 * first),
                      data({begin, begin + static_cast<std::ptrdiff_t>(count)}), count});
  }
}

void ControlWriter::write_host_bd(const RegisterWrite& write, std::uint32_t argument) {
  constexpr std::uint32_t kApplyOffsetBytes = 8;
  reserve(static_cast<std::uint32_t>(kDescriptorBytes + 4 * write.words.size() + kApplyOffsetBytes));
  const std::string name = data(write.words);
  fmt::format_to(std::back_inserter(code_), "  APPLY_OFFSET_57 @{}, 1, {}\n", name, argument);
  chain_.push_back({write.address, name, write.words.size()});
}

void ControlWriter::write_now(const RegisterWrite& write) {
  constexpr std::uint32_t kWriteBytes = 12;
  sync();
  op(fmt::format("WRITE_32 {:#x}, {:#x}", write.address, write.words.front()), kWriteBytes);
}

void ControlWriter::wait_output(unsigned column, unsigned count) {
  constexpr std::uint32_t kWaitBytes = 8;
  sync();
  op(fmt::format("WAIT_TCTS TILE_{}_0, SHIM_S2MM_0, {}", column, count), kWaitBytes);
}

void ControlWriter::remote_barrier(std::uint32_t uc_mask) {
  constexpr std::uint32_t kBarrierBytes = 8;
  sync();
  op(fmt::format("REMOTE_BARRIER $rb0, {:#x}", uc_mask), kBarrierBytes);
}

void ControlWriter::sync() {
  if (chain_.empty()) return;
  const std::string name = label("chain");
  fmt::format_to(std::back_inserter(chains_), "{}:\n", name);
  for (std::size_t i = 0; i < chain_.size(); ++i) {
    fmt::format_to(std::back_inserter(chains_), "  UC_DMA_BD 0, {:#010x}, @{}, {}, 0, {}\n", chain_[i].address,
                   chain_[i].data, chain_[i].words, i + 1 < chain_.size() ? 1 : 0);
  }
  chain_.clear();
  used_ += kSyncBytes;
  fmt::format_to(std::back_inserter(code_), "  UC_DMA_WRITE_DES_SYNC @{}\n", name);
}

void ControlWriter::close() {
  sync();
  if (open_) code_ += "END_JOB\n.eop\n";
  open_ = false;
}

std::string ControlWriter::text() {
  close();
  return fmt::format(".attach_to_group {}\n{}EOF\n.align 16\n{}.align 4\n{}\n", uc_, code_, chains_, words_);
}

}  // namespace aie4::workload
