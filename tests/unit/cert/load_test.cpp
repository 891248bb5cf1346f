// SPDX-License-Identifier: Apache-2.0
// Pages out of order: PDIs, core images, what is skipped and what is replayed; fences; deferred jobs; prefetch.
#include <algorithm>

#include "tests/unit/cert/runner.hpp"

namespace aie4::cert::bench {
namespace {

using Writes = std::vector<std::pair<std::uint64_t, std::uint32_t>>;
using code::operator+;

constexpr unsigned kUc = Runner::kUc;
constexpr std::uint32_t kLog = 0x1000;

/// An instruction that leaves `value` in the array's log.
Code mark(std::uint32_t value) {
  return code::write_32(kLog, value);
}
Code marked_job(unsigned id, std::uint32_t value) {
  return code::job(id, {mark(value)});
}
std::vector<std::uint32_t> marks(const Bench& bench) {
  std::vector<std::uint32_t> values;
  for (const auto& [address, value] : bench.bus.writes()) {
    if (address == kLog) values.push_back(value);
  }
  return values;
}
std::vector<std::pair<std::uint64_t, std::uint32_t>> reads(const Bench& bench) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> found;
  for (const Event& event : bench.log) {
    if (event.kind == Event::Kind::Read) found.emplace_back((event.address - kFree) / 8192, event.bytes);
  }
  return found;
}

TEST_CASE("LOAD_PDI runs the whole sequence of its page and comes back behind itself") {
  // Pages 0 and 1: main; 2 and 3: PDI.
  Runner runner(
      code::program({{code::job(0, {mark(1), code::load_pdi(7, 2), mark(2)}), marked_job(1, 3)}, {marked_job(0, 4)}}) +
      code::sequence(2, {{marked_job(0, 10), marked_job(1, 11)}, {marked_job(0, 12)}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{1, 10, 11, 12, 2, 3, 4});
  CHECK(runner.bench.handshake(hs::kLastPdiId, kUc) == 7);
  CHECK(runner.bench.handshake(hs::kLastPdi, kUc) == 2);
  CHECK(runner.bench.handshake(hs::kLastCoreElfId, kUc) == hs::kNothingLoaded);
}

TEST_CASE("a PDI that is loaded already is skipped, another one is not, and core images are counted apart") {
  Runner runner(code::program({{code::job(0, {code::load_pdi(7, 1), code::load_pdi(7, 1), code::load_cores(7, 2),
                                              code::load_cores(7, 2), code::load_pdi(8, 3), code::load_pdi(7, 1)})}}) +
                code::sequence(1, {{marked_job(0, 10)}}) + code::sequence(2, {{marked_job(0, 20)}}) +
                code::sequence(3, {{marked_job(0, 30)}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{10, 20, 30, 10});
  CHECK(runner.bench.handshake(hs::kLastCoreElfId, kUc) == 7);
  CHECK(runner.bench.handshake(hs::kLastCoreElf, kUc) == 2);
}

TEST_CASE("jobs behind a special job do not start before it is done, those before it may still be on their way") {
  Runner runner(code::program({{
                    code::job(0, {code::poll_32(0x2000, 1), mark(1)}),
                    code::job(1, {code::load_pdi(1, 1), code::yield(), code::yield(), mark(2)}),
                    code::job(2, {code::write_32(0x2000, 1), mark(3)}),
                }}) +
                code::sequence(1, {{marked_job(0, 10)}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{10, 2, 3, 1});
}

TEST_CASE("what jobs of the interrupted page have reached is kept: registers, barriers, chains") {
  Runner runner(code::page_with_data(
                    0,
                    [](unsigned data) {
                      return std::vector<Code>{
                          code::job(0, {code::mov(3, 33), code::uc_dma_write_des(1, data), code::local_barrier(4, 2),
                                        code::wait_uc_dma(1), code::write_32_d(2, kLog, 3)}),
                          code::job(1, {code::load_pdi(1, 1), code::local_barrier(4, 2), mark(2)})};
                    },
                    code::descriptor(1, 16, 0x3000, false) + code::words({77})) +
                code::sequence(1, {{code::job(0, {code::local_barrier(4, 1), mark(10)})}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.writes() == Writes{{0x3000, 77}, {kLog, 10}, {kLog, 2}, {kLog, 33}});
}

TEST_CASE("LOAD_LAST_PDI waits for the jobs before it, then replays PDI and core image") {
  Runner runner(code::program({{code::job(0, {code::load_pdi(1, 2)}), code::job(1, {code::load_cores(5, 3)})},
                               {code::job(0, {code::yield(), code::poll_32(0x2000, 0), code::yield(), mark(1)}),
                                code::job(1, {code::load_last_pdi(), mark(2)}), marked_job(2, 3)}}) +
                code::sequence(2, {{marked_job(0, 10)}}) + code::sequence(3, {{marked_job(0, 20)}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{10, 20, 1, 10, 20, 2, 3});
}

TEST_CASE("LOAD_LAST_PDI with nothing loaded does nothing") {
  Runner runner(code::program({{code::job(0, {code::load_last_pdi(), mark(1)})}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{1});
}

TEST_CASE("LOAD_CORES_CP leaves its job if the cores are loaded, and LOAD_LAST_PDI replays what follows it") {
  Runner runner(code::program(
      {{marked_job(5, 1), code::job(0, {mark(2), code::load_cores_cp(9), mark(3), mark(4)}),
        code::job(1, {mark(5), code::load_cores_cp(9), mark(6)}), code::job(2, {code::load_last_pdi(), mark(7)})}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{1, 2, 3, 4, 5, 3, 4, 7});
  CHECK(runner.bench.handshake(hs::kLastCoreElfId, kUc) == 9);
  // Job 0 begins behind job 5: START_JOB 8, WRITE_32 12, END_JOB 4.
  CHECK(runner.bench.handshake(hs::kLastCoreElf, kUc) == (1U << 31 | 24U << 16 | 0U));
}

TEST_CASE("an interrupted page is fetched again with its own length, and what was prefetched again too") {
  Runner runner(code::program({{code::job(0, {code::load_pdi(1, 2)})}, {marked_job(0, 4)}}) +
                code::sequence(2, {{marked_job(0, 10)}}));
  runner.finish();
  const unsigned first = 16 + 8 + 12 + 4 + 4;
  const unsigned second = 16 + 8 + 12 + 4 + 4;
  CHECK(reads(runner.bench) == std::vector<std::pair<std::uint64_t, std::uint32_t>>{
                                   {0, 8192}, {1, second}, {2, 8192}, {0, first}, {1, second}});
}

TEST_CASE("the next page is fetched while the present one runs") {
  Parameters parameters;
  parameters.noc_latency_ns = 5000;
  std::vector<Code> body(10, code::nop());
  Runner runner(
      code::program({{code::job(0, {code::write_32(0x2000, 1), code::poll_32(0x3000, 1)})}, {marked_job(0, 1)}}),
      parameters);
  runner.bench.bus.readers[0x3000] = [] { return sc_core::sc_time_stamp() > sc_core::sc_time(30, sc_core::SC_US); };
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  const auto& log = runner.bench.bus.log;
  // Without prefetch the second page would come 5 us behind the last poll.
  CHECK(log.back().time_ps - log[log.size() - 2].time_ps < 1'000'000);
  std::vector<std::uint64_t> times;
  for (const Event& event : runner.bench.log) times.push_back(event.time_ps);
  REQUIRE(times.size() == 2);
  CHECK(times[1] < log[0].time_ps);
}

TEST_CASE("pages out of order that are missing or broken end the command with the codes of a PDI") {
  const int kind = GENERATE(0, 1, 2, 3);
  Code program = code::program({{code::job(0, {code::load_pdi(1, kind == 0 ? 9U : 1U)})}}) +
                 code::sequence(1, {{marked_job(0, 10)}});
  if (kind == 1) program.at(8192 + 1) = std::byte{0};                                  // signature
  if (kind == 2) program.at(8192 + 16 + 8) = std::byte{0x0A};                          // opcode
  if (kind == 3) program = code::program({{code::job(0, {code::load_pdi(~0U, 1)})}});  // id
  Runner runner(program);
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Failed);
  const std::vector<std::uint32_t> codes = {301, 302, 303, 303};
  CHECK(runner.result().code == codes.at(static_cast<std::size_t>(kind)));
  CHECK(runner.bench.reports.size() == 1);
  CHECK(runner.bench.handshake(hs::kLastPdiId, kUc) == hs::kNothingLoaded);
}

TEST_CASE("pages out of order that load each other without end are stopped") {
  Runner runner(code::program({{code::job(0, {code::load_pdi(1, 1)})}}) +
                code::sequence(1, {{code::job(0, {code::load_cores(2, 2)})}}) +
                code::sequence(2, {{code::job(0, {code::load_pdi(3, 1)})}}));
  runner.finish();
  CHECK(runner.result().code == 302);
  CHECK(runner.bench.reported(FaultCategory::GuestError, "pages out of order that come to an end"));
}

TEST_CASE("a page that changes while it is interrupted is refused") {
  Runner runner(code::program({{code::job(0, {code::load_pdi(1, 1), mark(2)})}}) +
                code::sequence(1, {{code::job(0, {code::poll_32(0x2000, 1)})}}));
  runner.bench.bus.readers[0x2000] = [&]() -> std::uint32_t {
    runner.bench.host.at(kFree + 8, 1)[0] = std::byte{20};
    return 1;
  };
  runner.finish();
  CHECK(runner.result().code == 305);
  CHECK(marks(runner.bench).empty());
}

// --- deferred and conditional jobs
// ------------------------------------------------------------------------------------

TEST_CASE("a deferred job runs when it is launched, from the next cycle on") {
  Runner runner(code::program({{
      code::job(0, {code::launch_job(4), mark(1), code::yield(), mark(2)}),
      code::job_of(0x17, 4, {mark(40)}),
      code::job(1, {mark(3), code::launch_job(5), mark(4)}),
      code::job_of(0x17, 5, {mark(50)}),
  }}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{1, 3, 4, 2, 40, 50});
}

TEST_CASE("a deferred job may launch another, whether that one stands before or behind it") {
  Runner runner(code::program({{
      code::job(0, {code::launch_job(2)}),
      code::job_of(0x17, 1, {mark(1)}),
      code::job_of(0x17, 2, {mark(2), code::launch_job(1)}),
  }}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{2, 1});
}

TEST_CASE("launches of what is no deferred job, second launches and jobs never launched are refused") {
  struct Case {
    std::vector<Code> jobs;
    std::uint32_t code = 0;
    const char* message = nullptr;
  };
  const std::vector<Case> cases = {
      {{marked_job(1, 1), code::job(0, {code::launch_job(1)})}, 303, "was not launched before"},
      {{code::job(0, {code::launch_job(1), code::launch_job(1)}), code::job_of(0x17, 1, {})}, 303, "1 in LAUNCH_JOB"},
      {{code::job(0, {code::launch_job(9)})}, 305, "LAUNCH_JOB of jobs that the page defers"},
      {{code::job(0, {code::launch_job(1)}), marked_job(1, 1)}, 305, "LAUNCH_JOB of jobs that the page defers"},
      {{code::job(0, {}), code::job_of(0x17, 1, {})}, 305, "none of job 1"},
  };
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{5}));
  REQUIRE(cases.size() == 5);
  INFO(i);
  Runner runner(code::program({cases[i].jobs}));
  runner.finish();
  CHECK(runner.result().code == cases[i].code);
  INFO(runner.bench.diagnostics_text());
  CHECK(runner.bench.reported(FaultCategory::GuestError, cases[i].message));
}

TEST_CASE("a conditional job is skipped unless a preemption has happened") {
  Runner runner(code::program({{marked_job(0, 1), code::job_of(0x1F, 1, {mark(2)}), marked_job(2, 3)}}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(marks(runner.bench) == Numbers{1, 3});
}

}  // namespace
}  // namespace aie4::cert::bench
