// SPDX-License-Identifier: Apache-2.0
// The lead and its host queue, seen from outside: accesses to host memory, interrupts, handshake.
#include <algorithm>
#include <array>
#include <numeric>

#include "tests/unit/cert/rig.hpp"

namespace aie4::cert::bench {
namespace {

using Kind = Event::Kind;
using Words = std::vector<std::uint32_t>;

/// The interesting part of a log: kinds, addresses and values, without times.
struct Act {
  Kind kind = Kind::Read;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint64_t value = 0;
  bool operator==(const Act&) const = default;
};

std::vector<Act> acts(const std::vector<Event>& log) {
  std::vector<Act> found;
  for (const Event& event : log) found.push_back({event.kind, event.address, event.bytes, event.value});
  return found;
}

TEST_CASE("a direct NOP command completes: completion word, read_index, mirror, interrupt, in this order") {
  Rig rig;
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(acts(rig.bench.writes()) == std::vector<Act>{
                                        {Kind::Write, kQueue + 0x10, 8, 32},  // Nobody had done it yet.
                                        {Kind::Write, rig.queue.completion_address(0), 4, 4},
                                        {Kind::Write, kQueue, 8, 1},
                                        {Kind::Write, kQueue + 0x10, 8, 33},
                                        {Kind::Interrupt},
                                        {Kind::Interrupt},  // The second: idle.
                                    });
  CHECK(rig.bench.handshake(hs::kCompletionStatus) == 1);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == hs::kIdleCert);
  CHECK(rig.bench.handshake(hs::kDoorbellPending) == 0);
  CHECK(rig.bench.counters->doorbells == 1);
  CHECK(rig.bench.counters->packets == 1);
  CHECK(rig.bench.counters->commands_completed == 1);
  CHECK(rig.bench.counters->commands_failed == 0);
  CHECK(rig.bench.counters->pages == 1);
  CHECK(rig.bench.counters->jobs == 1);
  CHECK(rig.bench.counters->opcodes == 4);
  CHECK(rig.bench.counters->mirrors == 2);
  CHECK(rig.bench.reports.empty());
}

TEST_CASE("a NOP command takes the time that the parameters say") {
  Rig rig;
  rig.queue.direct(kNop);
  const std::uint64_t start = Bench::now_ps();
  rig.ring();
  // Nanoseconds; a DMA of n bytes takes 400 + n / 80.
  //   pick-up of the doorbell                                  1500
  //   queue header: 32 bytes, then 64                          400.4 + 400.8
  //   mirror, 8 bytes                                          400.1    -> mirror at 2301.2
  //   packet, 64 bytes, and decoding                           400.8 + 400
  //   launch                                                   1900
  //   page, 8192 bytes                                         502.4
  //   START_JOB 60 + 300, NOP 60, END_JOB 60, EOF 60           540
  //   post-work                                                700
  //   completion word, 4 bytes                                 400.05   -> at 7144.5
  //   read_index, 8 bytes                                      400.1    -> at 7544.55
  //   mirror, 8 bytes                                          400.1    -> at 7944.65
  //   interrupt                                                         -> at 8344.75
  //   write_index again, 8 bytes, then idle                    400.1    -> at 8744.85
  const std::vector<Event> writes = rig.bench.writes();
  REQUIRE(writes.size() == 6);
  CHECK(writes[0].time_ps - start == 2'301'200);
  CHECK(writes[1].time_ps - start == 7'144'500);
  CHECK(writes[2].time_ps - start == 7'544'550);
  CHECK(writes[3].time_ps - start == 7'944'650);
  CHECK(writes[4].time_ps - start == 8'344'750);
  CHECK(writes[5].time_ps - start == 8'744'850);
}

TEST_CASE("each time parameter of CERT moves the completion by its own amount") {
  // Differences to the defaults in nanoseconds; a NOP command executes four opcodes and starts one job.
  struct Row {
    std::uint64_t Parameters::* member = nullptr;
    std::uint64_t weight = 1;
  };
  const Row row = GENERATE(Row{&Parameters::doorbell_pickup_ns, 1}, Row{&Parameters::packet_fetch_ns, 1},
                           Row{&Parameters::packet_launch_ns, 1}, Row{&Parameters::opcode_ns, 4},
                           Row{&Parameters::job_start_ns, 1}, Row{&Parameters::completion_ns, 1});
  Parameters parameters;
  parameters.*row.member += 1000;
  Rig rig(parameters);
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.bench.writes().at(1).time_ps == 7'144'500 + 1'000'000 * row.weight);
}

