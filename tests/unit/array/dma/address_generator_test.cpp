// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/address_generator.hpp"

#include <optional>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/random_bd.hpp"

namespace aie4::array {
namespace {

using Words = std::vector<std::optional<std::uint64_t>>;  // Byte address of each word of the stream; none: padding.

/// The reference: the nested loops of the specification, a word at a time, with no state that a run could share.
Words oracle(BdKind kind, const BufferDescriptor& bd, bool padding) {
  const BdLayout& layout = bd_layout(kind);
  const unsigned last = layout.dimensions - 1U;
  const std::uint64_t wrap[4] = {bd.d0_wrap, bd.d1_wrap, bd.d2_wrap, 0};
  const std::uint64_t step[4] = {1, bd.d1_stepsize, bd.d2_stepsize, bd.d3_stepsize};
  const auto data = [&](std::uint64_t k) -> std::uint64_t {
    std::uint64_t offset = std::uint64_t{bd.iteration_current} * bd.iteration_stepsize;
    std::uint64_t rest = k;
    for (unsigned d = 0; d < last; ++d) {
      if (wrap[d] == 0) {
        offset += rest * step[d];
        rest = 0;
      } else {
        offset += rest % wrap[d] * step[d];
        rest /= wrap[d];
      }
    }
    offset += rest * step[last];
    if (layout.byte_address) return (bd.base_address + 4 * offset) % (std::uint64_t{1} << layout.address_bits);
    return (bd.base_address + offset) % (std::uint64_t{1} << layout.address_bits) * 4;
  };
  Words words;
  if (!padding) {
    for (std::uint64_t k = 0; k < bd.buffer_length; ++k) words.emplace_back(data(k));
    return words;
  }
  const auto pad = [&](std::uint64_t count) { words.insert(words.end(), count, std::nullopt); };
  const std::uint64_t row = bd.d0_pad_before + wrap[0] + bd.d0_pad_after;
  const std::uint64_t plane = (bd.d1_pad_before + wrap[1] + bd.d1_pad_after) * row;
  const std::uint64_t unbounded = ~std::uint64_t{0};
  const auto end = [&](unsigned d) { return wrap[d] == 0 ? unbounded : wrap[d]; };
  std::uint64_t k = 0;
  const std::uint64_t length = bd.buffer_length;
  while (k < length) {
    pad(bd.d2_pad_before * plane);
    std::uint64_t i2 = 0;
    for (; i2 < end(2) && k < length; ++i2) {
      pad(bd.d1_pad_before * row);
      std::uint64_t i1 = 0;
      for (; i1 < end(1) && k < length; ++i1) {
        pad(bd.d0_pad_before);
        std::uint64_t i0 = 0;
        for (; i0 < end(0) && k < length; ++i0) words.emplace_back(data(k++));
        if (i0 < end(0)) return words;
        pad(bd.d0_pad_after);
      }
      if (i1 < end(1)) return words;
      pad(bd.d1_pad_after * row);
    }
    if (i2 < end(2)) return words;
    pad(bd.d2_pad_after * plane);
  }
  return words;
}

/// All words, in pieces of 1..`max_piece`, with and without the short way for rows.
Words walk(AddressGenerator& generator, RandomBds& random, std::uint32_t max_piece) {
  Words words;
  while (generator.remaining() != 0) {
    const std::uint64_t before = generator.remaining();
    const std::uint32_t piece = 1 + random.up_to(max_piece - 1);
    std::uint32_t rows = 0;
    if (random.up_to(1) == 0) {
      rows = generator.next_rows(piece, [&](std::uint64_t address, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) words.emplace_back(address + 4 * std::uint64_t{i});
      });
      REQUIRE(rows < piece);
    }
    const AddressGenerator::Run run = generator.next(piece - rows);
    REQUIRE(run.words >= 1);
    REQUIRE(run.words <= piece - rows);
    REQUIRE(generator.remaining() == before - rows - run.words);
    for (std::uint32_t i = 0; i < run.words; ++i) {
      words.push_back(run.padding ? std::nullopt : std::optional{run.address + 4 * std::uint64_t{i}});
    }
  }
  CHECK(generator.next(100).words == 0);
  return words;
}

constexpr int kRandomBds = 2500;

void compare(BdKind kind, bool padding, std::uint32_t seed) {
  RandomBds random(seed);
  std::uint64_t padded = 0;
  for (int i = 0; i < kRandomBds; ++i) {
    const BufferDescriptor bd = random.addresses(kind, padding);
    // What the tile stores, not only what the test made up.
    REQUIRE(decode_bd(kind, encode_bd(kind, bd)) == bd);
    const Words expected = oracle(kind, bd, padding);
    AddressGenerator generator(kind, bd, padding);
    REQUIRE(generator.remaining() == expected.size());
    REQUIRE(generator.padded() == (expected.size() != bd.buffer_length));
    if (generator.padded()) ++padded;
    INFO(i << ": " << describe_bd(kind, encode_bd(kind, bd)));
    REQUIRE(walk(generator, random, 1 + random.up_to(100)) == expected);
  }
  if (padding) CHECK(padded > kRandomBds / 2);
}

TEST_CASE("2500 random BDs of a compute tile visit the words of the nested loops") {
  compare(BdKind::Compute, false, 1);
}

TEST_CASE("2500 random BDs of a memory tile visit the words of the nested loops") {
  compare(BdKind::Memory, false, 2);
}

TEST_CASE("2500 random padded BDs of a memory tile visit the words of the nested loops") {
  compare(BdKind::Memory, true, 3);
}

TEST_CASE("2500 random BDs of a shim tile visit the words of the nested loops") {
  compare(BdKind::Shim, false, 4);
}

TEST_CASE("a linear BD is one run, however long") {
  const BufferDescriptor bd{.base_address = 0x1'0000'0000,
                            .buffer_length = 0xFFFF'FFFF,
                            .d1_stepsize = 1,
                            .d2_stepsize = 1,
                            .d3_stepsize = 1};
  AddressGenerator generator(BdKind::Shim, bd, false);
  CHECK(generator.next(0xFFFF'FFFE) == AddressGenerator::Run{0x1'0000'0000, 0xFFFF'FFFE, false});
  CHECK(generator.next(1024) == AddressGenerator::Run{0x1'0000'0000 + 4 * std::uint64_t{0xFFFF'FFFE}, 1, false});
  CHECK(generator.remaining() == 0);
}

TEST_CASE("rows that follow each other in memory are one run") {
  const BufferDescriptor bd{.base_address = 0x100, .buffer_length = 64, .d1_stepsize = 8, .d0_wrap = 8};
  AddressGenerator generator(BdKind::Memory, bd, false);
  CHECK(generator.next(1024) == AddressGenerator::Run{0x400, 64, false});
}

TEST_CASE("a two-dimensional BD gives its rows") {
  // Hand-made: 2 rows of 3 words, 10 words apart, from word 5.
  const BufferDescriptor bd{.base_address = 5, .buffer_length = 6, .d1_stepsize = 10, .d0_wrap = 3, .d1_wrap = 2};
  AddressGenerator generator(BdKind::Compute, bd, false);
  CHECK(generator.next(100) == AddressGenerator::Run{20, 3, false});
  CHECK(generator.next(2) == AddressGenerator::Run{60, 2, false});
  CHECK(generator.next(100) == AddressGenerator::Run{68, 1, false});
}

TEST_CASE("steps are unsigned and addresses wrap at the width of the address, not of the step") {
  const BufferDescriptor bd{.base_address = 3, .buffer_length = 4, .d1_stepsize = 0x7F'FFFF, .d0_wrap = 1};
  // 23 bits of ones are not 24 bits of ones: two such steps go back by two words, one does not go back by one.
  AddressGenerator generator(BdKind::Memory, bd, false);
  CHECK(generator.next(9) == AddressGenerator::Run{12, 1, false});
  CHECK(generator.next(9).address == 4 * std::uint64_t{3 + 0x7F'FFFF});
  CHECK(generator.next(9).address == 4 * std::uint64_t{1});
}

TEST_CASE("an iteration moves the whole BD") {
  BufferDescriptor bd{.base_address = 0x40, .buffer_length = 4, .iteration_stepsize = 0x100, .iteration_current = 3};
  AddressGenerator generator(BdKind::Memory, bd, false);
  CHECK(generator.next(9) == AddressGenerator::Run{(0x40 + 0x300) * 4, 4, false});
}

TEST_CASE("a zero-length BD visits nothing, not even padding") {
  const BufferDescriptor bd{.d0_wrap = 4, .d0_pad_before = 3, .d0_pad_after = 3};
  AddressGenerator generator(BdKind::Memory, bd, true);
  CHECK(generator.remaining() == 0);
  CHECK(generator.next(10).words == 0);
}

TEST_CASE("a 2 x 2 image with a border of one word is padded all around") {
  const BufferDescriptor bd{.base_address = 0x10,
                            .buffer_length = 4,
                            .d1_stepsize = 8,
                            .d0_wrap = 2,
                            .d1_wrap = 2,
                            .d0_pad_before = 1,
                            .d0_pad_after = 1,
                            .d1_pad_before = 1,
                            .d1_pad_after = 1};
  AddressGenerator generator(BdKind::Memory, bd, true);
  CHECK(generator.remaining() == 16);
  CHECK(generator.next(99) == AddressGenerator::Run{0, 5, true});
  CHECK(generator.next(99) == AddressGenerator::Run{0x40, 2, false});
  CHECK(generator.next(99) == AddressGenerator::Run{0, 2, true});
  CHECK(generator.next(99) == AddressGenerator::Run{0x60, 2, false});
  CHECK(generator.next(99) == AddressGenerator::Run{0, 5, true});
  CHECK(generator.remaining() == 0);
}

TEST_CASE("padding that the driver refuses is named and left out") {
  const BufferDescriptor bd{.buffer_length = 4, .d0_pad_after = 1};
  CHECK(padding_error(bd) == std::string_view{"D0_Pad_After with D0_Wrap 0"});
  AddressGenerator generator(BdKind::Memory, bd, true);
  CHECK(generator.remaining() == 4);
  CHECK_FALSE(generator.padded());
}

}  // namespace
}  // namespace aie4::array
