// SPDX-License-Identifier: Apache-2.0
// DMA channels at both ends of real routes: host memory -> shim -> memory tile -> shim -> host memory.
// Cycle counts by hand, beside those of the channels: a switch that another tile is at costs 4 cycles, a link 2.
#include "models/array/memory/tile_memory.hpp"
#include "tests/unit/array/dma/dma_rig.hpp"
#include "tests/unit/array/stream/stream_bench.hpp"

namespace aie4::array {
namespace {

constexpr std::uint64_t kHops = 4 + 2 + 4;

/// Shim MM2S_n to memory tile S2MM_n and memory tile MM2S_n to shim S2MM_n, n = 0.
class Loop : public StreamBench {
 public:
  static constexpr std::uint64_t kBase = std::uint64_t{DmaRig::kOwnWord} * 4;

  explicit Loop(const std::function<void(Parameters&)>& change = {})
      : StreamBench(change),
        host(0),
        tile_memory(environment, "column 0/memory tile 1",
                    {.bytes = 3U << 20, .banks = 24, .row_bytes = 64, .bytes_per_cycle = 64}),
        port_(environment, kBase, {&tile_memory}),
        shim_locks("shim_locks", environment, "column 0/shim tile 0", 32),
        locks("locks", environment, "column 0/memory tile 1", 64),
        shim_space_(64, {&shim_locks}),
        space_(64, own_of_15()),
        shim(environment, kShimTile, host, shim_space_, client),
        memory(environment, kMemoryTile, port_, space_, client) {
    const Geometry geometry = environment.geometry();
    for (unsigned channel = 0; channel < 4; ++channel) {
      shim.connect(shim_mm2s(channel), network->source(*mm2s_port(geometry, kShimTile, channel)));
    }
    for (unsigned channel = 0; channel < 10; ++channel) {
      memory.connect(memory_mm2s(channel), network->source(*mm2s_port(geometry, kMemoryTile, channel)));
    }
    network->attach(*s2mm_port(geometry, kShimTile, 0), shim.sink(0));
    network->attach(*s2mm_port(geometry, kMemoryTile, 0), memory.sink(0));
    circuit(kShimTile, PortGroup::Dma, 0, PortGroup::North, 0);
    circuit(kMemoryTile, PortGroup::South, 0, PortGroup::Dma, 0);
    circuit(kMemoryTile, PortGroup::Dma, 0, PortGroup::South, 0);
    circuit(kShimTile, PortGroup::North, 0, PortGroup::Dma, 0);
    host.words.resize(1U << 20U);
    host.keep_log = false;
    settle();
  }

  [[nodiscard]] static unsigned shim_mm2s(unsigned number = 0) {
    return dma_channel_index(TileKind::Shim, DmaDirection::Mm2s, number);
  }
  [[nodiscard]] static unsigned memory_mm2s(unsigned number = 0) {
    return dma_channel_index(TileKind::Memory, DmaDirection::Mm2s, number);
  }
  static void write_bd(DmaEngine& engine, unsigned channel, unsigned bd_id, const BufferDescriptor& bd) {
    const unsigned pool = engine.channels()[channel].pool;
    const BdWords words = encode_bd(dma_pools(engine.kind())[pool].kind, bd);
    for (unsigned word = 0; word < kMaxBdWords; ++word) engine.write_bd(pool, bd_id, word, words.at(word));
  }
  static void push(DmaEngine& engine, unsigned channel, unsigned bd_id, std::uint32_t repeat = 0) {
    engine.push_task(channel, encode_task({false, repeat, bd_id}));
  }
  [[nodiscard]] static bool idle(const DmaEngine& engine, unsigned channel) {
    return (engine.status(channel) & kDmaBusyMask) == 0;
  }

  FakeMemory host;
  TileMemory tile_memory;

 private:
  [[nodiscard]] std::vector<LockUnit*> own_of_15() {
    std::vector<LockUnit*> units(15, nullptr);
    units[7] = &locks;
    return units;
  }

  TileMemoryPort port_;

 public:
  LockUnit shim_locks;
  LockUnit locks;

 private:
  LockSpace shim_space_;
  LockSpace space_;

 public:
  FakeClient client;
  DmaEngine shim;
  DmaEngine memory;
};

TEST_CASE("a BD from a memory tile lands in host memory after start, latency, hops and its beats") {
  Loop loop;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const std::uint32_t value = i * 3;
    std::memcpy(loop.tile_memory.bytes().data() + 4 * std::size_t{i}, &value, 4);
  }
  Loop::write_bd(loop.memory, Loop::memory_mm2s(), 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 4096});
  Loop::write_bd(loop.shim, 0, 0, {.base_address = 0x1000, .buffer_length = 4096, .burst_length = 3});
  Loop::push(loop.memory, Loop::memory_mm2s(), 0);
  Loop::push(loop.shim, 0, 0);
  // The first beat leaves at 11, the last arrives 255 later; the host's memory answers 5 after the FIFO is empty.
  const std::uint64_t landed = 11 + kHops + 255 + 1 + 5;
  DmaRig::run_to(landed - 1);
  CHECK_FALSE(Loop::idle(loop.shim, 0));
  DmaRig::run_to(landed);
  CHECK(Loop::idle(loop.shim, 0));
  CHECK(Loop::idle(loop.memory, Loop::memory_mm2s()));
  for (std::uint32_t i = 0; i < 4096; ++i) REQUIRE(loop.host.at(0x1000 + 4 * i) == i * 3);
}

