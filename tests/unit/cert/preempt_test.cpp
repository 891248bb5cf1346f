// SPDX-License-Identifier: Apache-2.0
// PREEMPT: the array is given up at it and taken again behind it, with another context's command in between.
#include <algorithm>
#include <map>

#include "firmware-stub/cert/memory_map.hpp"
#include "tests/unit/cert/rig.hpp"

namespace aie4::cert::bench {
namespace {

using Words = std::vector<std::uint32_t>;
using code::operator+;

constexpr std::uint64_t kOther = 0x40'0000;
constexpr std::uint32_t kSaved = hs::kIdleCert | hs::kIdlePreemptionSaved | hs::kIdleQueueNotEmpty;

std::uint64_t at(unsigned uc) {
  return kFree + 0x10'0000ULL * uc;
}
Code mark(std::uint32_t value) {
  return code::write_32(0x1000, value);
}
Words marks(const Bench& bench) {
  Words values;
  for (const auto& [address, value] : bench.bus.writes()) {
    if (address == 0x1000) values.push_back(value);
  }
  return values;
}

/// What a scheduler keeps of a context: the words that CERT leaves in each uC.
struct Context {
  std::array<std::map<std::uint32_t, std::uint32_t>, Bench::kUcs> words;

  explicit Context(Bench& bench) {
    for (unsigned uc = 0; uc < Bench::kUcs; ++uc) {
      for (const std::uint32_t offset :
           {hs::kRestore, hs::kLastPdiId, hs::kLastPdi, hs::kLastCoreElfId, hs::kLastCoreElf, hs::kLastPreemptionId}) {
        words.at(uc)[offset] = bench.handshake(offset, uc);
      }
      for (std::uint32_t i = 0; i < register_save::kCount; ++i) {
        const std::uint32_t offset = register_save::kWords + 4 * i;
        words.at(uc)[offset] = bench.handshake(offset, uc);
      }
    }
  }
  void put_back(Bench& bench) const {
    for (unsigned uc = 0; uc < Bench::kUcs; ++uc) {
      for (const auto& [offset, value] : words.at(uc)) bench.set_handshake(offset, value, uc);
    }
  }
};

/// Another context has the array, and leaves nothing of the first in the uCs.
void run_other_context(Rig& rig, GuestQueue& other) {
  for (unsigned uc = 0; uc < Bench::kUcs; ++uc) {
    for (std::uint32_t offset = hs::kSize; offset < 0x400; offset += 4) rig.bench.set_handshake(offset, 0, uc);
  }
  rig.bench.connect(other.address());
  const std::uint64_t index = other.direct(kNop);
  rig.ring();
  CHECK(other.completion(index) == kCompleted);
}

/// Pages: 0 loads the PDI of page 2, 1 preempts; 3 is SAVE, 4 is RESTORE. `base` is added to all marks.
Code program(std::uint32_t base) {
  return code::program({{code::job(0, {code::load_pdi(1, 2)})},
                        {code::job(0, {mark(base + 1)}),
                         code::job(1, {code::mov(0, base + 7), code::mov(8, base + 5), code::preempt(3, 3, 4),
                                       code::write_32_d(2, 0x1000, 0), code::write_32_d(2, 0x1000, 8)}),
                         code::job_of(0x1F, 2, {mark(base + 50)}), code::job_of(0x1F, 3, {mark(base + 51)}),
                         code::job(4, {mark(base + 9)})}}) +
         code::sequence(2, {{code::job(0, {mark(base + 10)})}}) +
         code::sequence(3, {{code::job(0, {mark(base + 20)})}}) +
         code::sequence(
             4, {{code::job(0, {code::poll_32(0x2000, 1), mark(base + 30)}), code::job(1, {code::load_last_pdi()})}});
}

Words of(const Words& values, std::uint32_t base) {
  Words found;
  std::ranges::copy_if(values, std::back_inserter(found),
                       [&](std::uint32_t value) { return value >= base && value < base + 100; });
  for (std::uint32_t& value : found) value -= base;
  return found;
}

TEST_CASE("PREEMPT does nothing when nobody wants the array") {
  Rig rig;
  rig.bench.bus.words[0x2000] = 1;
  CHECK(rig.run(program(0)) == kCompleted);
  CHECK(marks(rig.bench) == Words{10, 1, 7, 5, 9});
  CHECK(rig.bench.handshake(hs::kRestore) == 0);
}

TEST_CASE("a command is saved at PREEMPT, another context runs, and it goes on behind PREEMPT") {
  Rig rig;
  rig.bench.bus.words[0x2000] = 1;
  GuestQueue other(rig.bench, kOther);
  rig.load(kFree, program(0));
  rig.queue.direct(kFree);
  rig.bench.doorbell();
  Bench::run_us(5);  // The command has begun: the request does not come between commands.
  rig.bench.request_switch();
  Bench::run_us(200);
  CHECK(marks(rig.bench) == Words{10, 1, 20});
  CHECK(rig.queue.completion(0) == kNew);
  CHECK(rig.queue.read_index() == 0);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == kSaved);
  // Job 0 takes 24 bytes; START_JOB 8, two MOVs of 8.
  CHECK(rig.bench.handshake(hs::kRestore) == (48U << 16 | 1U));
  CHECK(rig.bench.handshake(hs::kLastPreemptionId) == 3);
  CHECK(rig.bench.interrupts() == 1);
  CHECK(rig.bench.counters->commands_completed == 0);

