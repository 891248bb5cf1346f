// SPDX-License-Identifier: Apache-2.0
// How contexts share the array, seen through a CERT that only obeys the handshake.
#include <cstring>

#include "models/array/array.hpp"
#include "models/array/tile/tile.hpp"
#include "models/common/fresh_kernel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/management/fake_cert.hpp"

namespace aie4::management::bench {
namespace {

using Kind = FakeCerts::Event::Kind;

// Priorities of the driver's QoS.
constexpr std::uint32_t kRealtime = 0x100;
constexpr std::uint32_t kHigh = 0x180;
constexpr std::uint32_t kNormal = 0x200;
constexpr std::uint32_t kLow = 0x280;
constexpr std::uint64_t kA = 0x1000;
constexpr std::uint64_t kB = 0x2000;
constexpr std::uint64_t kC = 0x3000;
constexpr std::uint64_t kD = 0x4000;

TEST_CASE("A doorbell brings the context in after the context switch time, each completion raises its vector") {
  SchedulerBench s;
  s.create(0, kA);
  const Context b = s.create(0, kB);
  s.bench.vf(0).interrupts.clear();
  const sc_core::sc_time rung = now();
  s.submit(0, b, kB, 3);
  s.finish();
  CHECK(s.certs.order() == std::vector<std::uint64_t>{kB});
  const sc_core::sc_time entered = s.certs.of(Kind::Enter).front().time;
  CHECK(entered - rung >= us(10));
  CHECK(entered - rung < us(15));
  CHECK(s.certs.of(Kind::Packet).size() == 3);
  CHECK(s.bench.vf(0).count_interrupts(b.vector) == 3);
  CHECK(s.bench.vf(0).interrupts.size() == 3);
}

TEST_CASE("The context switch takes exactly its configured time beside the register accesses") {
  Configuration configuration;
  configuration.parameters.context_switch_us = 77;
  configuration.parameters.register_access_ns = 0;
  SchedulerBench s(configuration);
  const Context a = s.create(0, kA);
  const sc_core::sc_time rung = now();
  s.submit(0, a, kA, 1);
  s.finish();
  CHECK(s.certs.of(Kind::Enter).front().time - rung == us(77));
}

TEST_CASE("The stream id that the uCs carry names the function and the context") {
  SchedulerBench s;
  s.create(1, kA);
  const Context b = s.create(1, kB);
  s.submit(1, b, kB, 1);
  s.finish();
  for (unsigned index = 0; index < 6; ++index) {
    CHECK(s.bench.npu.microcontrollers[index]->where() == "vf1 context 1 uc" + std::to_string(index));
  }
}

TEST_CASE("Waiting contexts come in by band, then in the order of their doorbells") {
  SchedulerBench s;
  const Context first = s.create(0, 0x9000, kRealtime);
  const Context low = s.create(0, kA, kLow);
  const Context normal = s.create(1, kB, kNormal);
  const Context unsaid = s.create(0, kC, 0);  // Priority 0: not said, normal.
  const Context high = s.create(1, kD, kHigh);
  const Context realtime = s.create(0, 0x5000, kRealtime);
  s.submit(0, first, 0x9000, 10);  // Holds the array while the others ring.
  run(us(30));
  s.submit(0, low, kA, 1);
  s.submit(0, unsaid, kC, 1);
  run(us(1));
  s.submit(1, normal, kB, 1);
  s.submit(1, high, kD, 1);
  s.submit(0, realtime, 0x5000, 1);
  s.finish();
  CHECK(s.certs.order() == std::vector<std::uint64_t>{0x9000, 0x5000, kD, kC, kB, kA});
  CHECK(s.certs.all_read());
}

TEST_CASE("A context that is alone keeps the array, however long it works and rests") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  for (unsigned i = 0; i < 5; ++i) {
    s.submit(0, a, kA, 300);  // 3 ms: three quanta.
    s.finish();
    run(us(10'000));
  }
  CHECK(s.certs.order() == std::vector<std::uint64_t>{kA});
  CHECK(s.certs.of(Kind::Leave).empty());
  CHECK(s.certs.queues[kA].read == 1500);
}

TEST_CASE("Contexts of one band take turns by the quantum") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 500);
  s.submit(1, b, kB, 500);
  s.finish();
  CHECK(s.certs.all_read());
  const std::vector<FakeCerts::Event> enters = s.certs.of(Kind::Enter);
  REQUIRE(enters.size() >= 9);
  for (std::size_t i = 1; i < enters.size(); ++i) CHECK(enters[i].queue != enters[i - 1].queue);
  sc_core::sc_time entered;
  bool inside = false;
  unsigned slices = 0;
  for (const FakeCerts::Event& event : s.certs.events) {
    if (event.kind == Kind::Enter) {
      entered = event.time;
      inside = true;
    }
    if (event.kind != Kind::Leave || !inside) continue;
    const sc_core::sc_time slice = event.time - entered;
    inside = false;  // A Wakeup that comes in the middle of a packet makes it look, and leave, twice.
    if (++slices + 2 >= enters.size()) break;
    CHECK(slice >= us(1000));
    CHECK(slice <= us(1000) + us(10) + us(1));  // To the end of the packet that runs.
  }
  CHECK(slices >= 7);
}

TEST_CASE("The quantum counts only from when another context of the band waits: the waiter comes in at once then") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 1000);
  run(us(5000));  // Five quanta alone.
  const sc_core::sc_time rung = now();
  s.submit(1, b, kB, 1);
  REQUIRE(run_until([&] { return s.certs.queues[kB].read == 1; }));
  CHECK(now() - rung < us(50));
  s.finish();
  CHECK(s.certs.all_read());
}

