// SPDX-License-Identifier: Apache-2.0
// Events through the array's socket: status, groups, combos, edges, broadcast, timers, counters, interrupts. Offsets
// and event numbers are typed in from the AIE4 tile-array notes (section 7, appendix A).
#include "models/array/array.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {
namespace {

using bench::ns;
using bench::settle;

constexpr std::uint64_t kColumn = 1ULL << 25;
constexpr std::uint64_t kMemory = 0x10'0000;
constexpr std::uint64_t kCompute = 0x60'0000;
constexpr std::uint64_t kHalfB = 0x4'0000;

/// Offsets of the event logic in one kind of tile.
struct Map {
  std::uint64_t generate, broadcast, block, status, timer_control, timer_low, groups, combo_inputs, combo_control,
      edges, counters_start_stop, counters_reset, counters, snapshots, event_values, snapshot_event;
  unsigned block_stride;
  std::uint8_t user_event, first_broadcast;
};
constexpr Map kShimMap{0x40A0, 0x40B0, 0x40F0, 0x4150, 0x4090, 0x4140, 0x4190, 0x4170, 0x4178, 0x4180,
                       0x4000, 0x400C, 0x4020, 0x4040, 0x4060, 0x4080, 0xC,    248,    232};
constexpr Map kMemoryMap{0x90, 0xA0, 0xE0, 0x170, 0x130, 0x140, 0x1B0, 0x190, 0x198, 0x1A0,
                         0x0,  0xC,  0x20, 0x40,  0x60,  0x80,  0xC,   194,   177};
constexpr Map kComputeMap{0xA'0008, 0xA'0010, 0xA'0050, 0xA'0200, 0xA'0110, 0xA'0120, 0xA'0500,
                          0xA'0400, 0xA'0408, 0xA'0410, 0xA'2500, 0xA'2518, 0xA'2530, 0xA'2560,
                          0xA'2590, 0xA'25C0, 0x10,     235,      218};

struct Bench : Surroundings {
  Array array{"array", environment, clock};
  bench::Initiator master{"master"};

