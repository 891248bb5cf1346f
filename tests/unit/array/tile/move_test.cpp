// SPDX-License-Identifier: Apache-2.0
// Data through the array by nothing but register accesses.
#include "models/common/fresh_kernel.hpp"
#include "tests/unit/array/tile/array_bench.hpp"

namespace aie4::array {
namespace {

using bench::ns;
using bench::settle;

struct Bench : ArrayBench {
  /// Column 0, half A: host -> shim MM2S_0 -> memory S2MM_0 -> memory MM2S_0 -> shim S2MM_0 -> host.
  void loop(std::uint32_t words) {
    write(0x8020, kEnable | 0);  // North_0 from MM2S_0.
    enable_subordinate(0, TileKind::Shim, "dma_0");
    write(kMemory + 0x2'0000, kEnable | 0xE);  // S2MM_0 from South_0.
    enable_subordinate(kMemory, TileKind::Memory, "south_0");
    write(kMemory + 0x2'0014, kEnable | 0);  // South_0 from MM2S_0.
    enable_subordinate(kMemory, TileKind::Memory, "dma_0");
    write(0x8000, kEnable | 0x12);  // S2MM_0 from North_0.
    enable_subordinate(0, TileKind::Shim, "north_0");

    write(kMemory + 0x1'0000, 1);  // Lock 0: the buffer is free.
    shim_bd(0x1'8000, kHost, words);
    shim_bd(0x1'8030, kHost + (4 << 20), words);
    memory_bd(kMemory + 0x8000, 0x80'0100, words, 448, 449);
    memory_bd(kMemory + 0x8C00, 0x80'0100, words, 449, 448);
    write(kMemory + 0x9E04, 0);
    write(kMemory + 0x9E64, 0);
    write(0x1'8544, 1);  // S2MM_0: BD 1.
    write(0x1'8554, 0);  // MM2S_0: BD 0.
  }
  void fill(std::uint32_t words) {
    for (std::uint32_t word = 0; word < words; ++word) host.put(kHost + 4 * word, word * 2'654'435'761U + 1);
  }
  [[nodiscard]] std::uint32_t wrong_words(std::uint32_t words) const {
    std::uint32_t wrong = 0;
    for (std::uint32_t word = 0; word < words; ++word) {
      if (host.get(kHost + (4 << 20) + 4 * word) != word * 2'654'435'761U + 1) ++wrong;
    }
    return wrong;
  }
};

TEST_CASE("Register writes alone move data from host memory through a memory tile and back") {
  for (const std::uint32_t words : {1U, 16U, 1000U, 1U << 18}) {
    DYNAMIC_SECTION(words << " words") {
      const FreshKernel kernel;
      Bench bench;
      bench.fill(words);
      bench.loop(words);
      CHECK((bench.read(0x1'8570) & kBusy) != 0);
      CHECK(bench::run_until([&] { return (bench.read(0x1'8570) & kBusy) == 0; }));
      CHECK(bench.wrong_words(words) == 0);
      for (const std::uint64_t status : {std::uint64_t{0x1'8580}, kMemory + 0x9ED0, kMemory + 0x9F00}) {
        CHECK((bench.read(status) & kBusy) == 0);
      }
      bench::run(ns(1000));
      CHECK(bench.read(kMemory + 0x1'0000) == 1);  // Back where it began.
      CHECK(bench.read(kMemory + 0x1'0010) == 0);
      CHECK(bench.waits.hang_report().empty());
      CHECK(bench.text() == "");
      REQUIRE_FALSE(bench.host.log.empty());
      CHECK(bench.host.log.front().engine == "column 0/shim tile 0/DMA/MM2S_0");
      CHECK(bench.host.log.front().context == 7);
      CHECK(bench.host.log.front().function == 1);
    }
  }
}

TEST_CASE("A large transfer goes at the rate of its narrowest part") {
  Bench bench;
  constexpr std::uint32_t kWords = 1U << 18;
  bench.fill(kWords);
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  bench.loop(kWords);
  CHECK(bench::run_until([&] { return (bench.read(0x1'8570) & kBusy) == 0; }));
  const double nanoseconds = (sc_core::sc_time_stamp() - start) / ns(1);
  // 1 MiB in and 1 MiB out, one after the other (one buffer): each at no more than 32 bursts of 512 bytes in 400 ns.
  const double least = 2 * double{kWords} * 4 / (32 * 512.0 / 400.0);
  CHECK(nanoseconds > least);
  CHECK(nanoseconds < least + 5000);
}

TEST_CASE("A refused host address is reported by each channel, and its task ends") {
  Bench bench;
  bench.loop(16);
  bench.host.refuse = true;
  bench::run(ns(10'000));
  CHECK((bench.read(0x1'8580) & kBusy) == 0);
  CHECK((bench.read(0x1'8570) & kBusy) == 0);
  CHECK(bench.count(FaultCategory::GuestError, "column 0/shim tile 0/DMA/MM2S_0: expected addresses of memory") == 1);
  CHECK(bench.count(FaultCategory::GuestError, "column 0/shim tile 0/DMA/S2MM_0: expected addresses of memory") == 1);
  CHECK(bench.seen.size() == 2);
  // dma_error and dma_hw_error of the shim tile.
  CHECK((bench.read(0x4150 + 4 * (157 / 32)) >> 157 % 32 & 1) == 1);
  CHECK((bench.read(0x4150 + 4 * (160 / 32)) >> 160 % 32 & 1) == 1);
}

TEST_CASE("A reset of the column ends what runs and lets it run again") {
  Bench bench;
  bench.fill(16);
  bench.loop(1U << 18);
  bench::run(ns(5000));
  bench.write(0xE'00A0, 3);
  settle();
  for (const std::uint64_t status :
       {std::uint64_t{0x1'8570}, std::uint64_t{0x1'8580}, kMemory + 0x9ED0, kMemory + 0x9F00}) {
    CHECK(bench.read(status) == 0);
  }
  CHECK(bench.read(0x8020) == 0);
  CHECK(bench.read(kMemory + 0x8000) == 0);
  bench::run(ns(5000));
  bench.write(0xE'00A0, 0);
  bench.loop(16);
  CHECK(bench::run_until([&] { return (bench.read(0x1'8570) & kBusy) == 0; }));
  CHECK(bench.wrong_words(16) == 0);
}

TEST_CASE("A memory tile's DMA reads its neighbours in the west and in the east") {
  Bench bench;
  constexpr std::uint64_t kOwn = kColumn + kMemory;
  // Words of tile 0 (west) and tile 2 (east) through MM2S_0 of tile 1 into S2MM_0 of tile 1.
  bench.write(kMemory + 0x10'0000 + 0x40, 0xAAAA);
  bench.write(2 * kColumn + kMemory + 0x10'0000 + 0x40, 0xBBBB);
  bench.write(kOwn + 0x2'0000, kEnable | 0);  // S2MM_0 from MM2S_0.
  bench.enable_subordinate(kOwn, TileKind::Memory, "dma_0");
  const auto linear = [&](std::uint64_t at, std::uint32_t word, std::uint32_t next) {
    bench.write_words(at, {word, 1, 0, 1, 1, 1, 1, 0, 0, 0, next});
  };
  linear(kOwn + 0x8C00, 0x80'0000 - 0xC'0000 + 0x10, 1U << 27 | 1U << 26);
  linear(kOwn + 0x8C30, 0x80'0000 + 0xC'0000 + 0x10, 0);
  bench.write_words(kOwn + 0x8000, {0x80'0000, 2, 0, 1, 1, 1, 1, 0, 0, 0, 0});
  bench.write(kOwn + 0x9E04, 0);
  bench.write(kOwn + 0x9E64, 0);
  bench::run(ns(2000));
  CHECK(bench.read(kOwn + 0x10'0000) == 0xAAAA);
  CHECK(bench.read(kOwn + 0x10'0004) == 0xBBBB);
  CHECK((bench.read(kOwn + 0x9ED0) & kBusy) == 0);
}

TEST_CASE("A task-complete token arrives at the microcontroller port of the shim tile") {
  Bench bench;
  bench.fill(16);
  // tile_ctrl input of the narrow switch, packet mode, slot for ID 0 -> arbiter 0; manager uC takes arbiter 0.
  bench.write(0x81B0, 0xC000'0000);
  bench.write(0x81D0, 0x0001'0100);
  bench.write(0x8190, 0xC000'0078);
  bench.loop(16);
  bench::run_until([&] { return (bench.read(0x1'8570) & kBusy) == 0; });
  bench.write(0x1'8544, kEnable | 1);  // S2MM_0 again, with a token: actor 0.
  bench.write(kMemory + 0x9E04, 0);
  bench.write(kMemory + 0x9E64, 0);
  bench.write(0x1'8554, kEnable | 0);  // MM2S_0: actor 6.
  bench::run(ns(10'000));
  TokenCounter& tokens = bench.array->shim_tile(0).tokens(registers::Half::A);
  CHECK(tokens.waiting({0, 0}, 0) == 1);
  CHECK(tokens.waiting({0, 0}, 6) == 1);
  CHECK(tokens.received() == 2);
}

TEST_CASE("What the DMA and the ports of a switch do is seen as events and counted") {
  Bench bench;
  bench.fill(1024);
  // Memory tile, half A: event port 0 is manager South_0 (id 10). Counter 0: cycles in which it runs (106); counter 1:
  // TLASTs (108). Counter 2: cycles in which S2MM_0 runs (67); counter 3: finished buffer descriptors of MM2S_0 (49).
  bench.write(kMemory + 0x2'0250, 1U << 5 | 10);
  bench.write(kMemory + 0x0, 106U | 106U << 8 | 108U << 16 | 108U << 24);
  bench.write(kMemory + 0x4, 67U | 67U << 8 | 49U << 16 | 49U << 24);
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  bench.loop(1024);
  bench::run_until([&] { return (bench.read(kMemory + 0x9ED0) & kBusy) == 0; });
  const auto ran = static_cast<std::uint32_t>((sc_core::sc_time_stamp() - start) / ns(1));
  bench::run_until([&] { return (bench.read(0x1'8570) & kBusy) == 0; });
  bench::run(ns(1000));
  CHECK(bench.read(kMemory + 0x20) == 64);  // 64 beats of 16 words.
  CHECK(bench.read(kMemory + 0x24) == 1);
  CHECK(bench.read(kMemory + 0x28) == ran);
  CHECK(bench.read(kMemory + 0x2C) == 1);
  // Shim: dma_s2mm_0_finished_task 58, dma_mm2s_0_start_task 46; memory: dma_mm2s_sel0_start_bd 41.
  CHECK((bench.read(0x4150 + 4) >> (58 - 32) & 1) == 1);
  CHECK((bench.read(0x4150 + 4) >> (46 - 32) & 1) == 1);
  CHECK((bench.read(kMemory + 0x174) >> (41 - 32) & 1) == 1);
}

TEST_CASE("The array stands still at no cost: nothing is pending after a transfer") {
  Bench bench;
  bench.loop(16);
  bench::run_until([&] { return (bench.read(0x1'8570) & kBusy) == 0; });
  bench::run(ns(1000));
  CHECK_FALSE(sc_core::sc_pending_activity());
}

}  // namespace
}  // namespace aie4::array
