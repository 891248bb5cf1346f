// SPDX-License-Identifier: Apache-2.0
// Commands that run on several uCs, and commands that hang.
#include <algorithm>
#include <map>

#include "tests/unit/cert/rig.hpp"

namespace aie4::cert::bench {
namespace {

using Words = std::vector<std::uint32_t>;
using Entries = std::vector<std::pair<unsigned, std::uint64_t>>;

constexpr std::uint64_t kStride = 0x1'0000;

/// Where the program of a uC lies.
std::uint64_t code_of(unsigned uc) {
  return kFree + uc * kStride;
}

/// Two jobs that wait for a third, which is not there.
Code deadlock() {
  return code::program(
      {{code::job(3, {code::nop(), code::local_barrier(2, 3)}), code::job(8, {code::local_barrier(2, 3)})}});
}

Code nops(unsigned count) {
  return code::program({{code::job(0, std::vector<Code>(count, code::nop()))}});
}

struct Team : Rig {
  explicit Team(const Parameters& parameters = {}) : Rig(parameters) {
    for (unsigned uc = 0; uc < 6; ++uc) load(code_of(uc), code::nop_program());
  }
  /// Which uCs have read their own program, and when.
  [[nodiscard]] std::map<unsigned, std::uint64_t> page_reads() const {
    std::map<unsigned, std::uint64_t> reads;
    for (const Event& event : bench.log) {
      if (event.kind != Event::Kind::Read || event.address < kFree || event.address >= kFree + 6 * kStride) continue;
      CHECK(event.address == code_of(event.uc));
      reads[event.uc] = event.time_ps;
    }
    return reads;
  }
  [[nodiscard]] std::uint64_t time_of_completion(std::uint64_t index) const {
    const auto found = std::ranges::find(bench.log, queue.completion_address(index), &Event::address);
    return found == bench.log.end() ? 0 : found->time_ps;
  }
  void check_unharmed() {
    const std::size_t reports = bench.reports.size();
    Entries all;
    for (unsigned uc = 0; uc < 6; ++uc) all.emplace_back(uc, kNop);
    const std::uint64_t index = queue.indirect(all);
    queue.direct(kNop);
    ring();
    CHECK(queue.completion(index) == kCompleted);
    CHECK(queue.completion(index + 1) == kCompleted);
    CHECK(queue.read_index() == index + 2);
    CHECK(bench.reports.size() == reports);
    CHECK(bench.waits.hang_report().empty());
  }
};

Parameters impatient() {
  Parameters parameters;
  parameters.packet_timeout_ms = 1;
  return parameters;
}

TEST_CASE("an indirect packet runs on any subset of uCs in any order, each uC its own code") {
  Team team;
  for (unsigned subset = 1; subset < 64; ++subset) {
    for (const bool backwards : {false, true}) {
      Entries entries;
      std::map<unsigned, std::uint64_t> expected;
      for (unsigned uc = 0; uc < 6; ++uc) {
        if ((subset >> uc & 1U) == 0) continue;
        entries.emplace_back(uc, code_of(uc));
        expected[uc] = 0;
      }
      if (backwards) std::ranges::reverse(entries);
      team.bench.log.clear();
      const std::uint64_t index = team.queue.indirect(entries);
      team.ring(100);
      if (team.queue.completion(index) != kCompleted) FAIL("subset " << subset);
      std::map<unsigned, std::uint64_t> reads = team.page_reads();
      for (auto& [uc, time] : reads) time = 0;
      if (reads != expected) FAIL("subset " << subset << ": " << reads.size() << " uCs read their code");
      CHECK(team.bench.interrupts() == 2);  // The workers raise none.
    }
  }
  CHECK(team.bench.counters->commands_completed == 126);
  CHECK(team.bench.reports.empty());
  CHECK(team.bench.waits.hang_report().empty());
}

TEST_CASE("a command on two uCs takes the time that its steps say") {
  Team team;
  team.bench.connect(kQueue, 1);
  team.load(code_of(1), nops(3));
  team.queue.indirect({{0, code_of(0)}, {1, code_of(1)}});
  team.ring();
  // Nanoseconds. Up to the decoded packet as for a direct one (lead_test.cpp): 3502.1.
  //   two indirect packets of 32 bytes                          2 * 400.4
  //   launch                                                    1900         -> 6202.9
  //   to uC 1: code low, code high, details, work, wake-up      5 * 60       -> 6502.9; it wakes at 6442.9
  //   uC 1: arrived, wake-up                                    2 * 60       -> 6562.9
  //   lead: go, wake-up                                         2 * 60       -> 6622.9; go is there at 6502.9
  //   uC 1: page 502.4, opcodes 540 + 2 * 60                                 -> 7725.3
  //   uC 1: result, finished, wake-up                           2 * 60       -> lead wakes at 7845.3
  //   lead: release, wake-up                                    2 * 60       -> 7965.3
  //   post-work                                                 700          -> 8665.3
  CHECK(team.time_of_completion(0) == 8'665'300);
}

TEST_CASE("no uC runs before all of the partition have come to the pre-work barrier") {
  Team team;
  team.bench.ucs[5]->set_reset(true);
  team.queue.indirect({{0, code_of(0)}, {2, code_of(2)}});  // uC 5 has no work, but takes part.
  team.ring(100);
  CHECK(team.page_reads().empty());
  CHECK(team.bench.waits.hang_report() ==
        std::vector<std::string>{
            "uc0 waits for barrier: pre-work barrier: arrival of uC 5; released by: that uC",
            "uc1 waits for barrier: pre-work barrier of lead uC 0; released by: the lead",
            "uc2 waits for barrier: pre-work barrier of lead uC 0; released by: the lead",
            "uc3 waits for barrier: pre-work barrier of lead uC 0; released by: the lead",
            "uc4 waits for barrier: pre-work barrier of lead uC 0; released by: the lead",
        });
  CHECK(team.bench.handshake(hs::kFwState, 0) == static_cast<std::uint32_t>(hs::FwState::LEADER_POST_DIST_BARRIER));
  CHECK(team.bench.handshake(hs::kFwState, 2) == static_cast<std::uint32_t>(hs::FwState::WORKER_PRE_WORK_BARRIER));
  team.bench.ucs[5]->set_reset(false);
  Bench::run_us(1);
  team.bench.wake(5);
  Bench::run_us(100);
  CHECK(team.page_reads().size() == 2);
  CHECK(team.queue.completion(0) == kCompleted);
  team.check_unharmed();
}

TEST_CASE("a partition of one column has two uCs, and the others sleep") {
  Team team;
  team.bench.connect(kQueue, 1);
  team.bench.ucs[5]->set_reset(true);
  team.queue.indirect({{1, code_of(1)}});
  team.ring();
  CHECK(team.queue.completion(0) == kCompleted);
}

TEST_CASE("the command ends when its slowest uC has ended, and the others stand at the post-work barrier") {
  Team team;
  team.load(code_of(3), nops(1000));  // 60 us.
  team.queue.indirect({{0, code_of(0)}, {3, code_of(3)}, {4, code_of(4)}});
  team.ring(30);
  CHECK(team.queue.completion(0) == kNew);
  CHECK(team.bench.handshake(hs::kFwState, 0) == static_cast<std::uint32_t>(hs::FwState::LEADER_POST_WORK_BARRIER));
  CHECK(team.bench.handshake(hs::kFwState, 3) == static_cast<std::uint32_t>(hs::FwState::EXEC_INITIAL_PASS));
  CHECK(team.bench.handshake(hs::kFwState, 4) == static_cast<std::uint32_t>(hs::FwState::WORKER_POST_WORK_BARRIER));
  CHECK(team.bench.handshake(hs::kCertIdleStatus, 4) == 0);
  Bench::run_us(100);
  CHECK(team.queue.completion(0) == kCompleted);
  CHECK(team.bench.handshake(hs::kFwState, 4) == static_cast<std::uint32_t>(hs::FwState::NO_PAGE));
  CHECK(team.bench.handshake(hs::kCertIdleStatus, 4) == hs::kIdleCert);
}

TEST_CASE("an error on a worker carries that worker's number") {
  Team team;
  for (unsigned uc = 0; uc < 6; ++uc) {
    team.queue.indirect({{0, kNop}, {uc == 0 ? 1 : uc, kNop}});
    team.bench.host.write32(team.queue.indirect_slot(uc, uc) + 12, kBad);
  }
  team.queue.indirect({{0, kNop}, {2, kNowhere}, {4, kNop}});
  team.ring();
  CHECK(team.completions(0, 7) ==
        Words{error(3), error(103), error(203), error(303), error(403), error(503), error(205)});
  team.check_unharmed();
}

TEST_CASE("of several failures the first counts, and of simultaneous ones the lowest uC's") {
  Team team;
  team.queue.indirect({{5, kBad}, {3, kBad}, {4, kBad}});
  team.load(code_of(1),
            code::program({{code::job(0, std::vector<Code>(100, code::nop())), code::bytes({0x24, 0, 0, 0})}}));
  team.queue.indirect({{1, code_of(1)}, {4, kBad}});
  team.ring();
  CHECK(team.completions(0, 2) == Words{error(303), error(403)});
  team.check_unharmed();
}

TEST_CASE("a failing worker stops those that wait for ever, and nobody waits for the timeout") {
  Team team;
  team.load(code_of(0), deadlock());
  team.load(code_of(4), deadlock());
  team.queue.indirect({{0, code_of(0)}, {2, kBad}, {4, code_of(4)}});
  team.ring(100);
  CHECK(team.queue.completion(0) == error(203));
  CHECK(team.bench.reports.size() == 1);
  team.check_unharmed();
}

TEST_CASE("chains may mix direct and indirect packets") {
  Team team;
  team.queue.direct(kNop, true);
  team.queue.indirect({{2, kNop}}, true);
  team.queue.indirect({{2, kNop}, {0, kBad}}, true);
  team.queue.indirect({{2, kNop}}, true);
  team.queue.direct(kNop);
  team.ring();
  CHECK(team.completions(0, 5) == Words{kCompleted, kCompleted, error(3), kAborted, kAborted});
  team.check_unharmed();
}

// --- hangs ----------------------------------------------------------------------------------------------------------

TEST_CASE("a deadlock on the lead is labelled, and ends with PKT_TIMEOUT when its time is up") {
  Team team(impatient());
  team.load(code_of(0), deadlock());
  team.queue.direct(code_of(0));
  team.ring(500);
  CHECK(team.bench.waits.hang_report() ==
        std::vector<std::string>{"uc0 waits for barrier: local barrier 2; released by: another job of the page, but "
                                 "none can run"});
  CHECK(team.queue.completion(0) == kNew);
  Bench::run_us(1000);
  CHECK(team.queue.completion(0) == error(6));
  // Its time runs from the decoded packet, at 3502.1 ns (lead_test.cpp), for 1 ms; then comes post-work.
  CHECK(team.time_of_completion(0) == 3'502'100 + 1'000'000'000 + 700'000);
  CHECK(team.bench.handshake(hs::kMiscStatus) == hs::kMiscControlCodeHang);
  CHECK(
      team.bench.reported(FaultCategory::GuestError,
                          "function 0 context 0 uc0 page 0: expected the command to end within cert.packet_timeout_ms "
                          "= 1, came a hang: job 3 at local barrier 2 (2 of 3 arrived), job 8 at local barrier 2 (2 of "
                          "3 arrived)"));
  CHECK(team.bench.reports.size() == 1);
  team.check_unharmed();
}

TEST_CASE("a deadlock on a worker carries that worker's number, and the worker reports it") {
  Team team(impatient());
  const unsigned uc = GENERATE(1U, 4U, 5U);
  team.load(code_of(uc), deadlock());
  team.queue.indirect({{0, kNop}, {uc, code_of(uc)}, {2, kNop}});
  team.ring(2000);
  CHECK(team.queue.completion(0) == error(uc * 100 + 6));
  CHECK(team.bench.handshake(hs::kMiscStatus, uc) == hs::kMiscControlCodeHang);
  CHECK(team.bench.handshake(hs::kMiscStatus, 0) == 0);
  CHECK(team.bench.reported(FaultCategory::GuestError, "uc" + std::to_string(uc) + " page 0"));
  CHECK(team.bench.reports.size() == 1);
  team.check_unharmed();
}

TEST_CASE("if several uCs hang the lowest is named, and all are stopped") {
  Team team(impatient());
  for (const unsigned uc : {2U, 3U, 5U}) team.load(code_of(uc), deadlock());
  team.queue.indirect({{5, code_of(5)}, {3, code_of(3)}, {2, code_of(2)}});
  team.ring(2000);
  CHECK(team.queue.completion(0) == error(206));
  team.check_unharmed();
}

TEST_CASE("code that runs too long is a hang as well") {
  Parameters parameters = impatient();
  parameters.opcode_ns = 1000;
  Team team(parameters);
  std::vector<std::vector<Code>> pages(10, {code::job(0, std::vector<Code>(500, code::nop()))});
  team.load(kFree, code::program(pages));
  team.queue.direct(kFree);
  team.ring(20'000);
  CHECK(team.queue.completion(0) == error(6));
  CHECK(team.bench.counters->pages < 5);
  CHECK(team.bench.reported(FaultCategory::GuestError, "no end, although jobs can run"));
  team.check_unharmed();
}

TEST_CASE("with packet_timeout_ms = 0 a deadlock lasts until the reset, and the next context is served") {
  Parameters parameters;
  parameters.packet_timeout_ms = 0;
  Team team(parameters);
  team.load(code_of(0), deadlock());
  team.load(code_of(3), deadlock());
  const bool indirect = GENERATE(false, true);
  if (indirect) {
    team.queue.indirect({{0, code_of(0)}, {3, code_of(3)}});
  } else {
    team.queue.direct(code_of(0));
  }
  team.ring(100'000'000);
  CHECK(team.queue.completion(0) == kNew);
  team.bench.reset_all();
  GuestQueue other(team.bench, 0x40'0000);
  other.indirect({{0, kNop}, {3, kNop}});
  team.bench.connect(other.address());
  team.ring();
  CHECK(other.completion(0) == kCompleted);
  CHECK(team.bench.reports.empty());
}

TEST_CASE("a uC whose firmware does not boot is a timeout under its number, and direct packets go on") {
  Team team(impatient());
  team.bench.forget_program(4);
  team.queue.indirect({{0, kNop}, {2, kNop}});
  team.queue.direct(kNop);
  team.ring(5000);
  CHECK(team.completions(0, 2) == Words{error(406), kCompleted});
  CHECK(team.bench.reported(FaultCategory::SimulatorDefect, "uC 4: expected the worker to wake up"));
  CHECK(team.bench.waits.hang_report().empty());
}

TEST_CASE("a reset of all uCs at any moment of a distributed command leaves nothing behind") {
  Parameters parameters;
  parameters.packet_timeout_ms = 0;
  const std::uint64_t when = GENERATE(range(std::uint64_t{4000}, std::uint64_t{16'000}, std::uint64_t{150}));
  Team team(parameters);
  team.queue.indirect({{0, kNop}, {3, kNop}, {5, kNop}});
  team.bench.doorbell();
  Bench::run_ns(when);
  team.bench.reset_all();
  GuestQueue other(team.bench, 0x40'0000);
  for (int i = 0; i < 3; ++i) other.indirect({{1, kNop}, {3, kNop}});
  team.bench.connect(other.address());
  team.ring();
  CHECK(other.read_index() == 3);
  CHECK(other.completion(2) == kCompleted);
  CHECK(team.bench.reports.empty());
  CHECK(team.bench.waits.hang_report().empty());
}

TEST_CASE("workers follow a lead that was reset alone") {
  Parameters parameters;
  parameters.packet_timeout_ms = 0;
  const std::uint64_t when = GENERATE(range(std::uint64_t{4000}, std::uint64_t{16'000}, std::uint64_t{290}));
  Team team(parameters);
  team.load(code_of(3), deadlock());
  team.queue.indirect({{0, kNop}, {3, code_of(3)}, {5, kNop}});
  team.bench.doorbell();
  Bench::run_ns(when);
  team.bench.reset(0);
  GuestQueue other(team.bench, 0x40'0000);
  for (int i = 0; i < 3; ++i) other.indirect({{1, kNop}, {3, kNop}});
  team.bench.connect(other.address());
  team.ring();
  CHECK(other.read_index() == 3);
  CHECK(other.completion(0) == kCompleted);
  CHECK(team.bench.waits.hang_report().empty());
}

}  // namespace
}  // namespace aie4::cert::bench