TEST_CASE("the compact layout is served without a mirror") {
  Rig rig({}, QueueLayout::Compact);
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(acts(rig.bench.writes()) == std::vector<Act>{
                                        {Kind::Write, rig.queue.completion_address(0), 4, 4},
                                        {Kind::Write, kQueue, 8, 1},
                                        {Kind::Interrupt},
                                        {Kind::Interrupt},
                                    });
  CHECK(rig.bench.counters->mirrors == 0);
}

TEST_CASE("the mirror is off if the parameter or the personality says so") {
  Parameters parameters;
  SECTION("parameter") {
    parameters.write_index_mirror = 0;
  }
  SECTION("personality") {
    parameters.protocol_major = 6;
  }
  Rig rig(parameters);
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.queue.mirror() == 0);
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(rig.bench.counters->mirrors == 0);
}

TEST_CASE("a packet that comes while a command runs is found without a doorbell") {
  Rig rig;
  rig.queue.direct(kNop);
  rig.bench.doorbell();
  Bench::run_us(5);
  REQUIRE(rig.queue.completion(0) == kNew);
  rig.queue.direct(kNop);
  Bench::run_us(100);
  CHECK(rig.queue.read_index() == 2);
  CHECK(rig.bench.counters->doorbells == 1);
}

/// The driver takes a pair of indices for valid; it accepts 32 packets in flight, whatever the queue's capacity.
bool driver_accepts(std::uint64_t read_index, std::uint64_t write_index) {
  return write_index >= read_index && write_index - read_index <= 32;
}

TEST_CASE("the mirror read at any moment since the packets were there goes with read_index of any later moment") {
  const std::uint32_t capacity = GENERATE(1U, 4U, 32U);
  const bool chain = GENERATE(false, true);
  Rig rig({}, QueueLayout::Wide, capacity);
  rig.ring();  // As if the management firmware had seen the queue: the first mirror is there.
  for (int round = 0; round < 5; ++round) {
    const std::size_t before = rig.bench.log.size();
    std::vector<std::uint64_t> mirrors{rig.queue.mirror()};
    for (std::uint32_t i = 0; i < capacity; ++i) rig.queue.direct(kNop, chain && i + 1 < capacity);
    rig.ring();
    std::uint64_t read_index = rig.queue.read_index() - capacity;
    for (std::size_t at = before; at < rig.bench.log.size(); ++at) {
      const Event& event = rig.bench.log[at];
      if (event.kind != Kind::Write) continue;
      if (event.address == kQueue) read_index = event.value;
      if (event.address == kQueue + 0x10) mirrors.push_back(event.value);
      for (const std::uint64_t mirror : mirrors) {
        INFO("capacity " << capacity << " read_index " << read_index << " mirror " << mirror);
        CHECK(driver_accepts(read_index, mirror));
      }
    }
    CHECK(read_index == rig.queue.write_index());
  }
  CHECK(rig.bench.reports.empty());
}