  Bench() {
    master.socket.bind(array.masters);
    settle();
  }
  std::uint32_t read(std::uint64_t address) {
    const std::uint32_t value = master.read(address);
    REQUIRE(master.ok());
    return value;
  }
  void write(std::uint64_t address, std::uint32_t value) {
    master.write(address, value);
    REQUIRE(master.ok());
  }
  bool happened(std::uint64_t tile, const Map& map, unsigned event) {
    return (read(tile + map.status + 4 * std::uint64_t{event / 32}) >> event % 32 & 1) != 0;
  }
  void clear(std::uint64_t tile, const Map& map) {
    for (unsigned word = 0; word < 7; ++word) write(tile + map.status + 4 * std::uint64_t{word}, 0xFFFF'FFFF);
  }
  void generate(std::uint64_t tile, const Map& map, std::uint32_t event) { write(tile + map.generate, event); }
};

struct Place {
  std::uint64_t tile;
  const Map& map;
};
const Place kPlaces[] = {
    {0, kShimMap}, {kHalfB, kShimMap}, {kMemory, kMemoryMap}, {kMemory + kHalfB, kMemoryMap}, {kCompute, kComputeMap}};

TEST_CASE("A generated event is latched in its status bit until that is cleared by a one") {
  Bench bench;
  for (const Place& place : kPlaces) {
    INFO("tile at " << place.tile);
    const unsigned event = place.map.user_event;
    CHECK_FALSE(bench.happened(place.tile, place.map, event));
    bench.generate(place.tile, place.map, event);
    CHECK(bench.happened(place.tile, place.map, event));
    bench.write(place.tile + place.map.status + 4 * std::uint64_t{event / 32}, ~(1U << event % 32));
    CHECK(bench.happened(place.tile, place.map, event));
    bench.write(place.tile + place.map.status + 4 * std::uint64_t{event / 32}, 1U << event % 32);
    CHECK_FALSE(bench.happened(place.tile, place.map, event));
  }
  CHECK(bench.seen.empty());
}

TEST_CASE("A group event happens for its enabled members only") {
  Bench bench;
  // Compute: group 13 is user_event (234); bit 2 is user_event_2 (237).
  bench.write(kCompute + kComputeMap.groups + 4 * 13, 1U << 2);
  bench.generate(kCompute, kComputeMap, 236);
  CHECK_FALSE(bench.happened(kCompute, kComputeMap, 234));
  bench.generate(kCompute, kComputeMap, 237);
  CHECK(bench.happened(kCompute, kComputeMap, 234));
  // Memory: dma group, register 2, event 38: bit 4 is the fifth member, dma_s2mm_sel0_start_task (43).
  bench.write(kMemory + kMemoryMap.groups + 4 * 2, 1U << 4);
  bench.generate(kMemory, kMemoryMap, 43);
  CHECK(bench.happened(kMemory, kMemoryMap, 38));
  // Shim: members 37 and 45 do not exist, so bit 3 is dma_mm2s_0_start_bd (38).
  bench.write(kShimMap.groups + 4 * 1, 1U << 3);
  bench.generate(0, kShimMap, 38);
  CHECK(bench.happened(0, kShimMap, 33));
}

TEST_CASE("Combo events combine their inputs") {
  Bench bench;
  const auto pulse_of = [&](std::uint32_t operation, bool both) {
    bench.clear(kCompute, kComputeMap);
    bench.write(kCompute + kComputeMap.combo_inputs, 235U | 236U << 8);
    bench.write(kCompute + kComputeMap.combo_control, operation);
    bench.generate(kCompute, kComputeMap, 236);
    if (!both) bench::run(ns(2));
    bench.generate(kCompute, kComputeMap, 235);
    const bool result = bench.happened(kCompute, kComputeMap, 17);
    bench::run(ns(2));
    return result;
  };
  CHECK(pulse_of(0, true));
  CHECK_FALSE(pulse_of(0, false));
  CHECK_FALSE(pulse_of(1, true));
  CHECK(pulse_of(1, false));
  CHECK(pulse_of(2, true));
  CHECK(pulse_of(2, false));
  CHECK(pulse_of(3, false));
  // Combo 2 (19) of combos 0 and 1: (235 or none) or (237 or none).
  bench.write(kCompute + kComputeMap.combo_inputs, 235U | 237U << 16);
  bench.write(kCompute + kComputeMap.combo_control, 2U | 2U << 8 | 2U << 16);
  bench.clear(kCompute, kComputeMap);
  bench.generate(kCompute, kComputeMap, 237);
  CHECK(bench.happened(kCompute, kComputeMap, 18));
  CHECK(bench.happened(kCompute, kComputeMap, 19));
  CHECK_FALSE(bench.happened(kCompute, kComputeMap, 17));
  // Combo 7 (24): four inputs in order.
  bench.write(kCompute + kComputeMap.combo_inputs + 4, 239U | 240U << 8 | 241U << 16 | 242U << 24);
  for (const std::uint32_t event : {240U, 239U, 240U, 241U}) bench.generate(kCompute, kComputeMap, event);
  CHECK_FALSE(bench.happened(kCompute, kComputeMap, 24));
  bench.generate(kCompute, kComputeMap, 242);
  CHECK(bench.happened(kCompute, kComputeMap, 24));
}

TEST_CASE("An edge detector tells the beginning of an event") {
  Bench bench;
  bench.write(kMemory + kMemoryMap.edges, 194U | 1U << 9 | 195U << 16);  // Detector 1 has no edge enabled.
  bench.generate(kMemory, kMemoryMap, 195);
  CHECK_FALSE(bench.happened(kMemory, kMemoryMap, 26));
  bench.generate(kMemory, kMemoryMap, 194);
  CHECK(bench.happened(kMemory, kMemoryMap, 25));
}

TEST_CASE("A broadcast line reaches every tile at the time of the shortest way") {
  Bench bench;
  // Line 5 resets all timers; the shim tile of column 1 drives it with its user event 0.
  struct Tile {
    std::uint64_t base;
    const Map& map;
    unsigned vertical, horizontal;
  };
  std::vector<Tile> tiles;
  for (unsigned column = 0; column < 3; ++column) {
    const std::uint64_t base = column * kColumn;
    const unsigned aside = column == 1 ? 0 : 1;
    tiles.push_back({base, kShimMap, 0, aside});
    tiles.push_back({base + kMemory, kMemoryMap, 1, aside});
    for (unsigned row = 0; row < 4; ++row) {
      tiles.push_back({base + kCompute + row * 0x10'0000ULL, kComputeMap, 2 + row, aside});
    }
  }
  for (const Tile& tile : tiles) {
    bench.write(tile.base + tile.map.timer_control, (tile.map.first_broadcast + 5U) << 8);
  }
  bench::run(ns(1000));
  bench.write(kColumn + kShimMap.broadcast + 4 * 5, 248);
  bench.generate(kColumn, kShimMap, 248);
  bench::run(ns(100));
  for (const Tile& tile : tiles) {
    INFO("tile at " << tile.base);
    CHECK(bench.read(tile.base + tile.map.timer_low) == 100 - 2 * tile.vertical - 4 * tile.horizontal);
    CHECK(bench.happened(tile.base, tile.map, tile.map.first_broadcast + 5U));
    CHECK(bench.happened(tile.base, tile.map, 3));  // timer_sync
  }
}

TEST_CASE("Blocks stop a line from leaving and from coming in") {
  Bench bench;
  const auto drive = [&] {
    for (unsigned column = 0; column < 3; ++column) {
      bench.clear(column * kColumn, kShimMap);
      bench.clear(column * kColumn + kMemory, kMemoryMap);
    }
    bench.generate(kColumn, kShimMap, 248);
  };
  bench.write(kColumn + kShimMap.broadcast + 4 * 2, 248);
  // From column 1: north and west do not let it out, and column 2's memory tile takes nothing from the south.
  bench.write(kColumn + kShimMap.block + 0xC * 2, 1U << 2);
  bench.write(kColumn + kShimMap.block + 0xC * 1, 1U << 2);
  bench.write(2 * kColumn + kMemory + kMemoryMap.block, 1U << 2);
  CHECK(bench.read(kColumn + kShimMap.block + 0xC * 2 + 8) == 1U << 2);
  drive();
  CHECK(bench.happened(2 * kColumn, kShimMap, 234));
  CHECK_FALSE(bench.happened(0, kShimMap, 234));
  CHECK_FALSE(bench.happened(kColumn + kMemory, kMemoryMap, 179));
  CHECK_FALSE(bench.happened(2 * kColumn + kMemory, kMemoryMap, 179));
  bench.write(kColumn + kShimMap.block + 0xC * 1 + 4, 1U << 2);  // West is open again.
  drive();
  CHECK(bench.happened(0, kShimMap, 234));
  CHECK(bench.happened(kColumn + kMemory, kMemoryMap, 179));  // Round by column 0.
}

TEST_CASE("Half B has lines of its own, to the north only") {
  Bench bench;
  bench.write(kHalfB + kShimMap.broadcast, 248);
  bench.generate(kHalfB, kShimMap, 248);
  CHECK(bench.happened(kHalfB, kShimMap, 232));
  CHECK(bench.happened(kMemory + kHalfB, kMemoryMap, 177));
  CHECK_FALSE(bench.happened(0, kShimMap, 232));
  CHECK_FALSE(bench.happened(kMemory, kMemoryMap, 177));
  CHECK_FALSE(bench.happened(kColumn + kHalfB, kShimMap, 232));
  CHECK_FALSE(bench.happened(kCompute, kComputeMap, 218));
}

TEST_CASE("A timer counts cycles, tells its trigger value, and is reset by its control register") {
  Bench bench;
  bench::run(ns(500));
  bench.write(kCompute + kComputeMap.timer_control, 1U << 31);
  bench.write(kCompute + kComputeMap.timer_control + 4, 70);
  bench::run(ns(69));
  CHECK(bench.read(kCompute + kComputeMap.timer_low) == 69);
  CHECK_FALSE(bench.happened(kCompute, kComputeMap, 4));
  bench::run(ns(1));
  CHECK(bench.happened(kCompute, kComputeMap, 4));
  CHECK(bench.read(kCompute + kComputeMap.timer_low + 4) == 0);
}

TEST_CASE("A change of the clock changes how fast timers count from then on") {
  Bench bench;
  bench::run(ns(100));
  bench.clock.set_mhz(500);
  bench::run(ns(100));
  CHECK(bench.read(kMemory + kMemoryMap.timer_low) == 150);
}

TEST_CASE("Counters count cycles between two events, occurrences of one, and are copied by a snapshot") {
  Bench bench;
  for (const Place& place : kPlaces) {
    INFO("tile at " << place.tile);
    const std::uint64_t tile = place.tile;
    const Map& map = place.map;
    const std::uint32_t user = map.user_event;
    // Counter 0: from user 0 to user 1. Counter 1: occurrences of user 2. Snapshot: user 3.
    bench.write(tile + map.counters_start_stop, user | (user + 1) << 8 | (user + 2) << 16 | (user + 2) << 24);
    bench.write(tile + map.snapshot_event, user + 3);
    bench.write(tile + map.counters_reset, user + 4);
    bench.generate(tile, map, user);
    bench::run(ns(40));
    CHECK(bench.read(tile + map.counters) == 40);
    bench.generate(tile, map, user + 3);
    bench.generate(tile, map, user + 2);
    bench::run(ns(10));
    bench.generate(tile, map, user + 1);
    bench.generate(tile, map, user + 2);
    bench::run(ns(100));
    CHECK(bench.read(tile + map.counters) == 50);
    CHECK(bench.read(tile + map.counters + 4) == 2);
    CHECK(bench.read(tile + map.snapshots) == 40);
    CHECK(bench.read(tile + map.snapshots + 4) == 0);
    bench.generate(tile, map, user + 4);
    CHECK(bench.read(tile + map.counters) == 0);
    CHECK(bench.read(tile + map.counters + 4) == 2);
  }
}

TEST_CASE("A counter that comes to its event value raises its event") {
  Bench bench;
  // Half B's counters are 6 to 11: counter 7 is event 12.
  const std::uint64_t tile = kMemory + kHalfB;
  bench.write(tile + kMemoryMap.counters_start_stop, 194U << 16 | 195U << 24);
  bench.write(tile + kMemoryMap.event_values + 4, 25);
  bench.generate(tile, kMemoryMap, 194);
  bench::run(ns(24));
  CHECK_FALSE(bench.happened(tile, kMemoryMap, 12));
  bench::run(ns(1));
  CHECK(bench.happened(tile, kMemoryMap, 12));
}

TEST_CASE("A broadcast line interrupts through the shim tile, at the end of its way") {
  Bench bench;
  unsigned interrupts = 0;
  bench.array.interrupt = [&] { ++interrupts; };
  bench.write(0x1'C014, 1U << 9);  // Enable line 9.
  bench.write(kCompute + kComputeMap.broadcast + 4 * 9, 235);
  bench.generate(kCompute, kComputeMap, 235);
  settle();
  CHECK(interrupts == 0);
  bench::run(ns(3));
  CHECK(interrupts == 0);
  bench::run(ns(1));
  CHECK(interrupts == 1);  // Two hops to the south.
  CHECK(bench.read(0x1'C01C) == 1U << 9);
  CHECK(bench.read(kColumn + 0x1'C01C) == 0);  // On its way there.
  bench::run(ns(4));
  CHECK(bench.read(kColumn + 0x1'C01C) == 1U << 9);
  bench.write(0xE'8070, 2);  // Half A is switched off.
  bench.generate(kCompute, kComputeMap, 235);
  bench::run(ns(10));
  CHECK(interrupts == 1);
}

TEST_CASE("An error of a lock becomes a group error, a broadcast and an interrupt") {
  Bench bench;
  unsigned interrupts = 0;
  bench.array.interrupt = [&] { ++interrupts; };
  // Memory tile: lock_error is 172, the tenth member of group_errors (162): 163 164 165 166 167 168 169 170 171 172.
  bench.write(kMemory + kMemoryMap.groups + 4 * 6, 1U << 9);
  bench.write(kMemory + kMemoryMap.broadcast, 162);
  bench.write(0x1'C014, 1);
  CHECK(bench.read(kMemory + 0x1'8000 + (((-1) & 0x7F) << 2)) == 1);  // Lock 0 below zero.
  bench::run(ns(10));
  CHECK(interrupts == 1);
}

TEST_CASE("A lock's selection register turns what happens to it into events") {
  Bench bench;
  bench.write(kMemory + 0x1'0200 + 4 * 3, 20U << 16 | 5);  // lock_sel3: lock 20, value 5. Events 84 to 87.
  bench.write(kMemory + 0x1'0000 + 0x10 * 20, 4);
  CHECK_FALSE(bench.happened(kMemory, kMemoryMap, 87));
  const std::uint64_t request = kMemory + 0x1'8000 + 0x400 * 20;
  CHECK(bench.read(request + (1 << 2)) == 1);
  CHECK(bench.happened(kMemory, kMemoryMap, 86));
  CHECK(bench.happened(kMemory, kMemoryMap, 87));
  CHECK_FALSE(bench.happened(kMemory, kMemoryMap, 84));
  CHECK(bench.read(request + 0x200 + (((-2) & 0x7F) << 2)) == 1);
  CHECK(bench.happened(kMemory, kMemoryMap, 85));
  CHECK(bench.read(request + 0x200 + (3 << 2)) == 1);
  CHECK(bench.happened(kMemory, kMemoryMap, 84));
}

TEST_CASE("Events that cause each other in a circle are stopped and named") {
  Bench bench;
  // Line 0 carries user event 0; combo 0 makes broadcast 0 into combo_event_0, which drives line 1; and back.
  bench.write(kMemory + kMemoryMap.broadcast, 17);
  bench.write(kMemory + kMemoryMap.combo_inputs, 177U | 194U << 8);
  bench.write(kMemory + kMemoryMap.combo_control, 2);
  bench.generate(kMemory, kMemoryMap, 194);
  CHECK(bench.count(FaultCategory::GuestError,
                    "column 0/memory tile 1 events: expected events that do not cause each "
                    "other in a circle") == 1);
}

TEST_CASE("A reset clears the event logic of its half") {
  Bench bench;
  bench.write(0xE'00A0, 0);
  for (const std::uint64_t half : {std::uint64_t{0}, kHalfB}) {
    bench.write(kMemory + half + kMemoryMap.broadcast, 194);
    bench.generate(kMemory + half, kMemoryMap, 195);
  }
  bench.write(0xE'00A0, 1);
  CHECK(bench.read(kMemory + kMemoryMap.broadcast) == 0);
  CHECK_FALSE(bench.happened(kMemory, kMemoryMap, 195));
  CHECK(bench.read(kMemory + kHalfB + kMemoryMap.broadcast) == 194);
  CHECK(bench.happened(kMemory + kHalfB, kMemoryMap, 195));
}

}  // namespace
}  // namespace aie4::array
