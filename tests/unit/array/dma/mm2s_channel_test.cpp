// SPDX-License-Identifier: Apache-2.0
// Cycle counts by hand: channel start 2, BD setup 4, memory latency 5, bubble 1 (2 if not prefetched), lock acquire 1.
#include "models/array/stream/packet.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/dma_rig.hpp"

namespace aie4::array {
namespace {

TEST_CASE("a linear MM2S BD leaves start, setup and memory latency after its task") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 3, {.base_address = 0x10, .buffer_length = 64});
  rig.push(channel, 3);
  CHECK(rig.status(channel).status == DmaStatusWord::State::Starting);
  CHECK(rig.status(channel).channel_running);
  DmaRig::run_to(14);
  CHECK_FALSE(rig.idle(channel));
  CHECK(rig.status(channel).cur_bd == 3);
  DmaRig::run_to(15);
  CHECK(rig.idle(channel));

  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].first_beat == ns(2 + 4 + 5));
  CHECK(sent[0].end == ns(2 + 4 + 5 + 4));
  CHECK(sent[0].tlast);
  CHECK(sent[0].words.front() == 0x40);
  CHECK(sent[0].words.back() == 0x40 + 4 * 63);
  CHECK(rig.memory.log.at(0).start == ns(6));
  CHECK(rig.client.times(DmaEvent::StartTask) == std::vector{ns(0)});
  CHECK(rig.client.times(DmaEvent::StartBd) == std::vector{ns(11)});
  CHECK(rig.client.times(DmaEvent::FinishedBd) == std::vector{ns(15)});
  CHECK(rig.client.times(DmaEvent::FinishedTask) == std::vector{ns(15)});
  CHECK(rig.client.times(DmaEvent::Running, EventPhase::End) == std::vector{ns(15)});
}

TEST_CASE("bursts of a long MM2S BD follow each other without a gap") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 16384});
  rig.push(channel, 0);
  run(bench::us(10));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 16);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(sent[i].first_beat == ns(11 + 64 * i));
    CHECK(sent[i].tlast == (i == 15));
  }
  CHECK(rig.client.times(DmaEvent::FinishedTask) == std::vector{ns(11 + 1024)});
  CHECK(rig.client.times(DmaEvent::MemoryStall, EventPhase::Begin).empty());
}

TEST_CASE("a strided MM2S BD is as fast as its memory: one beat a row") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  // 32 rows of 4 words: 8 beats on the stream, 32 accesses.
  rig.write_bd(channel, 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 128, .d1_stepsize = 100, .d0_wrap = 4});
  rig.push(channel, 0);
  run(ns(200));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 1);
  // The last word is read at 6 + 32 + 5; the beats leave so that none is late.
  CHECK(sent[0].end == ns(43));
  CHECK(sent[0].words[5] == (DmaRig::kOwnWord + 101) * 4);
  CHECK(rig.client.times(DmaEvent::FinishedTask) == std::vector{ns(43)});
}

TEST_CASE("between prefetched BDs of a chain one beat is idle, between very short ones two") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.base_address = 0, .buffer_length = 64, .use_next_bd = true, .next_bd = 1});
  rig.write_bd(channel, 1, {.base_address = 64, .buffer_length = 64, .use_next_bd = true, .next_bd = 2});
  rig.write_bd(channel, 2, {.base_address = 128, .buffer_length = 16, .use_next_bd = true, .next_bd = 3});
  rig.write_bd(channel, 3, {.base_address = 144, .buffer_length = 16});
  rig.push(channel, 0);
  run(ns(200));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 4);
  CHECK(sent[0].first_beat == ns(11));
  CHECK(sent[1].first_beat == ns(11 + 4 + 1));
  CHECK(sent[2].first_beat == ns(16 + 4 + 1));
  CHECK(sent[3].first_beat == ns(21 + 1 + 2));
  CHECK(rig.client.times(DmaEvent::FinishedBd) == std::vector{ns(15), ns(20), ns(22), ns(25)});
  CHECK(rig.client.times(DmaEvent::FinishedTask) == std::vector{ns(25)});
}

TEST_CASE("a repeated BD with an iteration moves on once an execution and starts over after its wrap") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.base_address = 0, .buffer_length = 1, .iteration_stepsize = 10, .iteration_wrap = 2});
  rig.push(channel, 0, 4, true);
  run(ns(200));
  CHECK(rig.outputs[channel]->all() == std::vector<std::uint32_t>{0, 40, 80, 0, 40});
  CHECK(rig.client.tokens.size() == 1);
  CHECK(rig.client.times(DmaEvent::FinishedBd).size() == 5);
  CHECK(rig.client.times(DmaEvent::FinishedTask).size() == 1);
  // Written back: the next task goes on at iteration 2.
  rig.push(channel, 0);
  run(ns(200));
  CHECK(rig.outputs[channel]->all().back() == 80);
}