  const Context saved(rig.bench);
  run_other_context(rig, other);
  rig.bench.connect(kQueue);
  saved.put_back(rig.bench);
  rig.ring();
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(rig.queue.read_index() == 1);
  // RESTORE, the last PDI, then what follows; the first conditional job consumes the flag.
  CHECK(marks(rig.bench) == Words{10, 1, 20, 30, 10, 7, 5, 50, 9});
  CHECK(rig.bench.reports.empty());
  CHECK((rig.bench.handshake(hs::kRestore) >> 16) == 0);
  CHECK(rig.queue.completion(rig.queue.direct(kNop)) == kNew);
  rig.ring();
  CHECK(rig.queue.completion(1) == kCompleted);
}

TEST_CASE("all uCs that run code save and go on together, whether the lead is among them or not") {
  const std::uint32_t party = GENERATE(0x15U, 0x14U, 0x3FU, 0x01U);
  Rig rig;
  rig.bench.bus.words[0x2000] = 1;
  GuestQueue other(rig.bench, kOther);
  std::vector<std::pair<unsigned, std::uint64_t>> entries;
  for (unsigned uc = 0; uc < Bench::kUcs; ++uc) {
    if ((party >> uc & 1U) == 0) continue;
    rig.load(at(uc), program(1000 * (uc + 1)));
    entries.emplace_back(uc, at(uc));
  }
  rig.queue.indirect(entries);
  rig.bench.doorbell();
  Bench::run_us(8);
  rig.bench.request_switch();
  Bench::run_us(300);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == kSaved);
  for (const auto& [uc, address] : entries) {
    INFO("uC " << uc);
    CHECK(of(marks(rig.bench), 1000 * (uc + 1)) == Words{10, 1, 20});
    CHECK(rig.bench.handshake(hs::kRestore, uc) == (48U << 16 | 1U));
    CHECK((rig.bench.handshake(hs::kCertIdleStatus, uc) & hs::kIdlePreemptionSaved) != 0);
  }
  const Context saved(rig.bench);
  run_other_context(rig, other);
  rig.bench.connect(kQueue);
  saved.put_back(rig.bench);
  rig.ring();
  CHECK(rig.queue.completion(0) == kCompleted);
  for (const auto& [uc, address] : entries) {
    INFO("uC " << uc);
    CHECK(of(marks(rig.bench), 1000 * (uc + 1)) == Words{10, 1, 20, 30, 10, 7, 5, 50, 9});
  }
  CHECK(rig.bench.reports.empty());
}