TEST_CASE("what the driver reads at 0x10 is told apart only by the queue's first 32 bytes") {
  std::vector<std::byte> first(32);
  CHECK_FALSE(missing_mirror(first));  // Compact: write_index itself stands there.
  store64(first, 0x00, 7);
  store32(first, 0x0C, 32);
  CHECK_FALSE(missing_mirror(first));
  first[8] = std::byte{1};
  CHECK(missing_mirror(first) == 39U);
  store32(first, 0x0C, 8);
  CHECK(missing_mirror(first) == 15U);
  store32(first, 0x0C, 64);
  CHECK(missing_mirror(first) == 39U);
  store64(first, 0x10, 39);
  CHECK_FALSE(missing_mirror(first));
  first[8] = std::byte{2};  // Nothing we know.
  store64(first, 0x10, 0);
  CHECK_FALSE(missing_mirror(first));
}

TEST_CASE("the queue wraps, slot by slot and with all slots full") {
  const std::uint32_t capacity = GENERATE(1U, 2U, 32U);
  // The last indices before read_index itself wraps, too.
  Rig rig({}, QueueLayout::Wide, capacity, ~std::uint64_t{0} - 40);
  std::uint64_t expected = ~std::uint64_t{0} - 40;
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < capacity; ++i) rig.queue.direct(kNop);
    rig.ring();
    expected += capacity;
    CHECK(rig.queue.read_index() == expected);
    CHECK(rig.queue.mirror() == expected + capacity);
  }
  CHECK(rig.bench.counters->commands_completed == 3 * capacity);
  CHECK(rig.bench.reports.empty());
}

TEST_CASE("a hundred single packets through 32 slots complete in order, each with its own read_index") {
  Rig rig;
  for (std::uint64_t i = 0; i < 100; ++i) {
    rig.queue.direct(i % 10 == 9 ? kBad : kNop);
    if (i % 7 == 6 || i == 99) rig.ring(100);
  }
  std::uint64_t expected_index = 0;
  for (const Event& event : rig.bench.writes()) {
    if (event.kind != Kind::Write || event.address != kQueue) continue;
    CHECK(event.value == ++expected_index);
  }
  CHECK(expected_index == 100);
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(rig.queue.completion(i) == (i % 10 == 9 ? error(3) : kCompleted));
  CHECK(rig.bench.counters->commands_completed == 90);
  CHECK(rig.bench.counters->commands_failed == 10);
}

TEST_CASE("a doorbell that finds nothing is answered with idle, and the packet that follows is run") {
  Rig rig;
  rig.ring();
  CHECK(rig.idle());
  CHECK(rig.bench.interrupts() == 1);
  CHECK(rig.bench.writes().size() == 2);  // The first mirror, and the interrupt.
  rig.queue.direct(kNop);
  Bench::run_us(100);
  CHECK(rig.queue.completion(0) == kNew);  // A packet without a doorbell waits.
  rig.ring();
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(rig.bench.reports.empty());
}

TEST_CASE("a doorbell that rings while a command runs is not lost, wherever it falls") {
  // From the first access to well after idle, in steps that hit every phase.
  Rig rig;
  std::uint64_t done = 0;
  for (std::uint64_t offset = 0; offset < 12'000; offset += 97) {
    rig.queue.direct(kNop);
    rig.bench.doorbell();
    Bench::run_ns(offset);
    rig.queue.direct(kNop);
    rig.ring(100);
    done += 2;
    if (rig.queue.read_index() != done) FAIL("second doorbell " << offset << " ns after the first");
  }
  CHECK(rig.bench.counters->commands_completed == done);
}

TEST_CASE("a chain moves read_index once, by its length, and interrupts once") {
  Rig rig;
  for (int i = 0; i < 4; ++i) rig.queue.direct(kNop, i < 3);
  rig.ring();
  CHECK(acts(rig.bench.writes()) == std::vector<Act>{
                                        {Kind::Write, kQueue + 0x10, 8, 32},
                                        {Kind::Write, rig.queue.completion_address(0), 4, 4},
                                        {Kind::Write, rig.queue.completion_address(1), 4, 4},
                                        {Kind::Write, rig.queue.completion_address(2), 4, 4},
                                        {Kind::Write, rig.queue.completion_address(3), 4, 4},
                                        {Kind::Write, kQueue, 8, 4},
                                        {Kind::Write, kQueue + 0x10, 8, 36},
                                        {Kind::Interrupt},
                                        {Kind::Interrupt},
                                    });
  CHECK(rig.bench.handshake(hs::kRunlistReadIdx) == 0);
}