TEST_CASE("an MM2S BD waits for its lock and reads a cycle after it is granted") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s(9);
  BufferDescriptor bd{.base_address = DmaRig::kOwnWord, .buffer_length = 16};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = DmaRig::kOwnLock + 5;
  bd.lock_acq_value = -1;
  bd.lock_rel_id = DmaRig::kOwnLock + 6;
  bd.lock_rel_value = 1;
  rig.write_bd(channel, 0, bd);
  rig.push(channel, 0);
  DmaRig::run_to(50);
  CHECK(rig.status(channel).stalled_lock_acq);
  CHECK(rig.status(channel).status == DmaStatusWord::State::Stalled);
  CHECK((rig.engine.status(channel) & 0x4) != 0);
  CHECK(rig.memory.log.empty());
  CHECK(rig.waits.hang_report().size() == 1);

  DmaRig::run_to(100);
  rig.locks.release(5, 1, "the test");
  DmaRig::run_to(101);
  CHECK_FALSE(rig.status(channel).stalled_lock_acq);
  DmaRig::run_to(107);
  CHECK(rig.outputs[channel]->sent.at(0).first_beat == ns(100 + 1 + 5));
  CHECK(rig.locks.value(5) == 0);
  CHECK(rig.client.times(DmaEvent::StalledLock, EventPhase::Begin) == std::vector{ns(6)});
  CHECK(rig.client.times(DmaEvent::StalledLock, EventPhase::End) == std::vector{ns(101)});
  // The release of a memory tile shows 63 cycles after the BD.
  DmaRig::run_to(107 + 62);
  CHECK(rig.locks.value(6) == 0);
  CHECK(rig.idle(channel));
  DmaRig::run_to(107 + 63);
  CHECK(rig.locks.value(6) == 1);
}

TEST_CASE("a dummy acquire of 0 on a lock that holds 0 succeeds at once and changes nothing") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  BufferDescriptor bd{.base_address = DmaRig::kOwnWord, .buffer_length = 16};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = DmaRig::kOwnLock;
  rig.write_bd(channel, 0, bd);
  rig.push(channel, 0);
  run(ns(100));
  CHECK(rig.outputs[channel]->sent.at(0).first_beat == ns(6 + 1 + 5));
  CHECK(rig.locks.value(0) == 0);
}

TEST_CASE("a zero-length BD passes its locks on and sends nothing") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  BufferDescriptor bd{.base_address = DmaRig::kOwnWord, .buffer_length = 0};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = DmaRig::kOwnLock;
  bd.lock_acq_value = -2;
  bd.lock_rel_id = DmaRig::kOwnLock + 1;
  bd.lock_rel_value = 2;
  bd.enable_packet = true;
  rig.write_bd(channel, 0, bd);
  rig.locks.set(0, 2);
  rig.push(channel, 0, 0, true);
  DmaRig::run_to(6);
  CHECK_FALSE(rig.idle(channel));
  DmaRig::run_to(7);
  CHECK(rig.idle(channel));
  CHECK(rig.client.tokens.size() == 1);
  DmaRig::run_to(70);
  CHECK(rig.locks.value(0) == 0);
  CHECK(rig.locks.value(1) == 2);
  CHECK(rig.outputs[channel]->sent.empty());
}

TEST_CASE("zero-length BDs without locks finish on every channel that save and restore run them on") {
  DmaRig rig(kShimTile);
  for (const unsigned channel : {rig.mm2s(0), rig.mm2s(3), rig.s2mm(0), rig.s2mm(1)}) {
    rig.write_bd(channel, 0, {.buffer_length = 0});
    rig.push(channel, 0);
    CHECK_FALSE(rig.idle(channel));
  }
  run(ns(10));
  for (const unsigned channel : {rig.mm2s(0), rig.mm2s(3), rig.s2mm(0), rig.s2mm(1)}) CHECK(rig.idle(channel));
}

TEST_CASE("a padded MM2S BD of a memory tile sends the pad value around its rows") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  BufferDescriptor bd{.base_address = DmaRig::kOwnWord, .buffer_length = 4, .d1_stepsize = 16, .d0_wrap = 2};
  bd.d1_wrap = 2;
  bd.d0_pad_before = 1;
  bd.d0_pad_after = 1;
  bd.d1_pad_before = 1;
  rig.write_bd(channel, 0, bd);
  rig.engine.set_constant_pad_value(channel, 7);
  rig.push(channel, 0);
  run(ns(100));
  const std::uint32_t base = DmaRig::kOwnWord * 4;
  CHECK(rig.outputs[channel]->all() ==
        std::vector<std::uint32_t>{7, 7, 7, 7, 7, base, base + 4, 7, 7, base + 64, base + 68, 7});
  // Two rows: two accesses, read by 6 + 2 + 5; the single beat is there a cycle before.
  CHECK(rig.outputs[channel]->sent.at(0).end == ns(13));
}

TEST_CASE("padding that is not allowed sets the error bit and is left out") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 4, .d0_pad_after = 1});
  rig.push(channel, 0);
  run(ns(100));
  CHECK(rig.outputs[channel]->all().size() == 4);
  CHECK(rig.status(channel).error_bd_invalid);
  CHECK(rig.client.times(DmaEvent::Error).size() == 1);
}

