// SPDX-License-Identifier: Apache-2.0
// Cycle counts by hand: channel start 2, BD setup 4, memory latency 5, bubble 1 (2 if not prefetched), lock acquire 1.
#include "models/array/packet.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/dma_rig.hpp"

namespace aie4::array {
namespace {

constexpr std::uint32_t kFifo = 16 * 16;  // dma.ingress_fifo_beats of 16 words.

TEST_CASE("an S2MM channel is idle only when its last word has landed") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 2, {.base_address = 0x100, .buffer_length = 32});
  CHECK(rig.engine.sink(channel).credit(64) == kFifo + 64);
  rig.push(channel, 2, 0, true);
  CHECK(rig.engine.sink(channel).credit(64) == kFifo + 64 + 32);
  DmaRig::run_to(10);
  CHECK(rig.status(channel).stalled_stream);
  rig.deliver(channel, count_up(32, 1000), ns(10));
  CHECK_FALSE(rig.status(channel).stalled_stream);
  CHECK(rig.engine.sink(channel).credit(64) == kFifo + 64);
  // Beats at 10 and 11, the FIFO is empty at 12, the last word lands 5 later.
  DmaRig::run_to(16);
  CHECK_FALSE(rig.idle(channel));
  CHECK(rig.client.tokens.empty());
  DmaRig::run_to(17);
  CHECK(rig.idle(channel));
  CHECK(rig.client.token_times == std::vector{ns(17)});
  CHECK(rig.memory.at(0x400) == 1000);
  CHECK(rig.memory.at(0x400 + 4 * 31) == 1031);
  CHECK(rig.engine.current_write_count(channel) == 32);
  CHECK(rig.client.times(DmaEvent::StreamStall, EventPhase::Begin) == std::vector{ns(6)});
  CHECK(rig.client.times(DmaEvent::StreamStall, EventPhase::End) == std::vector{ns(10)});
  CHECK(rig.client.times(DmaEvent::FinishedTask) == std::vector{ns(17)});
}

TEST_CASE("words that came before the task wait in the FIFO until the BD is set up") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm(1);
  rig.deliver(channel, count_up(48), ns(1));
  CHECK(rig.engine.sink(channel).credit(0) == kFifo - 48);
  CHECK(rig.idle(channel));
  DmaRig::run_to(100);
  rig.write_bd(channel, 0, {.buffer_length = 48});
  rig.push(channel, 0);
  CHECK(rig.memory.log.at(0).start == ns(106));
  CHECK(rig.engine.sink(channel).credit(0) == kFifo);
  DmaRig::run_to(113);
  CHECK_FALSE(rig.idle(channel));
  DmaRig::run_to(114);
  CHECK(rig.idle(channel));
  CHECK(rig.client.times(DmaEvent::StreamStall, EventPhase::Begin).empty());
}

TEST_CASE("a burst longer than its BD goes on in the next BD of the chain after the bubble") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 0, {.base_address = 0, .buffer_length = 80, .use_next_bd = true, .next_bd = 1});
  rig.write_bd(channel, 1, {.base_address = 1000, .buffer_length = 80});
  rig.push(channel, 0);
  rig.deliver(channel, count_up(160), ns(6));
  run(ns(100));
  REQUIRE(rig.memory.log.size() == 2);
  CHECK(rig.memory.log[0].start == ns(6));
  // 80 words end at 11; one idle cycle, although the words are there.
  CHECK(rig.memory.log[1].start == ns(12));
  CHECK(rig.client.times(DmaEvent::FinishedBd) == std::vector{ns(11 + 5), ns(12 + 5 + 5)});
  CHECK(rig.memory.at(4 * 1000) == 80);
}

TEST_CASE("a slow memory pushes back: the next burst may not come earlier than the FIFO drains") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.memory.cycles_per_beat = 4;
  rig.write_bd(channel, 0, {.buffer_length = 4096});
  rig.push(channel, 0);
  DmaRig::run_to(6);
  rig.deliver(channel, count_up(1024), ns(6));
  // 64 beats need 256 cycles; 16 beats of FIFO and 4 of the route may be full meanwhile.
  CHECK(rig.engine.sink(channel).ready_at(64) == ns(6 + 256 - 20));
  rig.deliver(channel, count_up(1024), rig.engine.sink(channel).ready_at(64));
  CHECK(rig.memory.log.at(1).start == ns(6 + 256));
  CHECK(rig.engine.sink(channel).ready_at(64) == ns(6 + 512 - 20));
  DmaRig::run_to(6 + 256);
  CHECK(rig.engine.current_write_count(channel) == 1024);
  DmaRig::run_to(6 + 256 + 64);
  CHECK(rig.engine.current_write_count(channel) == 1024 + 256);
  CHECK(rig.client.times(DmaEvent::MemoryStall, EventPhase::Begin).size() == 2);
}