TEST_CASE("A quantum shorter than the way to the first packet still lets every context get on") {
  Configuration configuration;
  configuration.parameters.quantum_us = 1;
  SchedulerBench s(configuration);
  s.certs.pickup = us(5);
  const Context a = s.create(0, kA, 0, 3);
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 30);
  s.submit(1, b, kB, 30);
  run(us(10'000));
  CHECK(s.certs.all_read());
  CHECK(s.certs.order().size() > 10);
  CHECK_FALSE(sc_core::sc_pending_activity());
}

TEST_CASE("A higher band takes the array at the next safe point, long before the quantum is over") {
  SchedulerBench s;
  const Context low = s.create(0, kA, kLow);
  const Context normal = s.create(1, kB, kNormal);
  s.submit(0, low, kA, 50);
  run(us(105));
  const sc_core::sc_time rung = now();
  s.submit(1, normal, kB, 2);
  REQUIRE(run_until([&] { return s.certs.queues[kB].read == 1; }));
  // The rest of a packet, the switch, a packet, some register accesses, and the time that zeroising a memory tile
  // takes.
  CHECK(now() - rung < us(10) + us(10) + us(10) + us(5) + us(10));
  s.finish();
  CHECK(s.certs.order() == std::vector<std::uint64_t>{kA, kB, kA});
  CHECK(s.certs.all_read());
}

TEST_CASE("A lower band waits until the higher one has nothing to do, however many quanta that takes") {
  SchedulerBench s;
  const Context high = s.create(0, kA, kHigh);
  const Context low = s.create(1, kB, kLow);
  s.submit(0, high, kA, 500);
  run(us(100));
  s.submit(1, low, kB, 1);
  s.finish();
  CHECK(s.certs.order() == std::vector<std::uint64_t>{kA, kB});
  CHECK(s.certs.of(Kind::Leave).front().time > s.certs.of(Kind::Idle).front().time);
  CHECK(s.certs.all_read());
}

TEST_CASE("A chain that is interrupted goes on where it was: its words are saved and restored") {
  Configuration configuration;
  configuration.parameters.quantum_us = 25;
  SchedulerBench s(configuration);
  const Context a = s.create(0, kA, 0, 7);
  const Context b = s.create(1, kB, 0, 5);
  s.submit(0, a, kA, 35);
  s.submit(1, b, kB, 35);
  s.finish();
  CHECK(s.certs.all_read());
  CHECK(s.bench.vf(0).count_interrupts(a.vector) == 5);
  CHECK(s.bench.vf(1).count_interrupts(b.vector) == 7);
  std::map<std::uint64_t, FakeCerts::Event> left;
  unsigned in_chain = 0;
  for (const FakeCerts::Event& event : s.certs.events) {
    if (event.kind == Kind::Leave) left[event.queue] = event;
    if (event.kind != Kind::Enter || !left.contains(event.queue)) continue;
    CHECK(event.runlist == left[event.queue].runlist);
    CHECK(event.restore == left[event.queue].restore);
    if (event.runlist != 0) {
      ++in_chain;
      CHECK(event.restore == FakeCerts::restore_word(event.runlist));
    }
  }
  CHECK(in_chain >= 5);
}

TEST_CASE("A doorbell is never lost, at whatever moment of a context switch it rings") {
  Configuration configuration;
  configuration.parameters.context_switch_us = 1;
  SchedulerBench s(configuration);
  const Context a = s.create(0, kA, 0, 1, us(2));
  const Context b = s.create(1, kB, 0, 1, us(2));
  s.submit(0, a, kA, 1);
  s.finish();
  // B's doorbell starts a switch; A's own doorbell meets every 10 ns of it and of what follows.
  for (unsigned offset = 0; offset < 900; ++offset) {
    const bool swap = offset % 2 != 0;  // A and B are resident in turn.
    const std::uint64_t stays = swap ? kB : kA;
    const std::uint64_t comes = swap ? kA : kB;
    s.submit(swap ? 0 : 1, swap ? a : b, comes, 1);
    run(ns(10 * offset));
    s.submit(swap ? 1 : 0, swap ? b : a, stays, 1);
    s.finish();
    INFO("offset " << 10 * offset << " ns");
    REQUIRE(s.certs.all_read());
    // Whoever is resident now: make the other one's turn next.
    const bool expected = s.certs.events.back().queue == (swap ? kA : kB);
    if (!expected) {
      s.submit(swap ? 0 : 1, swap ? a : b, comes, 1);
      s.finish();
      REQUIRE(s.certs.all_read());
    }
  }
  CHECK(s.bench.vf(0).count_interrupts(a.vector) == s.certs.queues[kA].read);
  CHECK(s.bench.vf(1).count_interrupts(b.vector) == s.certs.queues[kB].read);
}

TEST_CASE("A doorbell that wakes nothing new is answered by a look and nothing else") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  for (unsigned i = 0; i < 100; ++i) s.submit(0, a, kA, 0);
  s.finish();
  CHECK(s.certs.of(Kind::Packet).empty());
  CHECK(s.bench.vf(0).count_interrupts(a.vector) == 0);
  s.submit(0, a, kA, 1);
  s.finish();
  CHECK(s.certs.all_read());
}