TEST_CASE("a packet BD begins with a header that takes a beat of its own") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  BufferDescriptor bd{.base_address = DmaRig::kOwnWord, .buffer_length = 16};
  bd.enable_packet = true;
  bd.packet_id = 9;
  bd.out_of_order_bd_id = 5;
  rig.write_bd(channel, 0, bd);
  rig.engine.set_control(channel, encode_control(rig.kind, rig.engine.channels()[channel], {.packet_type = 3}));
  rig.push(channel, 0, 1);
  run(ns(100));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 2);
  for (const auto& burst : sent) {
    REQUIRE(burst.words.size() == 17);
    CHECK(burst.header);
    CHECK(burst.tlast);
    const PacketHeader header = decode_packet_header(burst.words[0]);
    CHECK(header == PacketHeader{.id = 9, .out_of_order_bd = 5, .packet_type = 3, .source = kMemoryTile});
    CHECK(parity_is_odd(burst.words[0]));
  }
  // The header does not wait for the memory: it leaves a cycle before the data are there.
  CHECK(sent[0].first_beat == ns(10));
  CHECK(sent[0].end == ns(12));
}

TEST_CASE("TLAST_Suppress leaves the last word of a BD without TLAST") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.buffer_length = 4, .use_next_bd = true, .next_bd = 1, .tlast_suppress = true});
  rig.write_bd(channel, 1, {.buffer_length = 4});
  rig.push(channel, 0);
  run(ns(100));
  REQUIRE(rig.outputs[channel]->sent.size() == 2);
  CHECK_FALSE(rig.outputs[channel]->sent[0].tlast);
  CHECK(rig.outputs[channel]->sent[1].tlast);
}

TEST_CASE("a stream that takes little at a time gets every word once and TLAST with the last") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.outputs[channel]->grant = 48;
  rig.write_bd(channel, 0, {.buffer_length = 100});
  rig.push(channel, 0);
  run(ns(100));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 3);
  CHECK(rig.outputs[channel]->all().size() == 100);
  CHECK(rig.outputs[channel]->all()[99] == 396);
  CHECK_FALSE(sent[1].tlast);
  CHECK(sent[2].tlast);
  CHECK(sent[2].end == ns(11 + 7));
}

TEST_CASE("a stream that stands still shows as backpressure and costs exactly its time") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.outputs[channel]->hold(true);
  rig.write_bd(channel, 0, {.buffer_length = 16});
  rig.push(channel, 0);
  DmaRig::run_to(40);
  CHECK(rig.status(channel).stalled_stream);
  CHECK((rig.engine.status(channel) & 0x10) != 0);
  rig.outputs[channel]->hold(false);
  settle();
  CHECK(rig.outputs[channel]->sent.at(0).first_beat == ns(40));
  CHECK(rig.client.times(DmaEvent::StreamStall, EventPhase::Begin) == std::vector{ns(11)});
  CHECK(rig.client.times(DmaEvent::StreamStall, EventPhase::End) == std::vector{ns(40)});
  run(ns(10));
  CHECK(rig.idle(channel));
}

TEST_CASE("words for a narrow switch leave one a cycle, the first as soon as it was read") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.mm2s();
  rig.outputs[channel]->width = 1;
  rig.write_bd(channel, 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 32});
  rig.push(channel, 0);
  run(ns(100));
  CHECK(rig.outputs[channel]->sent.at(0).first_beat == ns(11));
  CHECK(rig.outputs[channel]->sent.at(0).end == ns(43));
}

TEST_CASE("a shim channel asks early enough to hide the latency of host memory") {
  DmaRig rig(kShimTile);
  const unsigned channel = rig.mm2s();
  rig.memory.latency = 400;
  rig.write_bd(channel, 0, {.base_address = 0, .buffer_length = 32768, .burst_length = 3});
  rig.push(channel, 0);
  DmaRig::run_to(100);
  CHECK(rig.engine.outstanding_transactions(0) == 7);
  CHECK(rig.engine.outstanding_transactions(1) == 0);
  run(bench::us(20));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 32);
  for (std::size_t i = 0; i < sent.size(); ++i) CHECK(sent[i].first_beat == ns(6 + 400 + 64 * i));
  CHECK(rig.engine.outstanding_transactions(0) == 0);
  CHECK(rig.idle(channel));
}

TEST_CASE("a shim channel that may ask for little ahead is bound by the latency of host memory") {
  DmaRig rig(kShimTile);
  rig.parameters.dma_shim_read_ahead_bytes = 8192;
  const unsigned channel = rig.mm2s();
  rig.memory.latency = 400;
  rig.write_bd(channel, 0, {.base_address = 0, .buffer_length = 4096, .burst_length = 3});
  rig.push(channel, 0);
  run(bench::us(20));
  const auto& sent = rig.outputs[channel]->sent;
  REQUIRE(sent.size() == 4);
  CHECK(sent[0].first_beat == ns(6 + 400));
  CHECK(sent[1].first_beat == ns(6 + 64 + 400));
  // The third is asked for when the first leaves.
  CHECK(sent[2].first_beat == ns(406 + 400));
  CHECK(sent[3].first_beat == ns(470 + 400));
}

}  // namespace
}  // namespace aie4::array