TEST_CASE("the 17th waiting task overflows the queue, sticky, with an error event") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 0, {.base_address = 0, .buffer_length = 16});
  rig.push(channel, 0);  // Runs.
  for (int i = 0; i < 16; ++i) rig.push(channel, 0);
  CHECK(rig.status(channel).task_queue_size == 16);
  CHECK_FALSE(rig.status(channel).task_queue_overflow);
  rig.push(channel, 0);
  CHECK(rig.status(channel).task_queue_size == 16);
  CHECK(rig.status(channel).task_queue_overflow);
  CHECK(rig.client.times(DmaEvent::Error).size() == 1);
  // 17 tasks run, no 18th.
  for (int i = 0; i < 17; ++i) {
    rig.deliver(channel, count_up(16), now());
    run(ns(20));
  }
  CHECK(rig.idle(channel));
  CHECK(rig.client.times(DmaEvent::FinishedTask).size() == 17);
  CHECK(rig.status(channel).task_queue_overflow);
}

TEST_CASE("control and trace channels of the shim have queues of 8 and 4") {
  DmaRig rig(kShimTile);
  const unsigned trace = dma_channel_index(rig.kind, DmaDirection::S2mm, 0, DmaRole::Trace);
  const unsigned control = dma_channel_index(rig.kind, DmaDirection::Mm2s, 1, DmaRole::Control);
  for (const auto& [channel, depth] : {std::pair{trace, 4U}, std::pair{control, 8U}}) {
    if (channel == control) rig.outputs[channel]->hold(true);
    rig.write_bd(channel, 0, {.buffer_length = 16});
    for (unsigned i = 0; i < 1 + depth; ++i) rig.push(channel, 0);
    CHECK(rig.status(channel).task_queue_size == depth);
    CHECK_FALSE(rig.status(channel).task_queue_overflow);
    rig.push(channel, 0);
    CHECK(rig.status(channel).task_queue_overflow);
  }
}

TEST_CASE("half B of the shim has its own BDs under both numberings") {
  DmaRig rig(kShimTile);
  const unsigned a = rig.s2mm(0);
  const unsigned b = rig.s2mm(1);
  rig.write_bd(a, 1, {.base_address = 0x100, .buffer_length = 1});
  rig.write_bd(b, 1, {.base_address = 0x200, .buffer_length = 1});
  rig.engine.push_task(a, 1);
  rig.engine.push_task(b, 0x11);
  rig.deliver(a, {11}, ns(10));
  rig.deliver(b, {22}, ns(10));
  run(ns(100));
  CHECK(rig.memory.at(0x100) == 11);
  CHECK(rig.memory.at(0x200) == 22);
}

TEST_CASE("a lock is acquired before the first word is taken and released after the last has landed") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  BufferDescriptor bd{.base_address = 0, .buffer_length = 16};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = 3;
  bd.lock_acq_value = 1;
  bd.lock_rel_id = 4;
  bd.lock_rel_value = 1;
  rig.write_bd(channel, 0, bd);
  rig.push(channel, 0);
  rig.deliver(channel, count_up(16), ns(8));
  DmaRig::run_to(20);
  CHECK(rig.status(channel).stalled_lock_acq);
  CHECK(rig.memory.log.empty());
  rig.locks.set(3, 1);
  DmaRig::run_to(21);
  CHECK(rig.memory.log.at(0).start == ns(21));
  DmaRig::run_to(27);  // Taken at 22, landed at 27, released a cycle later.
  CHECK(rig.idle(channel));
  CHECK(rig.locks.value(4) == 0);
  DmaRig::run_to(28);
  CHECK(rig.locks.value(4) == 1);
  CHECK(rig.locks.value(3) == 0);
}

