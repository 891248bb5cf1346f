// SPDX-License-Identifier: Apache-2.0
// What goes wrong: each error with its code, its diagnostic, and the next command unharmed.
#include <algorithm>
#include <functional>

#include "tests/unit/cert/rig.hpp"

namespace aie4::cert::bench {
namespace {

using Words = std::vector<std::uint32_t>;

/// The lead still works.
void check_unharmed(Rig& rig) {
  const std::uint64_t index = rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.queue.completion(index) == kCompleted);
  CHECK(rig.queue.read_index() == index + 1);
  CHECK(rig.idle());
}

Code with_byte(Code page, std::size_t at, unsigned value) {
  page.at(at) = static_cast<std::byte>(value);
  return page;
}

Code one_job(const std::vector<Code>& instructions) {
  return code::program({{code::job(0, instructions)}});
}

TEST_CASE("code that cannot be run ends its command with the right code and says why") {
  struct Row {
    const char* name = nullptr;
    std::function<Code()> program;
    std::uint32_t code = 0;
    const char* message = nullptr;
  };
  static const std::vector<Row> rows = {
      {"signature", [] { return with_byte(code::nop_program(), 1, 0xFE); }, 5, "page signature 0xffff"},
      {"page index", [] { return with_byte(code::nop_program(), 2, 1); }, 5, "index 1 in page 0"},
      {"length too short", [] { return with_byte(code::nop_program(), 8, 19); }, 5, "cur_page_len"},
      {"length beyond the page", [] { return with_byte(code::nop_program(), 9, 0x21); }, 5, "cur_page_len"},
      {"next length", [] { return with_byte(code::nop_program(), 10, 22); }, 5, "in_order_page_len"},
      {"EOF beyond the length", [] { return with_byte(code::nop_program(), 8, 0x20); }, 5, "EOF after the last job"},
      {"index of the second page",
       [] { return with_byte(code::program({{code::job(0, {})}, {code::job(0, {})}}), 8192 + 2, 2); }, 5,
       "index 2 in page 1"},
      {"second page longer than announced",
       [] { return with_byte(code::program({{code::job(0, {})}, {code::job(0, {})}}), 8192 + 8, 0x40); }, 5,
       "cur_page_len"},
      {"job size 0", [] { return with_byte(code::nop_program(), 0x14, 0); }, 5, "size 0 of job 0"},
      {"job beyond the page", [] { return with_byte(code::nop_program(), 0x15, 0x20); }, 5, "job size"},
      {"END_JOB early", [] { return with_byte(code::nop_program(), 0x14, 0x14); }, 5, "END_JOB"},
      {"END_JOB missing", [] { return with_byte(code::nop_program(), 0x1C, 0x16); }, 5, "END_JOB at the end"},
      {"EOF in a job", [] { return with_byte(code::nop_program(), 0x18, 0xFF); }, 5, "END_JOB before"},
      {"instruction outside of jobs", [] { return with_byte(code::nop_program(), 0x20, 0x16); }, 5, "START_* or EOF"},
      {"same id twice", [] { return code::program({{code::job(3, {}), code::job(3, {})}}); }, 5, "a second job 3"},
      {"unassigned opcode", [] { return one_job({code::bytes({0x0A, 0, 0, 0})}); }, 3, "byte 0x0a"},
      {"unassigned opcode outside", [] { return with_byte(code::nop_program(), 0x20, 0x99); }, 3, "byte 0x99"},
      {"register", [] { return one_job({code::mov(24, 0)}); }, 3, "a register from 0 to 23"},
      {"barrier", [] { return one_job({code::local_barrier(16, 1)}); }, 3, "a local barrier from 0 to 15"},
      {"no participants", [] { return one_job({code::local_barrier(0, 0)}); }, 3, "at least one participant"},
      {"participants differ",
       [] {
         return code::program({{code::job(0, {code::local_barrier(1, 3)}), code::job(1, {code::local_barrier(1, 2)})}});
       },
       3, "the number of participants"},
  };
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{21}));
  REQUIRE(rows.size() == 21);
  INFO(rows[i].name);
  Rig rig;
  CHECK(rig.run(rows[i].program()) == error(rows[i].code));
  INFO(rig.bench.diagnostics_text());
  CHECK(rig.bench.reported(FaultCategory::GuestError, rows[i].message));
  CHECK(rig.bench.reports.size() == 1);
  CHECK(rig.bench.counters->commands_failed == 1);
  check_unharmed(rig);
}