TEST_CASE("a chain whose second member fails shows 4 5 6 6, and the next command runs") {
  Rig rig;
  rig.queue.direct(kNop, true);
  rig.queue.direct(kBad, true);
  rig.queue.direct(kNop, true);
  rig.queue.direct(kNop, false);
  rig.queue.direct(kNop, false);
  rig.ring();
  CHECK(rig.completions(0, 5) == Words{kCompleted, error(3), kAborted, kAborted, kCompleted});
  CHECK(rig.queue.read_index() == 5);
  CHECK(rig.bench.counters->pages == 3);  // The aborted ones were not even fetched.
  CHECK(rig.bench.counters->commands_completed == 2);
  CHECK(rig.bench.counters->commands_failed == 1);
  CHECK(rig.bench.counters->commands_aborted == 2);
  CHECK((rig.bench.handshake(hs::kRestore) & hs::kChainFailure) == 0);
}

TEST_CASE("a chain fails in its first or last member") {
  Rig rig;
  rig.queue.direct(kBad, true);
  rig.queue.direct(kBad, true);
  rig.queue.direct(kNop, false);
  rig.queue.direct(kNop, true);
  rig.queue.direct(kBad, false);
  rig.queue.direct(kNop, false);
  rig.ring();
  CHECK(rig.completions(0, 6) == Words{error(3), kAborted, kAborted, kCompleted, error(3), kCompleted});
  CHECK(rig.queue.read_index() == 6);
}

TEST_CASE("a chain may arrive member by member, each with its doorbell, and read_index waits for the end") {
  Rig rig;
  for (std::uint64_t i = 0; i < 4; ++i) {
    rig.queue.direct(kNop, i < 3);
    rig.ring(100);
    CHECK(rig.queue.completion(i) == kCompleted);
    CHECK(rig.queue.read_index() == (i < 3 ? 0 : 4));
    CHECK(rig.bench.handshake(hs::kRunlistReadIdx) == (i < 3 ? i + 1 : 0));
    CHECK(rig.bench.handshake(hs::kCertIdleStatus) == hs::kIdleCert);
    CHECK(rig.bench.handshake(hs::kCompletionStatus) == (i < 3 ? 0 : 1));
    rig.ring(100);  // A doorbell in mid-chain with nothing behind it.
    CHECK(rig.queue.read_index() == (i < 3 ? 0 : 4));
  }
  CHECK(rig.bench.counters->packets == 4);
  CHECK(rig.bench.reports.empty());
}

TEST_CASE("a switch request stops the lead at a packet boundary and says what is left") {
  Rig rig;
  for (int i = 0; i < 3; ++i) rig.queue.direct(kNop);
  rig.bench.doorbell();
  Bench::run_us(5);
  rig.bench.request_switch();  // In the middle of packet 0.
  Bench::run_us(100);
  CHECK(rig.completions(0, 3) == Words{kCompleted, kNew, kNew});
  CHECK(rig.queue.read_index() == 1);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) ==
        (hs::kIdleCert | hs::kIdlePreemptionSaved | hs::kIdleQueueNotEmpty));

  rig.bench.connect(kQueue);  // Back again.
  rig.ring();
  CHECK(rig.completions(0, 3) == Words{kCompleted, kCompleted, kCompleted});
  CHECK(rig.queue.read_index() == 3);
}

TEST_CASE("a switch request to an idle lead is answered at once") {
  Rig rig;
  rig.ring();
  const std::size_t before = rig.bench.interrupts();
  rig.bench.request_switch();
  Bench::run_us(100);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == (hs::kIdleCert | hs::kIdlePreemptionSaved));
  CHECK(rig.bench.interrupts() == before + 1);
}

