// SPDX-License-Identifier: Apache-2.0
// How contexts end while the array works: destroyed, suspended, reset; and what becomes of their doorbells.
#include "models/common/fresh_kernel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/management/fake_cert.hpp"

namespace aie4::management::bench {
namespace {

using Kind = FakeCerts::Event::Kind;

constexpr std::uint32_t kHigh = 0x180;
constexpr std::uint32_t kLow = 0x280;
constexpr std::uint64_t kA = 0x1000;
constexpr std::uint64_t kB = 0x2000;
constexpr std::uint64_t kC = 0x3000;

TEST_CASE("After the resident context is destroyed nothing of it happens any more, and the next one comes in") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 1000);
  run(us(200));
  s.submit(1, b, kB, 3);
  run(us(50));
  const unsigned boots = s.certs.boots;
  REQUIRE(s.certs.queues[kA].read > 0);
  s.bench.vf(0).send(op::kDestroyContext, {a.id, 0});
  REQUIRE(run_until([&] { return s.bench.vf(0).receive().has_value(); }));
  const std::uint64_t read = s.certs.queues[kA].read;
  const std::size_t interrupts = s.bench.vf(0).count_interrupts(a.vector);
  const std::size_t events = s.certs.events.size();
  s.finish();
  CHECK(s.certs.queues[kA].read == read);
  CHECK(s.bench.vf(0).count_interrupts(a.vector) == interrupts);
  CHECK(s.certs.boots == boots + 6);  // All uCs were reset.
  for (std::size_t i = events; i < s.certs.events.size(); ++i) CHECK(s.certs.events[i].queue == kB);
  CHECK(s.certs.queues[kB].read == 3);
}

TEST_CASE("Destroying a context that only waits disturbs nobody") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(0, kB);
  s.submit(0, a, kA, 100);
  run(us(50));
  s.submit(0, b, kB, 1);
  run(us(5));
  const unsigned boots = s.certs.boots;
  CHECK(s.bench.vf(0).destroy_context(b.id) == kOk);
  s.finish();
  CHECK(s.certs.boots == boots);
  CHECK(s.certs.queues[kA].read == 100);
  CHECK(s.certs.queues[kB].read == 0);
}

TEST_CASE("A context that is destroyed while it is asked to leave does not take the array with it") {
  for (const bool resident : {true, false}) {
    INFO((resident ? "the one that leaves" : "the one that was to come"));
    const FreshKernel kernel;
    {
      SchedulerBench s;
      const Context a = s.create(0, kA, kLow, 1, us(500));
      const Context b = s.create(1, kB, kHigh);
      const Context c = s.create(1, kC, kLow);
      s.submit(0, a, kA, 3);
      run(us(100));
      s.submit(1, b, kB, 1);
      run(us(50));  // The request stands; the packet takes another 350 us.
      if (resident) {
        CHECK(s.bench.vf(0).destroy_context(a.id) == kOk);
      } else {
        CHECK(s.bench.vf(1).destroy_context(b.id) == kOk);
      }
      s.submit(1, c, kC, 1);
      s.finish();
      CHECK(s.certs.queues[kC].read == 1);
      CHECK(s.certs.queues[resident ? kB : kA].read == (resident ? 1 : 3));
    }
  }
}

TEST_CASE("A doorbell of a context that is gone is reported by page, and a created successor starts afresh") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  REQUIRE(s.bench.vf(0).destroy_context(a.id) == kOk);
  s.bench.vf(0).ring(a.doorbell);
  s.finish();
  CHECK(s.bench.count(FaultCategory::GuestError, "vf0 doorbell 0") == 1);
  const Context again = s.create(0, kB);
  CHECK(again.doorbell == a.doorbell);
  s.submit(0, again, kB, 1);
  s.finish();
  CHECK(s.certs.queues[kB].read == 1);
}

TEST_CASE("A doorbell that rang before its context was destroyed is nobody's mistake") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  s.submit(0, a, kA, 1);
  CHECK(s.bench.vf(0).destroy_context(a.id) == kOk);  // In the instant of the doorbell: a process that was killed.
  s.finish();
  CHECK(s.bench.text().empty());
  const Context b = s.create(0, kB);
  s.submit(0, b, kB, 1);
  s.bench.vf(0).call(op::kDestroyPartition, {1});
  s.finish();
  CHECK(s.bench.text().empty());
}

TEST_CASE("SUSPEND with work in flight stops it before it answers") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  s.submit(0, a, kA, 1000);
  run(us(500));
  CHECK(s.bench.pf().call(op::kSuspend, {0}).status() == kOk);
  const std::size_t events = s.certs.events.size();
  s.finish();
  CHECK(s.certs.events.size() == events);
}

TEST_CASE("An FLR of a VF stops its resident context and leaves the array to the others") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 1000);
  run(us(100));
  s.submit(1, b, kB, 2);
  run(us(10));
  s.bench.npu.function_level_reset(1);
  s.finish();
  CHECK(s.certs.queues[kA].read < 1000);
  CHECK(s.certs.queues[kB].read == 2);
  CHECK(s.bench.vf(1).count_interrupts(b.vector) == 2);
}

}  // namespace
}  // namespace aie4::management::bench
