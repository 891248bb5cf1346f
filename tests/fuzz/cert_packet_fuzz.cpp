// SPDX-License-Identifier: Apache-2.0
// Host queues from a hostile guest: one byte that says what follows (header, packet, indirect packet) and how many uCs
// there are, eight bytes of consumer index, then the bytes of it.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "firmware-stub/cert/host_queue.hpp"

namespace {

using namespace aie4::cert;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::byte> exactly(std::span<const std::byte> input, std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::ranges::copy(input.first(std::min(size, input.size())), bytes.begin());
  return bytes;
}

void header(std::span<const std::byte> input, std::uint64_t consumer) {
  const std::vector<std::byte> first = exactly(input, QueueHeader::kCompactSize);
  const auto layout = parse_queue_layout(first);
  if (std::holds_alternative<Problem>(layout)) return;
  const bool wide = std::get<QueueLayout>(layout) == QueueLayout::Wide;
  const auto parsed = parse_queue_header(exactly(input, wide ? QueueHeader::kWideSize : QueueHeader::kCompactSize));
  if (std::holds_alternative<Problem>(parsed)) return;
  const auto& queue = std::get<QueueHeader>(parsed);
  require(std::has_single_bit(queue.capacity) && queue.capacity <= QueueHeader::kMaxCapacity);
  const std::uint64_t slot = queue.slot_address(consumer);
  require(slot >= queue.data_address && slot - queue.data_address < std::uint64_t{queue.capacity} * 64);
  require(slot % kHostAlignment == 0);
  if (!check_indices(queue, consumer, queue.write_index)) require(queue.write_index - consumer <= queue.capacity);
}

void packet(std::span<const std::byte> input, unsigned uc_count) {
  const Packet parsed = parse_packet(exactly(input, Packet::kSize), uc_count);
  require((parsed.kind == PacketKind::Invalid) == !parsed.problem.expected.empty());
  if (parsed.kind == PacketKind::Direct) require(parsed.exec.code_address % kHostAlignment == 0);
  if (parsed.kind != PacketKind::Indirect) return;
  require(parsed.entry_count >= 1 && parsed.entry_count <= std::min<std::size_t>(Packet::kMaxEntries, uc_count));
  std::uint32_t seen = 0;
  for (const IndirectEntry& entry : std::span(parsed.entries).first(parsed.entry_count)) {
    require(entry.uc < uc_count && (seen >> entry.uc & 1U) == 0);
    require(entry.address % kHostAlignment == 0 && entry.address >> 57U == 0);
    seen |= 1U << entry.uc;
  }
}

void indirect_packet(std::span<const std::byte> input) {
  const auto parsed = parse_indirect_packet(exactly(input, kIndirectPacketSize));
  if (const auto* exec = std::get_if<ExecBuf>(&parsed)) require(exec->code_address % kHostAlignment == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  if (input.size() < 9) return 0;
  const auto what = std::to_integer<unsigned>(input[0]);
  const std::span<const std::byte> rest = input.subspan(9);
  switch (what % 3) {
    case 0:
      header(rest, load64(input, 1));
      break;
    case 1:
      packet(rest, 1 + what / 3 % 6);
      break;
    default:
      indirect_packet(rest);
      break;
  }
  return 0;
}