// --- packets --------------------------------------------------------------------------------------------------------

TEST_CASE("TEST completes, EXIT and invalid packets end with their codes") {
  Rig rig;
  const auto with = [&](std::size_t at, unsigned value, bool more = false) {
    std::vector<std::byte> packet = rig.queue.direct_packet(rig.queue.write_index(), kNop, more);
    packet.at(at) = static_cast<std::byte>(value);
    rig.queue.raw(packet);
  };
  with(2, 2);   // TEST
  with(2, 3);   // EXIT
  with(2, 0);   // opcode of old comments
  with(2, 4);   // no opcode
  with(0, 1);   // type invalid
  with(3, 2);   // chain_flag
  with(4, 16);  // count
  with(6, 1);   // distribute without indirect
  with(7, 1);   // indirect without distribute
  with(20, 2);  // odd code address
  rig.ring();
  CHECK(rig.completions(0, 10) ==
        Words{kCompleted, error(0), error(4), error(4), error(4), error(4), error(4), error(4), error(4), error(4)});
  CHECK(rig.bench.counters->pages == 0);
  CHECK(rig.bench.diagnostics.count(FaultCategory::GuestError) == 8);
  CHECK(rig.bench.reported(FaultCategory::GuestError, "packet 5: expected chain_flag 0 or 1, came 2"));
  check_unharmed(rig);
}

TEST_CASE("an invalid packet fails its chain, and one that is aborted anyway is not judged") {
  Rig rig;
  for (unsigned i = 0; i < 4; ++i) {
    std::vector<std::byte> packet = rig.queue.direct_packet(i, kNop, i < 3);
    if (i == 1 || i == 2) packet.at(0) = std::byte{1};
    rig.queue.raw(packet);
  }
  rig.ring();
  CHECK(rig.completions(0, 4) == Words{kCompleted, error(4), kAborted, kAborted});
  CHECK(rig.bench.reports.size() == 1);
  check_unharmed(rig);
}

TEST_CASE("an indirect packet is refused for a foreign uC, a second entry for one uC, and two levels") {
  Rig rig;
  rig.bench.connect(kQueue, 2);  // Two columns: uCs 0 to 3.
  rig.queue.indirect({{0, kNop}, {4, kNop}});
  rig.queue.indirect({{1, kNop}, {1, kNop}});
  rig.queue.indirect({{3, kNop}});
  rig.bench.host.write32(rig.queue.indirect_slot(3, 2) + 4, 1U << 24 | 24);  // indirect = 1.
  rig.queue.indirect({{3, kNop}});
  rig.bench.host.write32(rig.queue.indirect_slot(3, 3) + 4, 23);  // count
  rig.queue.indirect({{0, kNop}, {3, kNop}});
  rig.ring();
  CHECK(rig.completions(0, 5) == Words{error(4), error(4), error(4), error(4), kCompleted});
  CHECK(rig.bench.reported(FaultCategory::GuestError, "entry 1 for uC 4, of 4 uCs"));
  CHECK(rig.bench.reported(FaultCategory::GuestError, "a second one, entry 1, for uC 1"));
  CHECK(rig.bench.reported(FaultCategory::Unmodelled, "two-level indirection"));
  CHECK(rig.bench.reported(FaultCategory::GuestError, "count 24 in an indirect packet"));
  CHECK(rig.bench.counters->pages == 2);
  check_unharmed(rig);
}

// --- host memory that is not there ----------------------------------------------------------------------------------

TEST_CASE("a control page that is not mapped is an invalid page") {
  Rig rig;
  rig.queue.direct(kNowhere);
  rig.ring();
  CHECK(rig.queue.completion(0) == error(5));
  CHECK(rig.bench.reported(FaultCategory::GuestError, "uc0 MM2DM"));
  check_unharmed(rig);
}