TEST_CASE("a receiver with small BDs stops a sender with a large one only for its bubbles") {
  Loop loop;
  loop.host.fill_with_addresses();
  Loop::write_bd(loop.shim, Loop::shim_mm2s(), 0, {.base_address = 0, .buffer_length = 16384, .burst_length = 3});
  for (unsigned bd = 0; bd < 16; ++bd) {
    BufferDescriptor piece{.base_address = DmaRig::kOwnWord + 1024 * bd, .buffer_length = 1024};
    piece.use_next_bd = bd != 15;
    piece.next_bd = bd == 15 ? 0 : bd + 1;
    Loop::write_bd(loop.memory, 0, bd, piece);
  }
  Loop::push(loop.shim, Loop::shim_mm2s(), 0);
  Loop::push(loop.memory, 0, 0);
  run(bench::us(5));
  CHECK(Loop::idle(loop.memory, 0));
  // 16 BDs of 64 beats with 15 bubbles.
  CHECK(loop.client.times(DmaEvent::FinishedTask).back() == ns(11 + kHops + 16 * 64 + 15 + 5));
  for (std::uint32_t i = 0; i < 16384; ++i) {
    std::uint32_t value = 0;
    std::memcpy(&value, loop.tile_memory.bytes().data() + 4 * std::size_t{i}, 4);
    REQUIRE(value == 4 * i);
  }
}

TEST_CASE("a receiver without a task stops its sender within the FIFOs of the way") {
  Loop loop;
  Loop::write_bd(loop.shim, Loop::shim_mm2s(), 0, {.base_address = 0, .buffer_length = 16384, .burst_length = 3});
  Loop::push(loop.shim, Loop::shim_mm2s(), 0);
  run(bench::us(2));
  const auto status = decode_status(loop.shim.status(Loop::shim_mm2s()));
  CHECK(status.stalled_stream);
  CHECK(status.status == DmaStatusWord::State::Stalled);
  const std::uint64_t sent = loop.resources.rows().empty() ? 0 : [&] {
    for (const ResourceUse& row : loop.resources.rows()) {
      if (row.name == "column 0/shim tile 0/DMA/MM2S_0") return row.bytes;
    }
    return std::uint64_t{0};
  }();
  // 16 beats of the channel's FIFO; 4 at the input, 4 on the link, 2 at the output.
  CHECK(sent == 64 * (16 + 4 + 4 + 2));
}

TEST_CASE("data go round through two buffers with locks, every word in its place, at nearly the rate of the stream") {
  constexpr std::uint32_t kBuffer = 16384;  // Words.
  constexpr std::uint32_t kBank = 0x8000;   // Words: buffers in two banks do not slow each other down.
  constexpr std::uint32_t kRounds = 16;
  Loop loop;
  loop.host.fill_with_addresses();
  const unsigned in = Loop::shim_mm2s();
  const unsigned out = Loop::memory_mm2s();
  Loop::write_bd(loop.shim, in, 0, {.base_address = 0, .buffer_length = kRounds * kBuffer, .burst_length = 3});
  Loop::write_bd(loop.shim, 0, 1,
                 {.base_address = 4 * kRounds * kBuffer, .buffer_length = kRounds * kBuffer, .burst_length = 3});
  for (unsigned half = 0; half < 2; ++half) {
    BufferDescriptor bd{.base_address = DmaRig::kOwnWord + kBank * half, .buffer_length = kBuffer};
    bd.use_next_bd = half == 0;
    bd.next_bd = 1;
    bd.lock_acq_enable = true;
    bd.lock_acq_value = -1;
    bd.lock_rel_value = 1;
    bd.lock_acq_id = DmaRig::kOwnLock;
    bd.lock_rel_id = DmaRig::kOwnLock + 1;
    Loop::write_bd(loop.memory, 0, half, bd);
    std::swap(bd.lock_acq_id, bd.lock_rel_id);
    Loop::write_bd(loop.memory, out, half, bd);
  }
  loop.locks.set(0, 2);
  Loop::push(loop.memory, 0, 0, kRounds / 2 - 1);
  Loop::push(loop.memory, out, 0, kRounds / 2 - 1);
  Loop::push(loop.shim, 0, 1);
  Loop::push(loop.shim, in, 0);
  const std::uint64_t beats = kRounds * kBuffer / 16;
  run(ns(beats + beats / 5));
  CHECK(Loop::idle(loop.shim, 0));
  for (std::uint32_t i = 0; i < kRounds * kBuffer; ++i) {
    REQUIRE(loop.host.at(4 * std::uint64_t{kRounds * kBuffer + i}) == 4 * i);
  }
  // The first buffer has to be full before it leaves; then both directions run at once.
  const sc_core::sc_time end = loop.client.times(DmaEvent::FinishedTask).back();
  CHECK(end < ns(beats + kBuffer / 16 + kRounds * 80));
  CHECK(end > ns(beats + kBuffer / 16));
}

}  // namespace
}  // namespace aie4::array
