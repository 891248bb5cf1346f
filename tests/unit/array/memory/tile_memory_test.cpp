// SPDX-License-Identifier: Apache-2.0
// Tile memories: windows, data, the time of a burst, conflicts of banks.
#include "models/array/memory/tile_memory.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {
namespace {

using bench::ns;

constexpr std::uint64_t kOwn = 0x200'0000;    // Byte address of the own memory: word 0x800000.
constexpr std::uint64_t kWindow = 0x30'0000;  // 3 MiB.

struct MemoryTiles : Surroundings {
  std::vector<std::unique_ptr<TileMemory>> memories;
  std::vector<TileMemory*> windows = std::vector<TileMemory*>(15, nullptr);
  std::unique_ptr<TileMemoryPort> port;

  MemoryTiles() {
    for (unsigned tile = 6; tile <= 8; ++tile) {
      memories.push_back(std::make_unique<TileMemory>(
          environment, "t", TileMemory::Shape{.bytes = 3U << 20, .banks = 24, .row_bytes = 64, .bytes_per_cycle = 64}));
      windows[tile] = memories.back().get();
    }
    port = std::make_unique<TileMemoryPort>(environment, kOwn - 7 * kWindow, windows);
  }
  TileMemory& own() { return *memories[1]; }
  DmaMemory::Result read(std::vector<MemoryRun> runs, std::size_t words, sc_core::sc_time start = ns(0)) {
    std::vector<std::uint32_t> data(words);
    return port->read(0, runs, data, start);
  }
};

TEST_CASE("A memory tile's DMA sees its own memory at word 0x800000 and its neighbours below and above") {
  MemoryTiles tiles;
  std::vector<std::uint32_t> words(8);
  std::iota(words.begin(), words.end(), 1U);
  const std::vector<MemoryRun> runs{{kOwn - 8, 4}, {kOwn + kWindow - 4, 2}, {kOwn + 0x100, 2}};
  REQUIRE(tiles.port->write(0, runs, words, ns(0)).status == MemoryStatus::Ok);
  const auto word = [](TileMemory& memory, std::uint32_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, memory.bytes().data() + offset, 4);
    return value;
  };
  CHECK(word(*tiles.memories[0], 0x30'0000 - 8) == 1);
  CHECK(word(*tiles.memories[0], 0x30'0000 - 4) == 2);
  CHECK(word(tiles.own(), 0) == 3);
  CHECK(word(tiles.own(), 4) == 4);
  CHECK(word(tiles.own(), 0x30'0000 - 4) == 5);
  CHECK(word(*tiles.memories[2], 0) == 6);
  CHECK(word(tiles.own(), 0x100) == 7);
  CHECK(word(tiles.own(), 0x104) == 8);
  std::vector<std::uint32_t> back(8);
  REQUIRE(tiles.port->read(0, runs, back, ns(0)).status == MemoryStatus::Ok);
  CHECK(back == words);
}

TEST_CASE("Outside of all memories nothing moves, not even the words before") {
  MemoryTiles tiles;
  const std::vector<std::uint32_t> words(4, 0xFFFF'FFFF);
  for (const std::uint64_t address :
       {std::uint64_t{0}, kOwn - kWindow - 8, kOwn + 2 * kWindow - 8, ~std::uint64_t{7}}) {
    INFO("address " << address);
    const std::vector<MemoryRun> runs{{kOwn, 1}, {address, 3}};
    const DmaMemory::Result result = tiles.port->write(0, runs, words, ns(5));
    CHECK(result.status == MemoryStatus::Unavailable);
    CHECK(result.done == ns(5));
  }
  CHECK(std::ranges::all_of(tiles.own().bytes(), [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("Zeroing a range clears what was written in it, and nothing else") {
  MemoryTiles tiles;
  std::mt19937 random(7);
  std::vector<std::byte> expected(kWindow);
  for (unsigned round = 0; round < 200; ++round) {
    const std::uint64_t size = 4 + 4 * (random() % 20'000);
    const std::uint64_t offset = random() % ((kWindow - size) / 4) * 4;
    if (round % 3 != 2) {
      const std::vector<std::uint32_t> words(size / 4, static_cast<std::uint32_t>(random()) | 1U);
      const std::vector<MemoryRun> runs{{kOwn + offset, static_cast<std::uint32_t>(size / 4)}};
      REQUIRE(tiles.port->write(0, runs, words, ns(0)).status == MemoryStatus::Ok);
      std::memcpy(expected.data() + offset, words.data(), size);
    } else {
      const std::uint64_t count = round % 2 == 0 ? size : std::min<std::uint64_t>(10 * size, kWindow - offset);
      tiles.own().storage().clear(offset, count);
      std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(offset), count, std::byte{0});
    }
    REQUIRE(std::ranges::equal(tiles.own().bytes(), expected));
  }
  tiles.own().clear();
  CHECK(std::ranges::all_of(tiles.own().bytes(), [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("A burst takes a cycle for each 64 bytes and the latency once") {
  MemoryTiles tiles;
  const DmaMemory::Result aligned = tiles.read({{kOwn, 1024}}, 1024, ns(100));  // 64 rows.
  CHECK(aligned.next == ns(164));
  CHECK(aligned.done == ns(169));
  const DmaMemory::Result crooked = tiles.read({{kOwn + 4, 1024}}, 1024, ns(300));  // Touches 65.
  CHECK(crooked.next == ns(365));
}

TEST_CASE("Short runs waste what they do not use of a row") {
  MemoryTiles tiles;
  std::vector<MemoryRun> runs;
  for (unsigned run = 0; run < 32; ++run) runs.push_back({kOwn + std::uint64_t{run} * 128, 1});
  CHECK(tiles.read(runs, 32).next == ns(32));
}

TEST_CASE("Two bursts in one bank share its cycles, and in different banks they do not meet") {
  MemoryTiles tiles;
  std::vector<unsigned> conflicts;
  tiles.own().on_conflict = [&](unsigned bank) { conflicts.push_back(bank); };
  CHECK(tiles.read({{kOwn, 1024}}, 1024).next == ns(64));
  CHECK(tiles.read({{kOwn + 0x1'F000, 1024}}, 1024).next == ns(128));  // The same 128 KiB.
  CHECK(tiles.read({{kOwn + 0x2'0000, 1024}}, 1024).next == ns(64));
  CHECK(conflicts == std::vector<unsigned>{0});
}

TEST_CASE("Interleaved banks serve many channels at full rate") {
  MemoryTiles tiles;
  tiles.own().set_interleaved(true);
  for (int channel = 0; channel < 18; ++channel) {
    CHECK(tiles.read({{kOwn, 24 * 16 * 4}}, 24 * 16 * 4).next == ns(96));
  }
  // 18 channels put 18 * 4 rows on each bank; beyond 96 the banks are the bottleneck.
  for (int channel = 18; channel < 24; ++channel) tiles.read({{kOwn, 24 * 16 * 4}}, 24 * 16 * 4);
  CHECK(tiles.read({{kOwn, 24 * 16 * 4}}, 24 * 16 * 4).next == ns(100));
}

TEST_CASE("Whole and partial bursts in turn leave each interleaved bank as busy as its rows make it") {
  MemoryTiles tiles;
  TileMemory& memory = tiles.own();
  memory.set_interleaved(true);
  std::vector<unsigned> conflicts;
  memory.on_conflict = [&](unsigned bank) { conflicts.push_back(bank); };
  constexpr std::uint32_t kBanks = 24;
  std::vector<sc_core::sc_time> free_at(kBanks);
  std::mt19937 engine(5);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  for (int burst = 0; burst < 2000; ++burst) {
    if (random() % 3 == 0) bench::run(ns(random() % 120));
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    const sc_core::sc_time start = random() % 4 == 0 ? std::max(now, ns(20)) - ns(20) : now + ns(random() % 30);
    const std::uint32_t first = random() % 1000;
    const std::uint32_t rows = random() % 3 == 0 ? 1 + random() % 100 : kBanks * (1 + random() % 3);
    std::vector<std::uint64_t> of_bank(kBanks);
    for (std::uint32_t row = first; row < first + rows; ++row) ++of_bank[row % kBanks];
    std::vector<unsigned> expected_conflicts;
    sc_core::sc_time expected = start;
    for (unsigned bank = 0; bank < kBanks; ++bank) {
      if (of_bank[bank] == 0) continue;
      if (free_at[bank] > start) expected_conflicts.push_back(bank);
      free_at[bank] = std::max(free_at[bank], now) + ns(of_bank[bank]);
      expected = std::max({expected, free_at[bank], start + ns(of_bank[bank])});
    }
    conflicts.clear();
    memory.touch(first * 64, rows * 64);
    REQUIRE(memory.book(start) == expected);
    REQUIRE(conflicts == expected_conflicts);
  }
}

TEST_CASE("A compute tile's DMA moves four rows of 256 bits in a cycle") {
  Surroundings surroundings;
  TileMemory memory(surroundings.environment, "t",
                    {.bytes = 128U << 10, .banks = 8, .row_bytes = 32, .bytes_per_cycle = 128});
  memory.set_interleaved(true);
  TileMemoryPort port(surroundings.environment, 0, {&memory});
  std::vector<std::uint32_t> words(1024);
  const std::vector<MemoryRun> runs{{0x100, 1024}};
  CHECK(port.read(0, runs, words, ns(0)).next == ns(32));
  CHECK(port.read(0, std::vector<MemoryRun>{{128U << 10, 1}}, words, ns(0)).status == MemoryStatus::Unavailable);
}

}  // namespace
}  // namespace aie4::array