TEST_CASE("a second page that is not mapped is an invalid page") {
  Rig rig;
  Code program = code::program({{code::job(0, {})}, {code::job(0, {})}});
  program.resize(8192);
  CHECK(rig.run(program) == error(5));
  check_unharmed(rig);
}

TEST_CASE("a completion word that cannot be written does not stop the queue") {
  Rig rig;
  std::vector<std::byte> packet = rig.queue.direct_packet(0, kNop, false);
  store64(packet, 8, kNowhere);
  rig.queue.raw(packet);
  packet = rig.queue.direct_packet(1, kNop, false);
  store64(packet, 8, rig.queue.completion_address(1) + 2);
  rig.queue.raw(packet);
  rig.ring();
  CHECK(rig.queue.read_index() == 2);
  CHECK(rig.queue.completion(1) == kNew);
  CHECK(rig.bench.reported(FaultCategory::GuestError, "uc0 DM2MM"));
  CHECK(rig.bench.reported(FaultCategory::GuestError, "a word-aligned completion_signal"));
  CHECK(rig.bench.reports.size() == 2);
  check_unharmed(rig);
}

TEST_CASE("an indirect packet that cannot be read is an invalid packet") {
  Rig rig;
  rig.queue.indirect({{0, kNop}});
  rig.bench.host.write32(rig.queue.slot(0) + 16, kNowhere);
  rig.ring();
  CHECK(rig.queue.completion(0) == error(4));
  CHECK(rig.bench.counters->pages == 0);
  check_unharmed(rig);
}

TEST_CASE("a queue that cannot be used is reported and left alone, another context's works") {
  struct Row {
    const char* name = nullptr;
    std::uint64_t address = kQueue;
    std::function<void(Rig&)> damage;
    const char* message = nullptr;
  };
  static const std::vector<Row> rows = {
      {"header not mapped", kNowhere, [](Rig&) {}, "0xdead0000"},
      {"rest of a wide header not mapped", 0x70'0000,
       [](Rig& rig) {
         rig.bench.host.map(0x70'0000, 32);
         rig.bench.host.write32(0x70'0008, 1);
       },
       "0x700040"},
      {"odd address", kQueue + 2, [](Rig&) {}, "a word-aligned host queue address"},
      {"version", kQueue, [](Rig& rig) { rig.bench.host.write32(kQueue + 8, 2); }, "major version 2"},
      {"capacity 0", kQueue, [](Rig& rig) { rig.bench.host.write32(kQueue + 12, 0); }, "capacity"},
      {"capacity 33", kQueue, [](Rig& rig) { rig.bench.host.write32(kQueue + 12, 33); }, "capacity"},
      {"write_index too far", kQueue, [](Rig& rig) { rig.queue.publish(33); },
       "write_index 33, consumed 0, capacity 32"},
      {"read_index ahead", kQueue, [](Rig& rig) { rig.bench.host.write64(kQueue, 2); }, "write_index 1, consumed 2"},
      {"data_address odd", kQueue, [](Rig& rig) { rig.bench.host.write64(kQueue + 0x78, 0x1001); }, "data_address"},
      {"data_address not mapped", kQueue, [](Rig& rig) { rig.bench.host.write64(kQueue + 0x78, kNowhere); },
       "0xdead0000"},
  };
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{10}));
  REQUIRE(rows.size() == 10);
  INFO(rows[i].name);
  Rig rig;
  rig.queue.direct(kNop);
  rows[i].damage(rig);
  rig.bench.connect(rows[i].address);
  rig.ring();
  INFO(rig.bench.diagnostics_text());
  CHECK(rig.bench.reported(FaultCategory::GuestError, rows[i].message));
  CHECK(rig.bench.reports.size() == 1);
  CHECK(rig.queue.completion(0) == kNew);
  CHECK(rig.bench.handshake(hs::kFwState) == static_cast<std::uint32_t>(hs::FwState::HSA_CRITICAL_ERROR));
  CHECK(rig.bench.handshake(hs::kMiscStatus) == hs::kMiscException);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == hs::kIdleCert);
  CHECK(rig.bench.interrupts() == 1);

  GuestQueue other(rig.bench, 0x40'0000);
  other.direct(kNop);
  rig.bench.connect(other.address());
  rig.ring();
  CHECK(other.completion(0) == kCompleted);
}

