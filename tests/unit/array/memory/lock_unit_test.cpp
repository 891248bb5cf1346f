// SPDX-License-Identifier: Apache-2.0
// Locks: values, the three ways to ask, fairness, time, bad changes.
#include "models/array/memory/lock_unit.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {
namespace {

using bench::now;
using bench::ns;
using bench::run;
using bench::settle;

struct Bench : Surroundings {
  LockUnit locks{"locks", environment, "column 0/memory tile 1", 64};
  std::vector<std::string> order;
};

TEST_CASE("A lock holds six bits and is zero after reset") {
  Bench bench;
  CHECK(bench.locks.value(63) == 0);
  bench.locks.set(63, 0x7F);
  CHECK(bench.locks.value(63) == 63);
  bench.locks.reset();
  CHECK(bench.locks.value(63) == 0);
}

TEST_CASE("Acquire-equal takes exactly its value, acquire-greater-equal any value that is large enough") {
  Bench bench;
  bench.locks.set(3, 5);
  CHECK_FALSE(bench.locks.request(3, true, 4));
  CHECK_FALSE(bench.locks.request(3, true, 0));
  CHECK_FALSE(bench.locks.request(3, true, -6));
  CHECK(bench.locks.value(3) == 5);
  CHECK(bench.locks.request(3, true, -2));
  CHECK(bench.locks.value(3) == 3);
  CHECK(bench.locks.request(3, true, 3));
  CHECK(bench.locks.value(3) == 0);
  CHECK(bench.locks.request(3, true, 0));
  CHECK(bench.locks.value(3) == 0);
  CHECK_FALSE(bench.locks.request(3, true, -64));
}

TEST_CASE("A release beyond the range keeps the value, sets the sticky bit and names the releaser") {
  Bench bench;
  bench.locks.set(7, 60);
  CHECK(bench.locks.request(7, false, 3));
  CHECK(bench.locks.value(7) == 63);
  bench.locks.release(7, 1, "column 0/memory tile 1/DMA/S2MM 3");
  CHECK(bench.locks.value(7) == 63);
  CHECK(bench.locks.overflow() == 1U << 7);
  CHECK(bench.locks.underflow() == 0);
  bench.locks.release(63, -1, "somebody");
  CHECK(bench.locks.value(63) == 0);
  CHECK(bench.locks.underflow() == std::uint64_t{1} << 63);
  bench.locks.clear_overflow(1U << 6);
  CHECK(bench.locks.overflow() == 1U << 7);
  bench.locks.clear_overflow(1U << 7);
  CHECK(bench.locks.overflow() == 0);
  CHECK(bench.count(FaultCategory::GuestError,
                    "column 0/memory tile 1 lock 7: expected a release to a value of 0..63, "
                    "came 63 +1 = 64; likely at fault: column 0/memory tile 1/DMA/S2MM 3") == 1);
}

TEST_CASE("Every change of seven bits does to every value what the rule says") {
  Bench bench;
  for (int value = 0; value < 64; ++value) {
    for (int change = -64; change < 64; ++change) {
      bench.locks.set(0, static_cast<std::uint32_t>(value));
      const int size = std::abs(change);
      const bool holds = change < 0 ? value >= size : value == size;
      REQUIRE(bench.locks.request(0, true, change) == holds);
      REQUIRE(bench.locks.value(0) == static_cast<std::uint32_t>(holds ? value - size : value));

      bench.locks.set(0, static_cast<std::uint32_t>(value));
      REQUIRE(bench.locks.request(0, false, change));
      const bool fits = value + change >= 0 && value + change <= 63;
      REQUIRE(bench.locks.value(0) == static_cast<std::uint32_t>(fits ? value + change : value));
    }
  }
}

TEST_CASE("Who waits says for which lock and who released it last, and the release ends the wait a cycle later") {
  Bench bench;
  sc_core::sc_time granted;
  Actor actor("reader", bench.waits, [&](Actor& self) {
    LockWaiter waiter(self.process);
    bench.locks.release(9, 1, "the writer");
    CHECK(bench.locks.acquire(waiter, 9, -1));
    CHECK(waiter.granted_at() == now() + ns(1));  // At once, and the caller spends the cycle.
    CHECK(now() == ns(0));
    CHECK(bench.locks.acquire(waiter, 9, -1));
    granted = waiter.granted_at();
    CHECK(now() == granted);
  });
  run(ns(10));
  CHECK(bench.waits.hang_report() ==
        std::vector<std::string>{"reader waits for lock: column 0/memory tile 1 lock 9; released by: the writer"});
  bench.locks.release(9, 1, "the writer", ns(73));
  run(ns(62));
  CHECK(bench.locks.value(9) == 0);
  CHECK(granted == ns(0));
  run(ns(5));
  CHECK(granted == ns(74));
  CHECK(bench.locks.value(9) == 0);
  CHECK(bench.waits.hang_report().empty());
}

TEST_CASE("Those who wait are served in order of arrival, one in a cycle") {
  Bench bench;
  std::vector<std::unique_ptr<Actor>> actors;
  std::vector<std::pair<int, sc_core::sc_time>> served;
  for (int index = 0; index < 4; ++index) {
    actors.push_back(std::make_unique<Actor>(fmt::format("a{}", index).c_str(), bench.waits, [&, index](Actor& self) {
      LockWaiter waiter(self.process);
      sc_core::wait(ns(4U - static_cast<unsigned>(index)));  // 3 arrives first.
      bench.locks.acquire(waiter, 0, -1);
      served.emplace_back(index, now());
    }));
  }
  run(ns(10));
  bench.locks.release(0, 3, "test");
  run(ns(10));
  CHECK(served == std::vector<std::pair<int, sc_core::sc_time>>{{3, ns(11)}, {2, ns(12)}, {1, ns(13)}});
  bench.locks.release(0, 1, "test");
  run(ns(10));
  REQUIRE(served.size() == 4);
  CHECK(served[3] == std::pair{0, ns(21)});
}

TEST_CASE("A requester whose condition does not hold does not hold up those behind it") {
  Bench bench;
  std::vector<int> served;
  Actor first("first", bench.waits, [&](Actor& self) {
    LockWaiter waiter(self.process);
    bench.locks.acquire(waiter, 1, 5);
    served.push_back(5);
  });
  Actor second("second", bench.waits, [&](Actor& self) {
    LockWaiter waiter(self.process);
    bench.locks.acquire(waiter, 1, -1);
    served.push_back(-1);
  });
  run(ns(1));
  bench.locks.release(1, 6, "test");
  run(ns(5));
  CHECK(served == std::vector<int>{-1, 5});  // 6 - 1 = 5 is what the first one waited for.
  CHECK(bench.locks.value(1) == 0);
}

TEST_CASE("A cancelled wait takes nothing and leaves the queue") {
  Bench bench;
  sc_core::sc_event cancel("cancel");
  std::vector<bool> results;
  Actor actor("channel", bench.waits, [&](Actor& self) {
    LockWaiter waiter(self.process);
    results.push_back(bench.locks.acquire(waiter, 2, -1, &cancel));
    results.push_back(bench.locks.acquire(waiter, 3, -1, &cancel));
  });
  run(ns(3));
  cancel.notify();
  run(ns(3));
  bench.locks.release(2, 1, "test");
  CHECK(bench.locks.value(2) == 1);
  bench.locks.release(3, 1, "test");
  run(ns(3));
  CHECK(results == std::vector<bool>{false, true});
  CHECK(bench.locks.value(3) == 0);
}

TEST_CASE("Releases in the future happen in order of their time") {
  Bench bench;
  bench.locks.release(0, 1, "late", ns(30));
  bench.locks.release(0, 2, "early", ns(10));
  bench.locks.release(0, 4, "also late", ns(30));
  run(ns(9));
  CHECK(bench.locks.value(0) == 0);
  run(ns(1));
  CHECK(bench.locks.value(0) == 2);
  run(ns(19));
  CHECK(bench.locks.value(0) == 2);
  run(ns(1));
  CHECK(bench.locks.value(0) == 7);
}

TEST_CASE("The observer hears only of the locks that it watches, and of every error") {
  struct Ear : LockObserver {
    std::vector<std::tuple<unsigned, LockAction, std::uint32_t>> heard;
    void lock_changed(unsigned lock, LockAction action, std::uint32_t value) override {
      heard.emplace_back(lock, action, value);
    }
  };
  Bench bench;
  Ear ear;
  bench.locks.observe(&ear, 1U << 5);
  bench.locks.set(4, 1);
  bench.locks.set(5, 2);
  bench.locks.request(5, true, -1);
  bench.locks.request(5, false, 3);
  bench.locks.request(5, true, 4);
  bench.locks.request(4, false, -2);
  using enum LockAction;
  CHECK(ear.heard ==
        std::vector<std::tuple<unsigned, LockAction, std::uint32_t>>{
            {5, Set, 2}, {5, AcquireGreaterEqual, 1}, {5, Release, 4}, {5, AcquireEqual, 0}, {4, Error, 1}});
}

TEST_CASE("The lock numbers of a memory tile's descriptors name the locks of fifteen tiles") {
  Surroundings surroundings;
  std::vector<std::unique_ptr<LockUnit>> units;
  std::vector<LockUnit*> window(15, nullptr);
  for (unsigned tile = 6; tile <= 8; ++tile) {  // West neighbour, own, east neighbour.
    units.push_back(std::make_unique<LockUnit>(fmt::format("l{}", tile).c_str(), surroundings.environment, "t", 64));
    window[tile] = units.back().get();
  }
  const LockSpace space(LockSpace::kMemoryWindow, window);
  CHECK(space.find(448).unit == units[1].get());
  CHECK(space.find(474).lock == 26);
  CHECK(space.find(511).lock == 63);
  CHECK(space.find(447).unit == units[0].get());
  CHECK(space.find(447).lock == 63);
  CHECK(space.find(512).unit == units[2].get());
  CHECK(space.find(512).lock == 0);
  CHECK(space.find(383).unit == nullptr);
  CHECK(space.find(960).unit == nullptr);
}

}  // namespace
}  // namespace aie4::array
