// SPDX-License-Identifier: Apache-2.0
// What core programs do and how long they take. One cycle is one nanosecond; the sums are worked out by hand from
// core.instruction_cycles 1, core.loop_cycles 3, lock.acquire_cycles 1, lock.core_cycles 1.
#include "tests/unit/array/core/core_bench.hpp"

namespace aie4::array {
namespace {

using namespace core;
using bench::ns;

constexpr std::uint64_t kTile = compute(0, 0);
constexpr std::uint32_t kLockStallOwn = 1U << 9;

TEST_CASE("Delays and loops take the cycles that they say") {
  CoreBench bench(1);
  // delay 10 + loop 1 + 3 * delay 5 + 2 jumps of 3 + 1 way out + done 1.
  CHECK(bench.cycles_of(kTile, CoreBench::image({delay(10), loop(3), delay(5), end(), done()})) == 34);
  CHECK(bench.status(kTile) == (kDone | 1));
  CHECK(bench.text().empty());
  CHECK(bench.waits.hang_report().empty());
}

TEST_CASE("Nested loops go round as often as the product of their counts") {
  CoreBench bench(1);
  // Inner loop: 1 + 3 * 5 + 2 * 3 + 1 = 23. Outer: 1 + 4 * 23 + 3 * 3 + 1 = 103. done 1.
  CHECK(bench.cycles_of(kTile, CoreBench::image({loop(4), loop(3), delay(5), end(), end(), done()})) == 104);
}

TEST_CASE("Free locks are taken and given with the cycles of a core's request") {
  CoreBench bench(1);
  bench.set_lock(kTile, 0, 3);
  // acquire 1 + 1, release 1 + 1, done 1.
  CHECK(bench.cycles_of(kTile, CoreBench::image({acquire_ge(kOwn, 2), release(kOwn + 1, 1), done()})) == 5);
  CHECK(bench.lock(kTile, 0) == 1);
  CHECK(bench.lock(kTile, 1) == 1);
}

TEST_CASE("A core waits for a lock, says so, and goes on in the cycle after") {
  CoreBench bench(1);
  bench.load(kTile, CoreBench::image({acquire_ge(kOwn + 3, 1), delay(10), done()}));
  bench.enable(kTile);
  bench::run(ns(50));
  CHECK(bench.status(kTile) == (1 | kLockStallOwn));
  const std::vector<std::string> report = bench.waits.hang_report();
  REQUIRE(report.size() == 1);
  CHECK(report[0] ==
        "column 0/compute tile 2/core waits for lock: column 0/compute tile 2 lock 3; released by: nobody has released "
        "it yet");
  bench::run(ns(50));
  bench.set_lock(kTile, 3, 1);
  bench::run(ns(11));  // Granted after 1 cycle, then delay 10.
  CHECK((bench.status(kTile) & kDone) == 0);
  bench::run(ns(1));
  CHECK(bench.status(kTile) == (1 | kDone));
  const auto row = std::ranges::find(bench.resources.rows(), "column 0/compute tile 2/core", &ResourceUse::name);
  REQUIRE(row != bench.resources.rows().end());
  CHECK(row->stalled[static_cast<std::size_t>(WaitReason::Lock)] == ns(100));
  CHECK(row->busy == ns(12));  // Arbitration 1, delay 10, done 1.
}

TEST_CASE("Acquire-equal waits for exactly its value") {
  CoreBench bench(1);
  bench.set_lock(kTile, 0, 2);
  bench.load(kTile, CoreBench::image({acquire_eq(kOwn, 1), done()}));
  bench.enable(kTile);
  bench::run(ns(20));
  CHECK(!bench.is_done(kTile));
  bench.set_lock(kTile, 0, 1);
  bench::run(ns(5));
  CHECK(bench.is_done(kTile));
  CHECK(bench.lock(kTile, 0) == 0);
}

TEST_CASE("A core reaches the locks of its neighbours in the south, west and north") {
  CoreBench bench(2);
  constexpr std::uint64_t kMiddle = compute(1, 1);
  bench.set_lock(compute(1, 0), 5, 1);
  bench.set_lock(compute(0, 1), 6, 1);
  bench.set_lock(compute(1, 2), 7, 1);
  (void)bench.cycles_of(
      kMiddle, CoreBench::image({acquire_ge(kSouth + 5, 1), acquire_ge(kWest + 6, 1), acquire_ge(kNorth + 7, 1),
                                 release(kSouth + 1, 1), release(kWest + 2, 2), release(kNorth + 3, 3), done()}));
  CHECK(bench.lock(compute(1, 0), 5) == 0);
  CHECK(bench.lock(compute(0, 1), 6) == 0);
  CHECK(bench.lock(compute(1, 2), 7) == 0);
  CHECK(bench.lock(compute(1, 0), 1) == 1);
  CHECK(bench.lock(compute(0, 1), 2) == 2);
  CHECK(bench.lock(compute(1, 2), 3) == 3);
}

TEST_CASE("A lock or memory where no compute tile is halts the core and is reported") {
  const FreshKernel kernel;
  CoreBench bench(1);
  SECTION("the lock of a memory tile in the south") {
    bench.load(kTile, CoreBench::image({acquire_ge(kSouth, 1), done()}));
    bench.enable(kTile);
    bench::run(ns(10));
    CHECK(bench.count(FaultCategory::GuestError, "came lock south.0") == 1);
  }
  SECTION("memory beyond the western edge") {
    bench.load(kTile, CoreBench::image({transfer(CoreOpcode::PutStream, 0), done()}, {{0xA'0000, 64}}));
    bench.enable(kTile);
    bench::run(ns(10));
    CHECK(bench.count(FaultCategory::GuestError, "came 64 bytes at core address 0xa0000 in the west") == 1);
  }
  CHECK(bench.status(kTile) == (1 | kErrorHalt));
}

TEST_CASE("A core that is enabled again after its last done starts from the beginning") {
  CoreBench bench(1);
  const std::vector<std::byte> program = CoreBench::image({release(kOwn, 1), done()});
  CHECK(bench.cycles_of(kTile, program) == 3);
  bench.write(kTile + kCoreControl, 0);
  bench::run(ns(5));
  CHECK(bench.is_done(kTile));
  bench.enable(kTile);
  bench::run(ns(5));
  CHECK(bench.is_done(kTile));
  CHECK(bench.lock(kTile, 0) == 2);
}

TEST_CASE("Disabling freezes a core where it is until it is enabled") {
  CoreBench bench(1);
  bench.load(kTile, CoreBench::image({delay(100), release(kOwn, 1), done()}));
  bench.enable(kTile);
  bench::run(ns(40));
  bench.write(kTile + kCoreControl, 0);
  bench::run(ns(1000));
  CHECK(bench.status(kTile) == 0);
  bench.enable(kTile);
  bench::run(ns(61));
  CHECK(bench.lock(kTile, 0) == 0);
  bench::run(ns(1));  // 60 cycles were left of the delay; the release takes two.
  CHECK(bench.lock(kTile, 0) == 1);
}

TEST_CASE("A frozen core takes no lock") {
  CoreBench bench(1);
  bench.load(kTile, CoreBench::image({acquire_ge(kOwn, 1), done()}));
  bench.enable(kTile);
  bench::run(ns(10));
  bench.write(kTile + kCoreControl, 0);
  bench::run(ns(10));
  bench.set_lock(kTile, 0, 1);
  bench::run(ns(10));
  CHECK(bench.lock(kTile, 0) == 1);
  bench.enable(kTile);
  bench::run(ns(10));
  CHECK(bench.lock(kTile, 0) == 0);
  CHECK(bench.is_done(kTile));
}

TEST_CASE("A reset ends a program anywhere, and it can start again") {
  CoreBench bench(1);
  bench.load(kTile, CoreBench::image({delay(10), acquire_ge(kOwn, 1), done()}));
  for (const unsigned at : {0U, 5U, 20U, 50U}) {
    bench.enable(kTile);
    bench::run(ns(at));
    bench.write(kTile + kCoreControl, 2);
    bench::run(ns(5));
    CHECK(bench.status(kTile) == 2);
    CHECK(bench.read(kTile + kPc) == 0);
    bench.write(kTile + kCoreControl, 0);
  }
  bench.set_lock(kTile, 0, 1);
  CHECK(bench.cycles_of(kTile, CoreBench::image({delay(10), acquire_ge(kOwn, 1), done()})) == 13);
}

TEST_CASE("Reset and enable written in the same instant start the program anew") {
  CoreBench bench(1);
  bench.load(kTile, CoreBench::image({release(kOwn, 1), delay(100), done()}));
  bench.enable(kTile);
  bench::run(ns(50));
  bench.write(kTile + kCoreControl, 2);
  bench.write(kTile + kCoreControl, 1);
  bench::run(ns(50));
  CHECK(bench.lock(kTile, 0) == 2);
  CHECK(!bench.is_done(kTile));
}

TEST_CASE("A loop without end runs until it is reset, and costs time") {
  CoreBench bench(1);
  bench.load(kTile, CoreBench::image({loop(0), next(0), end(), done()}, {{0xE'0000, 4}}));
  bench.enable(kTile);
  bench::run(ns(10'000));
  CHECK(bench.status(kTile) == 1);
  bench.write(kTile + kCoreControl, 2);
  bench::run(ns(1));
  CHECK(bench.status(kTile) == 2);
}

TEST_CASE("Program memory that is no core program is named, and the core stands") {
  CoreBench bench(1);
  bench.write(kTile + kProgramMemory, 0x12345678);
  bench.enable(kTile);
  bench::run(ns(1000));
  CHECK(bench.status(kTile) == 1);
  const auto burndown = bench.diagnostics.burndown();
  const auto entry = std::ranges::find(burndown, "core program", &Diagnostics::BurndownEntry::kind);
  REQUIRE(entry != burndown.end());
  CHECK(bench.count(FaultCategory::Unmodelled, "column 0/compute tile 2/core enabled") == 1);
  REQUIRE(bench.waits.hang_report().size() == 1);
}

TEST_CASE("A broken core program halts with an error, and a good one runs after a reset") {
  CoreBench bench(1);
  std::vector<std::byte> broken = CoreBench::image({done()});
  broken[0x20] ^= std::byte{1};
  bench.load(kTile, broken);
  bench.enable(kTile);
  bench::run(ns(10));
  CHECK(bench.status(kTile) == (1 | kErrorHalt));
  CHECK(bench.read(kTile + kPc) == 0);
  CHECK(bench.count(FaultCategory::GuestError, "column 0/compute tile 2/core: expected checksum") == 1);
  bench.write(kTile + kCoreControl, 2);
  bench.write(kTile + kCoreControl, 0);
  bench::run(ns(1));
  CHECK(bench.cycles_of(kTile, CoreBench::image({done()})) == 1);
}

}  // namespace
}  // namespace aie4::array
