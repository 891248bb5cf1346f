// SPDX-License-Identifier: Apache-2.0
// Opcodes of the uC-DMA, of task-complete tokens and of addresses that firmware patches.
// Source: aiebu isa-spec (AIE4 control-code notes 1.4, 2.3, 2.4).
#include <algorithm>
#include <fmt/format.h>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/job_runner.hpp"

namespace aie4::cert {
namespace {

constexpr std::uint32_t kShimDescriptorSize = 36;  ///< Nine words.
constexpr std::uint32_t kHostPatched = 0xFFFF;     ///< `offset` of APPLY_OFFSET_57: the host has done it.
constexpr std::uint32_t kLastArgument = 6;         ///< Firmware patches only the first seven arguments.
constexpr std::uint32_t kBaseHighMask = 0x1FF'FFFF;
/// Where the shim DMAs see host memory. That firmware adds it, as the host does when it patches, is assumed.
constexpr std::uint64_t kShimHostOffset = 0x8000'0000;

constexpr std::uint32_t kTileRowMask = 0x1F;
constexpr unsigned kTileColumnLsb = 5;
constexpr std::uint32_t kTileColumnMask = 0x7F;

}  // namespace

/// Queues the chain at body offset `pointer`; nothing, with the step to take in `otherwise`, if it cannot.
std::optional<UcDma::Handle> JobRunner::start_chain(Job& job, const Instruction& instruction, std::uint32_t pointer,
                                                    std::uint32_t counter, Step& otherwise) {
  if (pointer % UcDmaDescriptor::kSize != 0 || pointer + UcDmaDescriptor::kSize > body_.size()) {
    otherwise = invalid_operand(instruction, "a 16-byte aligned descriptor inside the page", pointer);
    return std::nullopt;
  }
  spend();
  if (!uc_.dm2mm().can_push()) {
    job.wait = {.kind = JobWaitKind::UcDmaQueue, .source = {}};
    words_.count(counter);
    otherwise = Step::Retry;
    return std::nullopt;
  }
  return uc_.dm2mm().push_chain(loader_.offset() + PageHeader::kSize + pointer);
}

JobRunner::Step JobRunner::uc_dma_write_des(Job& job, const Instruction& instruction) {
  std::uint32_t* reg = register_at(job, instruction, instruction.operands[0]);
  if (reg == nullptr) return Step::Fault;
  Step otherwise = Step::Fault;
  const auto handle = start_chain(job, instruction, instruction.operands[1], handshake::kPreemptionUcDma, otherwise);
  if (!handle) return otherwise;
  *reg = static_cast<std::uint32_t>(*handle);
  return Step::Continue;
}

JobRunner::Step JobRunner::uc_dma_write_des_sync(Job& job, const Instruction& instruction) {
  Step otherwise = Step::Fault;
  const auto handle =
      start_chain(job, instruction, instruction.operands[0], handshake::kPreemptionUcDmaSync, otherwise);
  if (!handle) return otherwise;
  job.wait = {.kind = JobWaitKind::UcDmaSync, .handle = *handle, .source = {}};
  words_.count(handshake::kBlockUcDmaSync);
  return Step::Block;
}

/// A wait handle is the number of the chain, cut to a register; the engine tells which one of late it is.
JobRunner::Step JobRunner::wait_uc_dma(Job& job, const Instruction& instruction) {
  const std::uint32_t* reg = register_at(job, instruction, instruction.operands[0]);
  if (reg == nullptr) return Step::Fault;
  const UcDma::Handle last = uc_.dm2mm().last();
  const std::uint32_t ago = static_cast<std::uint32_t>(last) - *reg;
  if (ago >= last) return invalid_operand(instruction, "a wait handle that UC_DMA_WRITE_DES returned", *reg);
  job.wait = {.kind = JobWaitKind::UcDma, .handle = last - ago, .source = {}};
  if (uc_.dm2mm().state(job.wait.handle) == UcDmaState::Done) return Step::Continue;
  words_.count(handshake::kBlockUcDma);
  return Step::Block;
}

JobRunner::Step JobRunner::wait_tcts(Job& job, const Instruction& instruction) {
  const auto [tile, actor, count, unused] = instruction.operands;
  const TokenSource source{.column = static_cast<std::uint8_t>(tile >> kTileColumnLsb & kTileColumnMask),
                           .row = static_cast<std::uint8_t>(tile & kTileRowMask),
                           .actor = static_cast<std::uint8_t>(actor)};
  const bool taken = std::ranges::any_of(page_.jobs, [&](const Job& other) {
    return other.state == JobState::Blocked && other.wait.kind == JobWaitKind::Tokens && other.wait.source == source;
  });
  if (taken) return invalid_operand(instruction, "one job that waits for the tokens of a tile's actor", tile);
  spend();
  words_.count(handshake::kCounterTctsRequested, count);
  job.wait = {.kind = JobWaitKind::Tokens, .mask = count, .source = source};
  if (count == 0 || released(job)) return Step::Continue;
  words_.count(handshake::kBlockWaitTct);
  return Step::Block;
}

/// Adds a 57-bit host address to the base address of shim descriptors in the page, unless the host has done so.
JobRunner::Step JobRunner::apply_offset_57(Job& /*job*/, const Instruction& instruction) {
  const auto [table, count, offset, unused] = instruction.operands;
  if (table % 4 != 0 || table > body_.size() || std::uint64_t{count} * kShimDescriptorSize > body_.size() - table) {
    return invalid_operand(instruction, "word-aligned shim descriptors inside the page", table);
  }
  if (request_.args_len == 0 || offset == kHostPatched) return Step::Continue;
  if (offset > 2 * kLastArgument || 4 * offset + 8 > request_.args_len) {
    return invalid_operand(instruction, "one of the first seven arguments, inside the argument list", offset);
  }
  spend();
  if (uc_.read_host(request_.args_address + std::uint64_t{4} * offset, shared_map::kArguments, 8) != DmaStatus::Ok) {
    return invalid(instruction, "an argument list that can be read",
                   fmt::format("{:#x}", request_.args_address + std::uint64_t{4} * offset));
  }
  const std::uint64_t address = load64(uc_.shared_memory(), shared_map::kArguments) + kShimHostOffset;
  const std::span<std::byte> body = loader_.bytes().subspan(PageHeader::kSize);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = table + i * kShimDescriptorSize;
    const std::uint32_t high = load32(body, at);
    const std::uint64_t base = (std::uint64_t{high & kBaseHighMask} << 32U | load32(body, at + 4)) + address;
    store32(body, at, (high & ~kBaseHighMask) | (static_cast<std::uint32_t>(base >> 32U) & kBaseHighMask));
    store32(body, at + 4, static_cast<std::uint32_t>(base));
  }
  return Step::Continue;
}

}  // namespace aie4::cert