TEST_CASE("contexts alternate, and a chain goes on where its context was left") {
  Rig rig;
  constexpr std::uint64_t kOther = 0x40'0000;
  GuestQueue other(rig.bench, kOther, QueueLayout::Compact, 8);
  rig.bench.set_context(1, 7);
  for (int i = 0; i < 4; ++i) rig.queue.direct(i == 1 ? kBad : kNop, i < 3);
  other.direct(kNop, true);
  rig.bench.doorbell();
  Bench::run_us(9);
  rig.bench.request_switch();  // In the middle of packet 1.
  Bench::run_us(100);
  CHECK(rig.completions(0, 4) == Words{kCompleted, error(3), kNew, kNew});
  CHECK(rig.queue.read_index() == 0);
  const std::uint32_t runlist = rig.bench.handshake(hs::kRunlistReadIdx);
  const std::uint32_t restore = rig.bench.handshake(hs::kRestore);
  CHECK(runlist == 2);
  CHECK(restore == hs::kChainFailure);

  rig.bench.set_context(2, 8);
  rig.bench.connect(kOther);
  rig.ring(100);
  CHECK(other.completion(0) == kCompleted);
  CHECK(other.read_index() == 0);
  rig.bench.request_switch();
  Bench::run_us(100);
  CHECK(rig.bench.handshake(hs::kRunlistReadIdx) == 1);

  rig.bench.set_context(1, 7);
  rig.bench.connect(kQueue, 3, runlist, restore);
  rig.ring(100);
  CHECK(rig.completions(0, 4) == Words{kCompleted, error(3), kAborted, kAborted});
  CHECK(rig.queue.read_index() == 4);

  rig.bench.set_context(2, 8);
  rig.bench.connect(kOther, 3, 1, 0);
  other.direct(kNop);
  rig.ring(100);
  CHECK(other.completion(1) == kCompleted);
  CHECK(other.read_index() == 2);
  // Each access was made for its own context.
  for (const Event& event : rig.bench.log) {
    if (event.kind == Kind::Interrupt) continue;
    const bool others = event.address >= kOther && event.address < kOther + 0x10'0000;
    const bool mine = event.address >= kQueue && event.address < kQueue + 0x10'0000;
    if (others) CHECK(event.context == 8);
    if (mine) CHECK(event.context == 7);
  }
}

TEST_CASE("a reset in the middle of a command leaves the lead ready for another context") {
  // One moment in each phase of the command.
  const std::uint64_t when = GENERATE(100U, 1800U, 2500U, 4000U, 4700U, 5200U, 6000U, 6500U, 6800U);
  Rig rig;
  rig.queue.direct(kNop);
  rig.bench.doorbell();
  Bench::run_ns(when);
  rig.bench.reset(0);
  Bench::run_us(100);
  const std::size_t writes = rig.bench.writes().size();
  Bench::run_us(100);
  CHECK(rig.bench.writes().size() == writes);  // It sleeps.

  GuestQueue other(rig.bench, 0x40'0000);
  other.direct(kNop);
  rig.bench.connect(other.address());
  rig.ring();
  CHECK(other.completion(0) == kCompleted);
  CHECK(other.read_index() == 1);
}

TEST_CASE("the same commands give the same log, event by event and picosecond by picosecond") {
  std::vector<std::vector<Event>> logs;
  for (int i = 0; i < 2; ++i) {
    Rig rig;
    for (int round = 0; round < 3; ++round) {
      rig.queue.direct(kNop, true);
      rig.queue.indirect({{4, kNop}, {0, kNop}, {2, kBad}});
      rig.ring();
    }
    logs.push_back(rig.bench.log);
  }
  CHECK(logs[0].size() > 50);
  CHECK(logs[1] == logs[0]);
}

}  // namespace
}  // namespace aie4::cert::bench
