// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/buffer_descriptor.hpp"

#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/random_bd.hpp"

namespace aie4::array {
namespace {

constexpr BdKind kKinds[] = {BdKind::Compute, BdKind::Memory, BdKind::Shim, BdKind::ShimControl, BdKind::ShimTrace};

TEST_CASE("a compute BD of public control code decodes to what that code does") {
  // Tile-array notes 2.2, example: base word 0x1FE0, 4 words, acquire lock 0 value -1, release lock 1 value +1.
  const std::uint32_t words[] = {0x1FE0'0004, 0, 0x0001'0000, 1, 1, 0x0004'3FE0};
  BufferDescriptor expected;
  expected.base_address = 0x1FE0;
  expected.buffer_length = 4;
  expected.d1_stepsize = expected.d2_stepsize = expected.iteration_stepsize = 1;
  expected.lock_acq_enable = true;
  expected.lock_acq_value = -1;
  expected.lock_rel_id = 1;
  expected.lock_rel_value = 1;
  CHECK(decode_bd(BdKind::Compute, words) == expected);
}

TEST_CASE("a memory-tile BD of public control code decodes to what that code does") {
  // Tile-array notes 2.2, example: local word 0x1BB60, 0x3700 words, acquire own lock 26 value -1, release 27.
  const std::uint32_t words[] = {0x0081'BB60, 0xFE00'3700, 0x1DA0'0BB7, 0x140,       0x20,       1,
                                 1,           0,           0,           0x0160'0400, 0x0C00'0000};
  BufferDescriptor expected;
  expected.base_address = 0x81'BB60;
  expected.buffer_length = 0x3700;
  expected.lock_acq_enable = true;
  expected.lock_acq_id = 474;
  expected.lock_acq_value = -1;
  expected.lock_rel_id = 475;
  expected.lock_rel_value = 1;
  expected.d1_stepsize = 0x140;
  expected.d2_stepsize = 0x20;
  expected.d3_stepsize = 1;
  expected.iteration_stepsize = 1;
  expected.d0_wrap = 32;
  expected.d1_wrap = 44;
  expected.use_next_bd = true;
  expected.next_bd = 1;
  CHECK(decode_bd(BdKind::Memory, words) == expected);
}

TEST_CASE("shim BDs of public control code decode to what that code does") {
  const std::uint32_t linear[] = {0, 0x0073'5000, 0x400, 0x0300'0000, 0, 1, 1, 0x2000'0001, 0x400};
  BufferDescriptor expected;
  expected.base_address = 0x73'5000;
  expected.buffer_length = 0x400;
  expected.burst_length = 3;
  expected.axcache = 2;
  expected.d1_stepsize = expected.d2_stepsize = expected.d3_stepsize = expected.iteration_stepsize = 1;
  CHECK(decode_bd(BdKind::Shim, linear) == expected);
  CHECK(axi_burst_bytes(3) == 512);

  const std::uint32_t chained[] = {0x8000'0001, 0x4, 1, 0, 0, 0x1C00'0001, 0, 0x2140'5B80, 0};
  const BufferDescriptor bd = decode_bd(BdKind::Shim, chained);
  CHECK(bd.base_address == 0x1'0000'0004);
  CHECK(bd.axuser == 8);
  CHECK(bd.use_next_bd);
  CHECK(bd.next_bd == 3);
  CHECK(bd.iteration_wrap == 5);
  CHECK(bd.iteration_stepsize == 0x5B80);
}

TEST_CASE("a control BD has no word 4 and a length of 24 bits") {
  const std::uint32_t words[] = {0, 0x1000, 0xFF00'0010, 0, 0xFFFF'FFFF, 0, 0, 0, 0};
  const BufferDescriptor bd = decode_bd(BdKind::ShimControl, words);
  CHECK(bd.buffer_length == 0x10);
  CHECK(bd.d0_wrap == 0);
  CHECK(bd.lock_rel_value == 0);
  CHECK(bd.lock_acq_value == 0);
}

TEST_CASE("addresses are as wide as their fields") {
  CHECK(bd_layout(BdKind::Compute).address_bits == 16);
  CHECK(bd_layout(BdKind::Memory).address_bits == 24);
  CHECK(bd_layout(BdKind::Shim).address_bits == 57);
}

TEST_CASE("no two fields of a BD share a bit") {
  for (const BdKind kind : kKinds) {
    const BdLayout& layout = bd_layout(kind);
    BdWords used{};
    for (const BdField& field : layout.fields) {
      INFO(layout.name << " " << field.field->name);
      REQUIRE(field.field->index < layout.words);
      REQUIRE(field.field->lsb + field.field->width <= 32);
      const std::uint32_t bits = field.field->mask() << field.field->lsb;
      CHECK((used.at(field.field->index) & bits) == 0);
      used.at(field.field->index) |= bits;
    }
  }
}

TEST_CASE("decoding then encoding keeps every bit that belongs to a field") {
  RandomBds random(7);
  for (const BdKind kind : kKinds) {
    BdWords known{};
    for (const BdField& field : bd_layout(kind).fields) {
      known.at(field.field->index) |= field.field->mask() << field.field->lsb;
    }
    for (int i = 0; i < 2000; ++i) {
      BdWords words = random.words();
      for (std::size_t w = 0; w < words.size(); ++w) words.at(w) &= known.at(w);
      REQUIRE(encode_bd(kind, decode_bd(kind, words)) == words);
    }
  }
}

TEST_CASE("words that are missing count as zero") {
  for (const BdKind kind : kKinds) CHECK(decode_bd(kind, {}) == BufferDescriptor{});
}

TEST_CASE("a BD is described by the fields that are not zero, doubtful positions marked") {
  const std::uint32_t words[] = {0x1FE0'0004, 0, 0x0001'0000, 1, 1, 0x0004'3FE0};
  CHECK(describe_bd(BdKind::Compute, words) ==
        "Base_Address 0x1fe0, Buffer_Length 4, D1_Stepsize 1, D2_Stepsize? 1, Iteration_Stepsize? 1, Lock_Rel_Value 1, "
        "Lock_Rel_ID 1, Lock_Acq_Enable, Lock_Acq_Value -1");
  const std::uint32_t shim[] = {1, 0x8, 0x400};
  CHECK(describe_bd(BdKind::Shim, shim) == "Base_Address 0x100000008, Buffer_Length 1024");
}

}  // namespace
}  // namespace aie4::array
