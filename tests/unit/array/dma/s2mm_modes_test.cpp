// SPDX-License-Identifier: Apache-2.0
// S2MM channels that let the stream decide: finish-on-TLAST and out-of-order.
#include "models/array/stream/packet.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/dma_rig.hpp"

namespace aie4::array {
namespace {

DmaControl finish_on_tlast(FotMode mode) {
  DmaControl control;
  control.fot_mode = mode;
  control.controller_id = 0x21;
  return control;
}

TEST_CASE("without finish-on-TLAST a BD ends by its length whatever TLAST says") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 0, {.buffer_length = 8});
  rig.push(channel, 0);
  rig.deliver(channel, count_up(4), ns(10), true);
  run(ns(50));
  CHECK_FALSE(rig.idle(channel));
  rig.deliver(channel, count_up(4), now(), false);
  run(ns(50));
  CHECK(rig.idle(channel));
  CHECK_FALSE(rig.status(channel).error_fot_length);
}

TEST_CASE("finish-on-TLAST ends a BD at TLAST, length without TLAST is an error") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  const DmaChannelInfo& info = rig.engine.channels()[channel];
  rig.engine.set_control(channel, encode_control(rig.kind, info, finish_on_tlast(FotMode::NoCount)));
  rig.write_bd(channel, 0, {.buffer_length = 100});
  rig.push(channel, 0);
  rig.deliver(channel, count_up(20), ns(10), true);
  DmaRig::run_to(17);
  CHECK(rig.idle(channel));
  CHECK(rig.engine.current_write_count(channel) == 20);
  CHECK_FALSE(rig.status(channel).error_fot_length);
  rig.push(channel, 0);
  rig.deliver(channel, count_up(100), ns(30), false);
  run(ns(50));
  CHECK(rig.status(channel).error_fot_length);
  CHECK(rig.idle(channel));
}

TEST_CASE("finish-on-TLAST mode 2 sends the count with the token") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.s2mm(6);
  const DmaChannelInfo& info = rig.engine.channels()[channel];
  rig.engine.set_control(channel, encode_control(rig.kind, info, finish_on_tlast(FotMode::CountInToken)));
  rig.write_bd(channel, 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 100});
  rig.push(channel, 0, 0, true);
  rig.deliver(channel, count_up(20), ns(10), true);
  run(ns(50));
  REQUIRE(rig.client.tokens.size() == 1);
  CHECK(rig.client.tokens[0].actor == 6);
  CHECK(rig.client.tokens[0].controller_id == 0x21);
  CHECK(rig.client.tokens[0].fot_count == 20);
}

TEST_CASE("finish-on-TLAST mode 3 keeps counts in a FIFO that stalls the channel when it is full") {
  DmaRig rig(kComputeTile);
  rig.parameters.dma_fot_fifo_depth = 2;
  const unsigned channel = rig.s2mm();
  const DmaChannelInfo& info = rig.engine.channels()[channel];
  rig.engine.set_control(channel, encode_control(rig.kind, info, finish_on_tlast(FotMode::CountFifo)));
  rig.write_bd(channel, 5, {.buffer_length = 100});
  rig.push(channel, 5, 1);
  rig.push(channel, 5);
  CHECK(rig.engine.pop_fot_count(channel) == 0);
  for (std::uint32_t i = 1; i <= 3; ++i) rig.deliver(channel, count_up(10 * i), ns(40 * i), true);
  run(ns(300));
  CHECK(rig.status(channel).stalled_tct_or_count_fifo_full);
  CHECK_FALSE(rig.idle(channel));
  CHECK(rig.engine.pop_fot_count(channel) == (0x8000'0000 | 5U << 24 | 10));
  run(ns(50));
  CHECK(rig.idle(channel));
  CHECK(rig.engine.pop_fot_count(channel) == (0xC000'0000 | 5U << 24 | 20));
  CHECK(rig.engine.pop_fot_count(channel) == (0xC000'0000 | 5U << 24 | 30));
  CHECK(rig.engine.pop_fot_count(channel) == 0);
}

TEST_CASE("out-of-order packets choose their BDs") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  for (unsigned bd = 0; bd < 3; ++bd) rig.write_bd(channel, bd, {.base_address = 0x100 * bd, .buffer_length = 4});
  rig.engine.set_control(channel,
                         encode_control(rig.kind, rig.engine.channels()[channel], {.enable_out_of_order = true}));
  rig.push(channel, 0, 2, true);
  for (const std::uint8_t bd : std::initializer_list<std::uint8_t>{2, 0, 1}) {
    std::vector<std::uint32_t> packet = count_up(5, 10U * bd);
    packet[0] = encode(PacketHeader{.id = 1, .out_of_order_bd = bd, .source = {}});
    rig.deliver(channel, packet, now() + ns(10), true);
    run(ns(40));
  }
  CHECK(rig.client.tokens.size() == 1);
  CHECK(rig.idle(channel));
  for (std::uint32_t bd = 0; bd < 3; ++bd) {
    for (std::uint32_t i = 0; i < 4; ++i) CHECK(rig.memory.at(0x400 * bd + 4 * i) == 10 * bd + 1 + i);
  }
}

TEST_CASE("the rest of an out-of-order packet that is too long is dropped, the next one is taken") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 7, {.base_address = 0, .buffer_length = 2});
  rig.engine.set_control(channel,
                         encode_control(rig.kind, rig.engine.channels()[channel], {.enable_out_of_order = true}));
  rig.push(channel, 0, 1);
  const std::uint32_t header = encode(PacketHeader{.id = 1, .out_of_order_bd = 7, .source = {}});
  rig.deliver(channel, {header, 1, 2, 3, 4}, now(), false);
  rig.deliver(channel, {5, 6}, now() + ns(1), true);
  rig.deliver(channel, {header, 8, 9}, now() + ns(2), true);
  run(ns(100));
  CHECK(rig.idle(channel));
  CHECK(rig.memory.at(0) == 8);
  CHECK(rig.memory.at(4) == 9);
  CHECK(rig.memory.at(8) == 8);  // Untouched: memory is filled with addresses.
}

}  // namespace
}  // namespace aie4::array
