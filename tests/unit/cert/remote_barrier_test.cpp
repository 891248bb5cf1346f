// SPDX-License-Identifier: Apache-2.0
// Barriers between uCs, and what is said when one of them does not come.
#include <algorithm>
#include <bit>
#include <functional>
#include <set>

#include "tests/unit/cert/rig.hpp"

namespace aie4::cert::bench {
namespace {

using Pairs = std::vector<std::pair<unsigned, std::uint64_t>>;
using code::operator+;

constexpr unsigned kUcs = 6;

std::uint64_t at(unsigned uc) {
  return kFree + 0x10'0000ULL * uc;
}
/// Leaves (uc, step) in the log of the fake array.
Code mark(unsigned uc, std::uint32_t step) {
  return code::write_32(0x1000, uc << 16 | step);
}
std::vector<std::uint32_t> marks(const Bench& bench) {
  std::vector<std::uint32_t> values;
  for (const auto& [address, value] : bench.bus.writes()) {
    if (address == 0x1000) values.push_back(value);
  }
  return values;
}
Code delay(unsigned yields) {
  Code code;
  for (unsigned i = 0; i < yields; ++i) code = code + code::nop();
  return code;
}
/// Loads a program of one job for each uC in `party` and submits them as one command.
std::uint64_t submit(Rig& rig, std::uint32_t party, const std::function<std::vector<Code>(unsigned)>& body) {
  Pairs entries;
  for (unsigned uc = 0; uc < kUcs; ++uc) {
    if ((party >> uc & 1U) == 0) continue;
    rig.load(at(uc), code::program({{code::job(0, body(uc))}}));
    entries.emplace_back(uc, at(uc));
  }
  return rig.queue.indirect(entries);
}

TEST_CASE("nobody passes a remote barrier before all have arrived, again and again") {
  const std::uint32_t party = GENERATE(0x15U, 0x3FU, 0x22U, 0x03U);
  Rig rig;
  constexpr unsigned kRounds = 10;
  const std::uint64_t command = submit(rig, party, [&](unsigned uc) {
    std::vector<Code> body;
    for (unsigned round = 0; round < kRounds; ++round) {
      body.push_back(delay((uc * 7 + round * 5) % 11 * 4));
      body.push_back(mark(uc, round));
      body.push_back(code::remote_barrier(1 + round % 3, party));
    }
    return body;
  });
  rig.ring();
  CHECK(rig.queue.completion(command) == kCompleted);
  CHECK(rig.bench.reports.empty());
  const auto seen = marks(rig.bench);
  const auto members = static_cast<std::size_t>(std::popcount(party));
  REQUIRE(seen.size() == kRounds * members);
  for (unsigned round = 0; round < kRounds; ++round) {
    std::set<std::uint32_t> in_round(seen.begin() + static_cast<std::ptrdiff_t>(round * members),
                                     seen.begin() + static_cast<std::ptrdiff_t>((round + 1) * members));
    CHECK(in_round.size() == members);
    for (const std::uint32_t value : in_round) CHECK((value & 0xFFFF) == round);
  }
}

TEST_CASE("one barrier serves different parties in turn") {
  Rig rig;
  const std::uint64_t command = submit(rig, 0x15, [&](unsigned uc) {
    std::vector<Code> body;
    for (unsigned round = 0; round < 5; ++round) {
      if (uc != 4) body.push_back(code::remote_barrier(1, 0x05));
      if (uc != 0) body.push_back(code::remote_barrier(1, 0x14));
      body.push_back(code::remote_barrier(1, 0x15));
    }
    body.push_back(mark(uc, 1));
    return body;
  });
  rig.ring();
  CHECK(rig.queue.completion(command) == kCompleted);
  CHECK(marks(rig.bench).size() == 3);
}

TEST_CASE("a barrier of the uC alone never blocks, in a direct command too") {
  Rig rig;
  CHECK(rig.run(code::program({{code::job(0, {code::remote_barrier(8, 1)})}})) == kCompleted);
}

TEST_CASE("one job of a uC waits at a remote barrier while the others run") {
  Rig rig;
  rig.load(at(0),
           code::program({{code::job(0, {code::remote_barrier(1, 5), mark(0, 2)}), code::job(1, {mark(0, 1)})}}));
  rig.load(at(2), code::program({{code::job(0, {delay(200), mark(2, 9), code::remote_barrier(1, 5)})}}));
  const std::uint64_t command = rig.queue.indirect({{0, at(0)}, {2, at(2)}});
  rig.ring();
  CHECK(rig.queue.completion(command) == kCompleted);
  CHECK(marks(rig.bench) == std::vector<std::uint32_t>{1, 2U << 16 | 9, 2});
}

TEST_CASE("LOAD_PDI ends in a barrier of all uCs that run code, whether it loads or skips") {
  Rig rig;
  const auto program = [](unsigned uc, unsigned slowness) {
    return code::program({{code::job(0, {code::load_pdi(1, 1), mark(uc, 1), code::load_pdi(1, 1), mark(uc, 2)})}}) +
           code::sequence(1, {{code::job(0, {delay(slowness)})}});
  };
  rig.load(at(0), program(0, 0));
  rig.load(at(3), program(3, 1500));
  const std::uint64_t command = rig.queue.indirect({{0, at(0)}, {3, at(3)}});
  rig.ring();
  CHECK(rig.queue.completion(command) == kCompleted);
  std::vector<std::uint32_t> steps = marks(rig.bench);
  for (std::uint32_t& step : steps) step &= 0xFFFF;
  CHECK(steps == std::vector<std::uint32_t>{1, 1, 2, 2});
}

TEST_CASE("a uC that does not come is named by the hang report, the diagnostic and the completion") {
  Parameters parameters;
  parameters.packet_timeout_ms = 2;
  Rig rig(parameters);
  const std::uint64_t command = submit(rig, 0x15, [&](unsigned uc) {
    std::vector<Code> body = {mark(uc, 0)};
    if (uc != 4) body.push_back(code::remote_barrier(3, 0x15));
    return body;
  });
  rig.ring(1000);
  const auto report = rig.bench.waits.hang_report();
  const auto names = [&](const std::string& line) { return std::ranges::find(report, line) != report.end(); };
  CHECK(names("uc0 waits for barrier: remote barrier $rb2: arrival of uC 4; released by: that uC"));
  CHECK(names("uc2 waits for barrier: remote barrier $rb2: arrival of uC 4; released by: that uC"));
  rig.ring(5000);
  CHECK((rig.queue.completion(command) & 0xF) == 5);
  CHECK((rig.queue.completion(command) >> 4) % 100 == 6);
  CHECK(rig.bench.reported(FaultCategory::GuestError,
                           "a hang: job 0 at remote barrier $rb2 of party 0x15 (uC 4 has not arrived)"));
  // What the abort left behind does not disturb the next command.
  const std::uint64_t next =
      submit(rig, 0x15, [&](unsigned) { return std::vector<Code>{code::remote_barrier(3, 0x15)}; });
  rig.ring();
  CHECK(rig.queue.completion(next) == kCompleted);
}

TEST_CASE("remote barriers that cannot be are refused") {
  struct Case {
    unsigned id = 1;
    std::uint32_t party = 1;
    const char* message = nullptr;
  };
  const auto now = GENERATE(Case{0, 1, "a remote barrier from 1"}, Case{9, 1, "a remote barrier from 1"},
                            Case{1, 4, "a party of uCs of the partition (0x3f) with uC 0 itself"},
                            Case{1, 0x41, "0x41 in REMOTE_BARRIER"});
  Rig rig;
  CHECK(rig.run(code::program({{code::job(0, {code::remote_barrier(now.id, now.party)})}})) == error(3));
  CHECK(rig.bench.reported(FaultCategory::GuestError, now.message));
}

TEST_CASE("two jobs of a uC at one remote barrier are refused") {
  Rig rig;
  const Code program =
      code::program({{code::job(0, {code::remote_barrier(1, 3)}), code::job(1, {code::remote_barrier(1, 3)})}});
  CHECK(rig.run(program) == error(3));
}

TEST_CASE("an opcode that waits longer than the handshake allows ends the command in the state that says how") {
  Rig rig;
  rig.bench.set_handshake(hs::kOpcodeTimeoutConfig, 3);
  const bool barrier = GENERATE(false, true);
  const Code program =
      code::program({{code::job(0, {barrier ? code::remote_barrier(1, 3) : code::poll_32(0x2000, 1)})}});
  rig.load(kFree, program);
  rig.queue.direct(kFree);
  rig.ring(2500);
  CHECK(rig.queue.completion(0) == kNew);
  rig.ring(1000);
  CHECK(rig.queue.completion(0) == error(6));
  CHECK(rig.bench.reported(FaultCategory::GuestError, "cert.opcode_timeout_ms = 3"));
  CHECK(rig.bench.reported(FaultCategory::GuestError,
                           barrier ? "uC 1 has not arrived" : "for 0x2000 & 0xffffffff == 0x1 (last read 0x0)"));
  CHECK((rig.bench.handshake(hs::kMiscStatus) & hs::kMiscControlCodeHang) != 0);
}

TEST_CASE("a hint to poll busily does not hide a hang") {
  Parameters parameters;
  parameters.packet_timeout_ms = 1;
  Rig rig(parameters);
  rig.load(kFree, code::hinted(code::program({{code::job(0, {code::poll_32(0x2000, 1)})}})));
  rig.queue.direct(kFree);
  rig.ring(3000);
  CHECK(rig.queue.completion(0) == error(6));
  CHECK(rig.bench.reported(FaultCategory::GuestError, "a hang: CERT for 0x2000 & 0xffffffff == 0x1 (last read 0x0)"));
}

}  // namespace
}  // namespace aie4::cert::bench
