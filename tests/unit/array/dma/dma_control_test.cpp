// SPDX-License-Identifier: Apache-2.0
// Queues, pauses, resets, errors and tokens of DMA channels.
#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/dma_rig.hpp"

namespace aie4::array {
namespace {

constexpr std::uint32_t kFifo = 16 * 16;  // dma.ingress_fifo_beats of 16 words.

TEST_CASE("addresses without memory send zeros, set the error bit and raise the event") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.memory.words.resize(0x100);
  rig.write_bd(channel, 0, {.base_address = 0x200, .buffer_length = 2});
  rig.push(channel, 0);
  run(ns(100));
  CHECK(rig.outputs[channel]->all() == std::vector<std::uint32_t>{0, 0});
  CHECK(rig.status(channel).error_dm_access_to_unavail);
  CHECK(rig.client.times(DmaEvent::Error).size() == 1);
  CHECK(rig.client.times(DmaEvent::HwError).empty());
  CHECK(rig.idle(channel));
}

TEST_CASE("a reset in the middle of a BD leaves a channel at rest that takes new tasks") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.mm2s();
  rig.outputs[channel]->hold(true);
  rig.write_bd(channel, 0, {.buffer_length = 64});
  rig.push(channel, 0);
  rig.push(channel, 0);
  run(ns(50));
  const std::uint32_t reset = encode_control(rig.kind, rig.engine.channels()[channel], {.reset = true});
  rig.engine.set_control(channel, reset);
  CHECK(rig.engine.status(channel) == 0);
  rig.engine.set_control(channel, 0);
  rig.outputs[channel]->hold(false);
  rig.push(channel, 0);
  run(ns(50));
  CHECK(rig.outputs[channel]->sent.size() == 1);
  CHECK(rig.outputs[channel]->sent[0].first_beat == ns(50 + 11));
  CHECK(rig.idle(channel));
}

TEST_CASE("Pause_Stream and dma_pause hold a shim channel up without losing anything") {
  DmaRig rig(kShimTile);
  const unsigned channel = rig.mm2s(2);
  const DmaChannelInfo& info = rig.engine.channels()[channel];
  rig.write_bd(channel, 0, {.buffer_length = 4096, .burst_length = 3});
  rig.engine.set_control(channel, encode_control(rig.kind, info, {.pause_stream = true}));
  rig.engine.push_task(channel, 0x10);  // Half B's own numbering.
  run(ns(100));
  CHECK(rig.outputs[channel]->sent.empty());
  rig.engine.set_paused(channel, true);
  rig.engine.set_control(channel, 0);
  run(bench::us(1));
  // What was read before goes out; nothing more is asked for.
  CHECK(rig.outputs[channel]->all().size() == 2048);
  CHECK_FALSE(rig.idle(channel));
  rig.push(channel, 0);
  run(bench::us(1));
  CHECK(rig.engine.outstanding_transactions(1) == 0);
  CHECK(rig.outputs[channel]->all().size() == 2048);
  rig.engine.set_paused(channel, false);
  run(bench::us(1));
  CHECK(rig.outputs[channel]->all().size() == 8192);
  CHECK(rig.idle(channel));
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

TEST_CASE("tasks of a shim channel start at the pace of the controller that writes their descriptors") {
  DmaRig rig(kShimTile);
  rig.parameters.shim_read_push_ns = 1000;
  const unsigned channel = rig.mm2s();
  for (unsigned i = 0; i < 3; ++i) {
    rig.write_bd(channel, i, {.buffer_length = 16});
    rig.push(channel, i);
  }
  DmaRig::run_to(1500);
  CHECK(rig.client.times(DmaEvent::StartTask) == std::vector{ns(0), ns(1000)});
  DmaRig::run_to(3500);
  CHECK(rig.client.times(DmaEvent::StartTask) == std::vector{ns(0), ns(1000), ns(2000)});
  rig.write_bd(channel, 0, {.buffer_length = 16});
  rig.push(channel, 0);  // Longer ago than that: at once.
  CHECK(rig.client.times(DmaEvent::StartTask).back() == ns(3500));
  // Others have a pace of their own.
  rig.write_bd(rig.mm2s(1), 1, {.buffer_length = 16});
  rig.push(rig.mm2s(1), 1);
  CHECK(rig.client.times(DmaEvent::StartTask).size() == 5);
}

TEST_CASE("tasks of a shim channel with a descriptor that is there already follow each other at once") {
  DmaRig rig(kShimTile);
  rig.parameters.shim_read_push_ns = 1000;
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.buffer_length = 16});
  rig.push(channel, 0);
  DmaRig::run_to(500);
  rig.push(channel, 0);
  CHECK(rig.client.times(DmaEvent::StartTask) == std::vector{ns(0), ns(500)});
}

TEST_CASE("each task of a shim channel starts when it has been through the controller") {
  DmaRig rig(kShimTile);
  rig.parameters.shim_dispatch_ns = 700;
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.buffer_length = 16});
  rig.push(channel, 0);
  DmaRig::run_to(2000);
  rig.push(channel, 0);
  DmaRig::run_to(4000);
  CHECK(rig.client.times(DmaEvent::StartTask) == std::vector{ns(700), ns(2700)});
}

TEST_CASE("tasks that arrive while the first is on its way do not move its start") {
  DmaRig rig(kShimTile);
  rig.parameters.shim_dispatch_ns = 700;
  const unsigned channel = rig.mm2s();
  rig.write_bd(channel, 0, {.buffer_length = 16});
  rig.push(channel, 0);
  DmaRig::run_to(100);
  for (unsigned i = 0; i < 12; ++i) rig.push(channel, 0);
  DmaRig::run_to(799);
  CHECK(rig.client.times(DmaEvent::StartTask) == std::vector{ns(700)});
  DmaRig::run_to(4000);
  CHECK(rig.client.times(DmaEvent::StartTask).size() == 13);
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

}  // namespace
}  // namespace aie4::array
