// SPDX-License-Identifier: Apache-2.0
// Any words as a BD: one byte of kind and padding, one of piece size, then the words of the descriptor, as many as
// there are. Every address is compared with the formula of the specification.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "models/array/dma/address_generator.hpp"
#include "models/array/dma/bd_pool.hpp"
#include "models/array/dma/buffer_descriptor.hpp"

namespace {

using namespace aie4::array;

constexpr std::uint64_t kMostWords = 1U << 12U;

void require(bool condition) {
  if (!condition) std::abort();
}

std::uint64_t address_of(const BdLayout& layout, const BufferDescriptor& bd, std::uint64_t word) {
  const std::uint64_t wraps[] = {bd.d0_wrap, bd.d1_wrap, bd.d2_wrap};
  const std::uint64_t steps[] = {1, bd.d1_stepsize, bd.d2_stepsize, bd.d3_stepsize};
  std::uint64_t offset = std::uint64_t{bd.iteration_current} * bd.iteration_stepsize;
  for (unsigned d = 0; d + 1 < layout.dimensions; ++d) {
    const std::uint64_t index = wraps[d] == 0 ? word : word % wraps[d];
    word = wraps[d] == 0 ? 0 : word / wraps[d];
    offset += index * steps[d];
  }
  offset += word * steps[layout.dimensions - 1U];
  const std::uint64_t mask = (std::uint64_t{1} << layout.address_bits) - 1;
  return layout.byte_address ? (bd.base_address + 4 * offset) & mask : ((bd.base_address + offset) & mask) * 4;
}

void walk(const BdLayout& layout, const BufferDescriptor& bd, bool padding, std::uint32_t piece) {
  AddressGenerator generator(layout.kind, bd, padding);
  require(generator.remaining() >= bd.buffer_length);
  require(generator.padded() == (generator.remaining() != bd.buffer_length));
  std::uint64_t seen = 0;
  std::uint64_t data = 0;
  while (generator.remaining() != 0 && seen < kMostWords) {
    const std::uint64_t before = generator.remaining();
    const AddressGenerator::Run run = generator.next(piece);
    require(run.words >= 1 && run.words <= piece && generator.remaining() == before - run.words);
    seen += run.words;
    if (run.padding) continue;
    require(run.address == address_of(layout, bd, data));
    require(run.address + 4 * std::uint64_t{run.words - 1} == address_of(layout, bd, data + run.words - 1));
    data += run.words;
    require(data <= bd.buffer_length);
  }
  if (generator.remaining() != 0) return;
  require(data == bd.buffer_length);
  require(generator.next(piece).words == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = static_cast<BdKind>(data[0] % kBdKinds);
  const bool padding = (data[0] & 0x80U) != 0;
  const std::uint32_t piece = data[1] == 0 ? 0xFFFF'FFFF : data[1];
  std::vector<std::uint32_t> words((size - 2) / 4);
  if (!words.empty()) std::memcpy(words.data(), data + 2, words.size() * 4);

  const BdLayout& layout = bd_layout(kind);
  const BufferDescriptor bd = decode_bd(kind, words);
  const BdWords again = encode_bd(kind, bd);
  require(decode_bd(kind, again) == bd);
  require(!describe_bd(kind, words).empty());

  BdPool pool(kind, 1);
  for (unsigned word = 0; word < layout.words; ++word) pool.write(0, word, again.at(word));
  require(pool.load(0) == bd);
  pool.advance_iteration(0);
  BufferDescriptor next = bd;
  next.iteration_current = pool.load(0).iteration_current;
  require(pool.load(0) == next);
  BdWords registers{};
  for (unsigned word = 0; word < layout.words; ++word) registers.at(word) = pool.read(0, word);
  require(decode_bd(kind, registers) == next);

  walk(layout, bd, padding, piece);
  return 0;
}