TEST_CASE("A lost completion interrupt loses that one and no other") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  s.bench.faults.arm(Fault::CompletionInterruptLost);
  s.submit(0, a, kA, 3);
  s.finish();
  CHECK(s.bench.vf(0).count_interrupts(a.vector) == 2);
}

TEST_CASE(
    "The last completion before a context leaves is signalled, wherever it falls among the controller's accesses") {
  for (const std::uint64_t access_ns : {20U, 60U, 200U}) {
    const FreshKernel kernel;
    Configuration configuration;
    configuration.parameters.register_access_ns = access_ns;
    configuration.parameters.context_switch_us = 1;
    configuration.parameters.quantum_us = 3;
    SchedulerBench s(configuration);
    // B waits from the start, so that the end of A's quantum, and no interrupt, makes the controller act. A's second
    // packet ends at every moment of what the controller does then.
    for (std::uint64_t step = 0; step < 400; ++step) {
      const std::uint64_t a_queue = 0x10'0000 + 0x1000 * step;
      const std::uint64_t b_queue = 0x40'0000 + 0x1000 * step;
      const Context a = s.create(0, a_queue, 0, 1, ns(1000 + step * access_ns / 4));
      const Context b = s.create(1, b_queue);
      const std::size_t before = s.bench.vf(0).interrupts.size();
      s.submit(0, a, a_queue, 8);
      s.submit(1, b, b_queue, 1);
      s.finish();
      REQUIRE(s.certs.all_read());
      sc_core::sc_time last;
      std::vector<sc_core::sc_time> ends;  // Of the packets after which A gave the array away.
      for (const FakeCerts::Event& event : s.certs.events) {
        if (event.queue != a_queue) continue;
        if (event.kind == Kind::Packet) last = event.time;
        if (event.kind == Kind::Leave || event.kind == Kind::Idle) ends.push_back(last);
      }
      for (const sc_core::sc_time& end : ends) {
        const auto signalled = std::find_if(
            s.bench.vf(0).interrupts.begin() + static_cast<std::ptrdiff_t>(before), s.bench.vf(0).interrupts.end(),
            [&](const auto& entry) { return entry.first == a.vector && entry.second >= end; });
        INFO("access " << access_ns << " ns, step " << step << ": packet ended at " << end);
        REQUIRE(signalled != s.bench.vf(0).interrupts.end());
        CHECK(signalled->second - end < ns(40 * access_ns) + ns(100));
      }
      REQUIRE(s.bench.vf(0).destroy_context(a.id) == kOk);
      REQUIRE(s.bench.vf(1).destroy_context(b.id) == kOk);
    }
  }
}