TEST_CASE("whenever the request comes, all uCs save at the same PREEMPT or none does") {
  const unsigned moment = GENERATE(range(0U, 30U));
  Rig rig;
  std::vector<std::pair<unsigned, std::uint64_t>> entries;
  for (const unsigned uc : {0U, 2U, 4U}) {
    std::vector<Code> jobs;
    for (unsigned i = 0; i < 8; ++i) {
      std::vector<Code> body(1 + (uc * 5 + i * 3) % 9, code::nop());
      body.push_back(code::preempt(i, 1, 2));
      jobs.push_back(code::job(i, body));
    }
    rig.load(at(uc), code::program({jobs}) + code::sequence(1, {{code::job(0, {mark(1)})}}) +
                         code::sequence(2, {{code::job(0, {mark(2)}), code::job(1, {code::load_last_pdi()})}}));
    entries.emplace_back(uc, at(uc));
  }
  rig.queue.indirect(entries);
  rig.bench.doorbell();
  Bench::run_ns(7000 + 613 * moment);
  rig.bench.request_switch();
  Bench::run_us(300);
  const bool completed = rig.queue.completion(0) == kCompleted;
  CHECK(marks(rig.bench).size() == (completed ? 0 : 3));
  const std::uint32_t id = rig.bench.handshake(hs::kLastPreemptionId, 0);
  for (const unsigned uc : {2U, 4U}) CHECK(rig.bench.handshake(hs::kLastPreemptionId, uc) == id);
  CHECK((rig.bench.handshake(hs::kCertIdleStatus) & hs::kIdlePreemptionSaved) != 0);
  if (completed) return;
  const Context saved(rig.bench);
  rig.bench.connect(kQueue);
  saved.put_back(rig.bench);
  rig.ring();
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(marks(rig.bench).size() == 6);
}

TEST_CASE("PREEMPT waits for the jobs before it and holds back those behind it") {
  Rig rig;
  const Code code =
      code::program({{code::job(0, {code::yield(), code::poll_32(0x2000, 0), code::yield(), mark(1)}),
                      code::job(1, {code::preempt(0, 1, 1), code::yield(), mark(2)}), code::job(2, {mark(3)})}});
  CHECK(rig.run(code) == kCompleted);
  CHECK(marks(rig.bench) == Words{1, 2, 3});
}

TEST_CASE("a command without PREEMPT is not interrupted: the array changes hands behind it") {
  Rig rig;
  rig.load(kFree, code::program({{code::job(0, {code::poll_32(0x2000, 1), mark(1)})}}));
  rig.queue.direct(kFree);
  rig.queue.direct(kNop);
  rig.bench.doorbell();
  Bench::run_us(20);
  rig.bench.request_switch();
  Bench::run_us(200);
  CHECK(rig.queue.completion(0) == kNew);
  rig.bench.bus.words[0x2000] = 1;
  Bench::run_us(200);
  CHECK(rig.queue.completion(0) == kCompleted);
  CHECK(rig.queue.completion(1) == kNew);
  CHECK(rig.bench.handshake(hs::kCertIdleStatus) == kSaved);
  CHECK(rig.bench.handshake(hs::kRestore) == 0);
}

TEST_CASE("PREEMPT in a page out of order is refused, and so is a restore that points elsewhere") {
  Rig rig;
  CHECK(rig.run(code::program({{code::job(0, {code::load_pdi(1, 1)})}}) +
                code::sequence(1, {{code::job(0, {code::preempt(0, 1, 1)})}})) == error(3));
  const auto [restore, code] =
      GENERATE(std::pair{8U << 16 | 0U, 5U}, std::pair{0x1000U << 16 | 0U, 5U}, std::pair{48U << 16 | 3U, 5U});
  rig.bench.connect(kQueue, 3, 0, restore);
  rig.bench.host.write(kFree, code::nop_program());
  const std::uint64_t index = rig.queue.direct(kFree);
  rig.ring();
  CHECK(rig.queue.completion(index) == error(code));
}

}  // namespace
}  // namespace aie4::cert::bench
