// SPDX-License-Identifier: Apache-2.0
// Cycle counts by hand: channel start 2, BD setup 4, memory latency 5, bubble 1 (2 if not prefetched), lock acquire 1.
#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/dma_rig.hpp"

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

}  // namespace
}  // namespace aie4::array