TEST_CASE("256 contexts on each of four VFs are created, work and are destroyed") {
  SchedulerBench s({}, 4);
  std::vector<std::vector<Context>> contexts(4);
  const auto queue_of = [](unsigned vf, unsigned index) { return 0x100'0000 * (vf + 1) + 0x1000ULL * index; };
  for (unsigned index = 0; index < 256; ++index) {
    for (unsigned vf = 0; vf < 4; ++vf) contexts[vf].push_back(s.create(vf, queue_of(vf, index)));
  }
  for (unsigned vf = 0; vf < 4; ++vf) {
    for (unsigned index = 0; index < 256; ++index)
      s.submit(vf, contexts[vf][index], queue_of(vf, index), 1 + index % 3);
  }
  s.finish();
  CHECK(s.certs.all_read());
  CHECK(s.certs.of(Kind::Enter).size() == 1024);
  for (unsigned vf = 0; vf < 4; ++vf) {
    // 256 contexts share 15 vectors; every completion is signalled.
    CHECK(s.bench.vf(vf).interrupts.size() - s.bench.vf(vf).count_interrupts(0) == 86 * 1 + 85 * 2 + 85 * 3);
    for (const Context& context : contexts[vf]) REQUIRE(s.bench.vf(vf).destroy_context(context.id) == kOk);
    CHECK(s.bench.vf(vf).call(op::kDestroyPartition, {1}).status() == kOk);
  }
  CHECK(s.bench.counters.contexts_created == 1024);
  CHECK(s.bench.counters.contexts_destroyed == 1024);
  CHECK(s.bench.text().empty());
}

/// The words of one uC that belong to a context that was preempted.
std::uint32_t word(SchedulerBench& s, unsigned uc, std::uint32_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, s.bench.npu.microcontrollers[uc]->private_memory().data() + offset, 4);
  return value;
}
void set_word(SchedulerBench& s, unsigned uc, std::uint32_t offset, std::uint32_t value) {
  std::memcpy(s.bench.npu.microcontrollers[uc]->private_memory().data() + offset, &value, 4);
}