TEST_CASE("a lock that does not exist is an error and a wait that the hang report names") {
  DmaRig rig(kMemoryTile);
  const unsigned channel = rig.s2mm();
  BufferDescriptor bd{.base_address = DmaRig::kOwnWord, .buffer_length = 16};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = 1000;
  rig.write_bd(channel, 0, bd);
  rig.push(channel, 0);
  run(ns(20));
  CHECK(rig.status(channel).error_lock_access_to_unavail);
  REQUIRE(rig.waits.hang_report().size() == 1);
  CHECK(rig.waits.hang_report()[0].find("does not exist") != std::string::npos);
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

TEST_CASE("finish-on-TLAST ends a BD at TLAST; length without TLAST is an error") {
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

TEST_CASE("a full token queue stalls the channel until it drains") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.client.full = true;
  rig.write_bd(channel, 0, {.buffer_length = 0});
  rig.push(channel, 0, 0, true);
  rig.push(channel, 0, 0, true);
  run(ns(50));
  CHECK(rig.status(channel).stalled_tct_or_count_fifo_full);
  CHECK_FALSE(rig.idle(channel));
  CHECK(rig.client.times(DmaEvent::FinishedTask).empty());
  rig.client.full = false;
  rig.engine.token_queue_drained();
  run(ns(50));
  CHECK(rig.client.tokens.size() == 2);
  CHECK(rig.idle(channel));
  CHECK(rig.client.times(DmaEvent::TaskTokenStall, EventPhase::Begin).size() == 1);
  CHECK(rig.client.times(DmaEvent::TaskTokenStall, EventPhase::End).size() == 1);
}

TEST_CASE("channels of a compute tile share the iteration counters of their BDs") {
  DmaRig rig(kComputeTile);
  rig.write_bd(rig.s2mm(0), 0, {.buffer_length = 1, .iteration_stepsize = 8, .iteration_wrap = 3});
  rig.push(rig.s2mm(0), 0);
  rig.deliver(rig.s2mm(0), {1}, ns(10));
  run(ns(50));
  rig.push(rig.s2mm(1), 0);
  rig.deliver(rig.s2mm(1), {2}, now());
  run(ns(50));
  CHECK(rig.memory.at(0) == 1);
  CHECK(rig.memory.at(32) == 2);
}

TEST_CASE("a shim channel counts the writes under way and is idle when the last response is there") {
  DmaRig rig(kShimTile);
  rig.memory.latency = 100;
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 0, {.buffer_length = 3 * 128, .burst_length = 3});
  rig.push(channel, 0);
  for (std::uint64_t i = 0; i < 3; ++i) rig.deliver(channel, count_up(128), ns(6 + 8 * i));
  DmaRig::run_to(20);
  CHECK(rig.engine.outstanding_transactions(0) == 3);
  DmaRig::run_to(6 + 8 + 100);
  CHECK(rig.engine.outstanding_transactions(0) == 2);
  DmaRig::run_to(6 + 3 * 8 + 100 - 1);
  CHECK_FALSE(rig.idle(channel));
  DmaRig::run_to(6 + 3 * 8 + 100);
  CHECK(rig.idle(channel));
  CHECK(rig.engine.outstanding_transactions(0) == 0);
}

TEST_CASE("an error response of host memory raises dma_error and dma_hw_error and the task goes on") {
  DmaRig rig(kShimTile);
  rig.memory.failure = MemoryStatus::SlaveError;
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 0, {.base_address = 0x1'0000'0000, .buffer_length = 16});
  rig.push(channel, 0, 0, true);
  rig.deliver(channel, count_up(16), ns(10));
  run(ns(50));
  CHECK(rig.client.times(DmaEvent::Error).size() == 1);
  CHECK(rig.client.times(DmaEvent::HwError).size() == 1);
  CHECK_FALSE(rig.status(channel).error_dm_access_to_unavail);
  CHECK(rig.client.tokens.size() == 1);
}

TEST_CASE("a paused S2MM channel keeps what its FIFO holds and goes on later") {
  DmaRig rig(kShimTile);
  const unsigned channel = rig.s2mm();
  rig.write_bd(channel, 0, {.buffer_length = 64});
  rig.push(channel, 0);
  rig.engine.set_paused(channel, true);
  CHECK(rig.engine.sink(channel).credit(0) == kFifo);
  rig.deliver(channel, count_up(64), ns(10));
  run(ns(100));
  CHECK(rig.memory.log.empty());
  rig.engine.set_paused(channel, false);
  run(ns(100));
  CHECK(rig.memory.log.at(0).start == ns(100));
  CHECK(rig.idle(channel));
}

TEST_CASE("a channel of the DMA at rest costs no kernel events") {
  DmaRig rig(kMemoryTile);
  run(bench::us(10));
  CHECK_FALSE(sc_core::sc_pending_activity());
}

}  // namespace
}  // namespace aie4::array