TEST_CASE("a context with a broken queue gives the array up when asked, awake or asleep") {
  Rig rig;
  rig.bench.connect(kNowhere);
  const bool asleep = GENERATE(false, true);
  if (asleep) {
    rig.ring();
    CHECK(rig.bench.handshake(hs::kCertIdleStatus) == hs::kIdleCert);
  } else {
    rig.bench.doorbell();
  }
  rig.bench.request_switch();
  Bench::run_us(100);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == (hs::kIdleCert | hs::kIdlePreemptionSaved));
  rig.bench.connect(kQueue);
  check_unharmed(rig);
}

TEST_CASE("a wide queue that is not mirrored is named once, when the driver's waiter begins to spin") {
  Parameters parameters;
  parameters.write_index_mirror = 0;
  const QueueLayout layout = GENERATE(QueueLayout::Compact, QueueLayout::Wide);
  Rig rig(parameters, layout);
  for (int i = 0; i < 3; ++i) rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.queue.read_index() == 3);
  if (layout == QueueLayout::Compact) {
    CHECK(rig.bench.reports.empty());
  } else {
    CHECK(rig.bench.reports.size() == 1);
    CHECK(rig.bench.reported(FaultCategory::GuestError,
                             "came 0 there and 3 at 0x40 of a wide header, with read_index now 1"));
  }
}

TEST_CASE("a queue that breaks while it is served is left at that packet") {
  Rig rig;
  rig.queue.direct(kNop);
  rig.bench.doorbell();
  Bench::run_us(5);
  rig.queue.publish(40);
  Bench::run_us(100);
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(rig.queue.read_index() == 1);
  CHECK(rig.bench.reported(FaultCategory::GuestError, "write_index 40, consumed 1, capacity 32"));
  CHECK(rig.idle());
  rig.queue.publish(1);  // The host mends it.
  check_unharmed(rig);
}

// --- injected faults ------------------------------------------------------------------------------------------------

TEST_CASE("fault completion-error turns one good command into an error") {
  Rig rig;
  rig.bench.faults.arm(Fault::CompletionError);
  rig.queue.direct(kBad);  // Not a good command: the fault waits.
  rig.queue.direct(kNop);
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.completions(0, 3) == Words{error(3), error(3), kCompleted});
  CHECK(rig.bench.reports.size() == 1);
}

TEST_CASE("fault read-index-beyond strikes one update, the next is right") {
  Rig rig;
  rig.bench.faults.arm(Fault::ReadIndexBeyond);
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(rig.queue.read_index() == 1 + 32 + 1);
  // After a sleep, too: the lead knows its own wrong word when it meets it again.
  check_unharmed(rig);
  CHECK(rig.queue.read_index() == 2);
}

TEST_CASE("fault read-index-without-completion leaves the word NEW") {
  Rig rig;
  rig.bench.faults.arm(Fault::ReadIndexWithoutCompletion);
  rig.queue.direct(kNop);
  rig.ring();
  CHECK(rig.queue.completion(0) == kNew);
  CHECK(rig.queue.read_index() == 1);
  check_unharmed(rig);
}

TEST_CASE("fault job-never-finishes outlasts the packet timeout until a reset") {
  Parameters parameters;
  parameters.packet_timeout_ms = 1;
  Rig rig(parameters);
  rig.bench.faults.arm(Fault::JobNeverFinishes);
  const bool indirect = GENERATE(false, true);
  if (indirect) {
    rig.queue.indirect({{0, kNop}, {3, kNop}});
  } else {
    rig.queue.direct(kNop);
  }
  rig.ring(50'000);
  CHECK(rig.queue.completion(0) == kNew);
  CHECK(rig.queue.read_index() == 0);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == 0);
  rig.ring(1000);  // Doorbells do not disturb it.
  CHECK(rig.queue.completion(0) == kNew);
  rig.bench.reset_all();
  GuestQueue other(rig.bench, 0x40'0000);
  other.direct(kNop);
  rig.bench.connect(other.address());
  rig.ring();
  CHECK(other.completion(0) == kCompleted);
}

}  // namespace
}  // namespace aie4::cert::bench