TEST_CASE("What the uCs of a preempted context leave in the handshake comes back with it, and nothing else does") {
  namespace hs = cert::handshake;
  const std::vector<std::uint32_t> kept = {hs::kRestore,     hs::kLastPdiId,        hs::kLastPdi, hs::kLastCoreElfId,
                                           hs::kLastCoreElf, hs::kLastPreemptionId, 0x340,        0x340 + 4 * 23};
  SchedulerBench s;
  const Context a = s.create(0, kA, 0, 1, us(2000));
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 4);
  run(us(100));
  // As if uCs 2 and 4 had saved themselves at a PREEMPT: page 5, offset 0x30.
  for (const unsigned uc : {2U, 4U}) {
    for (const std::uint32_t offset : kept) set_word(s, uc, offset, 0x0030'0005 + (offset << 8U) + uc);
  }
  s.submit(1, b, kB, 1);
  CHECK(run_until([&] { return s.certs.order().size() == 2; }));
  for (const unsigned uc : {0U, 2U, 4U}) {
    CHECK(word(s, uc, hs::kRestore) == 0);
    CHECK(word(s, uc, hs::kLastPdiId) == hs::kNothingLoaded);
    CHECK(word(s, uc, hs::kLastCoreElfId) == hs::kNothingLoaded);
    CHECK(word(s, uc, 0x340) == 0);
  }
  CHECK(run_until([&] { return s.certs.order().size() == 3; }));
  CHECK(s.certs.order().back() == kA);
  for (const unsigned uc : {2U, 4U}) {
    for (const std::uint32_t offset : kept) CHECK(word(s, uc, offset) == 0x0030'0005 + (offset << 8U) + uc);
  }
  CHECK(word(s, 1, hs::kRestore) == 0);
  s.finish();
  CHECK(s.certs.all_read());
}

TEST_CASE(
    "Between two contexts every uC is reset, so that nothing of the first is left, a context alone is not reset") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(1, kB);
  const unsigned boots = s.certs.boots;
  s.submit(0, a, kA, 1);
  s.finish();
  s.submit(0, a, kA, 1);
  s.finish();
  CHECK(s.certs.boots == boots);
  s.submit(1, b, kB, 1);
  s.finish();
  CHECK(s.certs.boots == boots + 6);
  CHECK(s.certs.all_read());
}

TEST_CASE("No memory of the array keeps a word of one context for the next") {
  SchedulerBench s;
  const Context a = s.create(0, kA);
  const Context b = s.create(1, kB);
  s.submit(0, a, kA, 1);
  s.finish();
  struct Place {
    array::TileId tile;
    std::uint32_t offset = 0;
  };
  // Both halves of a memory tile, data and program memory of a compute tile, shared memories of the uCs.
  const std::vector<Place> places = {{{0, 1}, 0x10'0000}, {{2, 1}, 0x3F'FFFC}, {{1, 2}, 0x0'0000}, {{2, 5}, 0x1'FFFC},
                                     {{1, 3}, 0x8'0000},  {{0, 0}, 0x3'0000},  {{2, 0}, 0x7'7FFC}};
  const auto access = [&](bool write, const Place& place) {
    std::uint32_t value = write ? 0x5EC2'E700 : 0;
    const auto bytes = std::as_writable_bytes(std::span(&value, 1));
    array::Tile& tile = s.bench.npu.array.tile(place.tile);
    static_cast<void>(write ? tile.write(place.offset, bytes) : tile.read(place.offset, bytes));
    return value;
  };
  for (const Place& place : places) {
    access(true, place);
    CHECK(access(false, place) == 0x5EC2'E700);
  }
  s.submit(1, b, kB, 1);
  CHECK(run_until([&] { return s.certs.order().size() == 2; }));
  for (const Place& place : places) {
    INFO("column " << unsigned{place.tile.column} << " row " << unsigned{place.tile.row} << " offset " << place.offset);
    CHECK(access(false, place) == 0);
  }
  s.finish();
  CHECK(s.certs.all_read());
}

}  // namespace
}  // namespace aie4::management::bench
