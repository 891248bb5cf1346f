// SPDX-License-Identifier: Apache-2.0
// The interpreter of control code: jobs, registers, local barriers, pages.
#include "tests/unit/cert/runner.hpp"

namespace aie4::cert::bench {
namespace {

using Jobs = std::vector<Code>;

Parameters slow() {
  Parameters parameters;
  parameters.opcode_ns = 1000;
  parameters.job_start_ns = 0;
  return parameters;
}

TEST_CASE("MOV loads and ADD adds, modulo 2^32, in private and global registers") {
  Runner runner(
      code::program({{code::job(7, {code::mov(0, 5), code::add(0, 7), code::mov(7, 0xFFFF'FFFF), code::add(7, 2),
                                    code::add(3, 9), code::mov(8, 0x8000'0000), code::add(8, 0x8000'0000),
                                    code::mov(23, 0x1234'5678), code::add(23, 0xFFFF'FFFF), code::add(16, 4)})}}));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  const auto& registers = runner.program->runner.jobs()[0].registers;
  CHECK(registers == std::array<std::uint32_t, 8>{12, 0, 0, 9, 0, 0, 0, 1});
  CHECK(runner.program->runner.global_register(8) == 0);
  CHECK(runner.program->runner.global_register(16) == 4);
  CHECK(runner.program->runner.global_register(23) == 0x1234'5677);
}

TEST_CASE("r0 to r7 belong to a job, r8 to r23 to all jobs of all pages of the command") {
  Runner runner(code::program({
      {code::job(0, {code::mov(0, 1), code::mov(8, 100)}), code::job(1, {code::add(0, 10), code::add(8, 1)})},
      {code::job(0, {code::add(0, 20), code::add(8, 1)})},
  }));
  runner.finish();
  CHECK(runner.program->runner.jobs().size() == 1);
  CHECK(runner.program->runner.jobs()[0].registers[0] == 20);
  CHECK(runner.program->runner.global_register(8) == 102);
}

TEST_CASE("every register number is one, and 24 and above are invalid opcodes") {
  for (const unsigned number : {0U, 1U, 7U, 8U, 15U, 22U, 23U, 24U, 128U, 255U}) {
    for (const bool add : {false, true}) {
      Runner runner(code::program({{code::job(0, {add ? code::add(number, 3) : code::mov(number, 3)})}}));
      runner.finish();
      INFO("register " << number);
      if (number >= 24) {
        CHECK(runner.program->result->end == JobRunner::End::Failed);
        CHECK(runner.program->result->code == 303);
        CHECK(runner.bench.reported(FaultCategory::GuestError, "a register from 0 to 23"));
      } else if (number >= 8) {
        CHECK(runner.program->runner.global_register(number) == 3);
      } else {
        CHECK(runner.program->runner.jobs()[0].registers.at(number) == 3);
      }
    }
  }
}

TEST_CASE("jobs that yield take turns in the order of the page") {
  const std::vector<Code> body = {code::nop(), code::yield(), code::nop(), code::yield(), code::nop()};
  Runner runner(code::program({{code::job(9, body), code::job(4, body), code::job(6, body)}}), slow());
  // 32 bytes a job: START_JOB +0, NOP +8, YIELD +12, NOP +16, YIELD +20, NOP +24, END_JOB +28.
  CHECK(runner.handovers(60) == Numbers{12, 44, 76, 20, 52, 84, 28, 60, 92});
  CHECK(runner.program->counters.jobs == 3);
  CHECK(runner.program->counters.opcodes == 3 * 7 + 1);
}

TEST_CASE("the round robin goes on behind the job that ran last and skips those that cannot run") {
  // Job 0 waits for job 2, job 1 only yields.
  Runner runner(code::program({{
                    code::job(0, {code::local_barrier(5, 2), code::nop()}),     // 0: barrier 8, nop 12, end 16
                    code::job(1, {code::yield(), code::yield(), code::nop()}),  // 20: 28, 32, 36, end 40
                    code::job(2, {code::yield(), code::local_barrier(5, 2)}),   // 44: 52, 56, end 60
                }}),
                slow());
  // Initial pass: 0 blocks at 8, 1 yields at 28, 2 yields at 52. Then 0 is skipped, 1 yields at 32, 2 arrives as the
  // last and runs to its end; 0 is free again and ends, then 1.
  CHECK(runner.handovers(40) == Numbers{8, 28, 52, 32, 60, 16, 40});
}

TEST_CASE("the last to arrive at a local barrier releases all and goes on") {
  const unsigned id = GENERATE(0U, 7U, 15U);
  std::vector<Code> jobs;
  for (unsigned i = 0; i < 5; ++i) {
    // g0 counts those before the barrier, g1 those after it; each job keeps what it saw of g0.
    jobs.push_back(code::job(i, {code::add(8, 1), code::local_barrier(id, 5), code::add(9, 1)}));
  }
  Runner runner(code::program({jobs}));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  CHECK(runner.program->runner.global_register(8) == 5);
  CHECK(runner.program->runner.global_register(9) == 5);
}

TEST_CASE("a local barrier is reset when it has released, and may be used again by other jobs") {
  // The order of the marks in g0: each MOV overwrites, so what is left is the last.
  Runner runner(code::program({{
      code::job(0, {code::local_barrier(0, 2), code::local_barrier(0, 2), code::mov(8, 1)}),
      code::job(1, {code::local_barrier(0, 2), code::yield(), code::local_barrier(0, 2), code::mov(8, 2)}),
      code::job(2, {code::local_barrier(1, 2), code::local_barrier(0, 2), code::add(9, 1)}),
      code::job(3, {code::yield(), code::yield(), code::local_barrier(1, 2), code::yield(), code::yield(),
                    code::local_barrier(0, 2), code::add(9, 1)}),
  }}));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  CHECK(runner.program->runner.global_register(9) == 2);
  CHECK(runner.program->runner.global_register(8) != 0);
}

TEST_CASE("a barrier of one participant never blocks") {
  Runner runner(code::program({{code::job(0, {code::local_barrier(3, 1), code::mov(8, 1)})}}));
  runner.finish();
  CHECK(runner.program->runner.global_register(8) == 1);
}

TEST_CASE("barriers of one page are gone in the next") {
  Runner runner(code::program({
      {code::job(0, {code::local_barrier(2, 2)}), code::job(1, {code::local_barrier(2, 2)})},
      {code::job(0, {code::local_barrier(2, 3)}), code::job(1, {code::local_barrier(2, 3)}),
       code::job(2, {code::local_barrier(2, 3)})},
  }));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
}

TEST_CASE("pages are fetched one after the other, each with the length that the one before announced") {
  std::vector<std::vector<Code>> pages;
  for (unsigned i = 0; i < 5; ++i) {
    std::vector<Code> body(i + 1, code::add(8, 1));
    pages.push_back({code::job(i, body)});
  }
  Runner runner(code::program(pages));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  CHECK(runner.program->runner.global_register(8) == 1 + 2 + 3 + 4 + 5);
  CHECK(runner.program->counters.pages == 5);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> reads;
  for (const Event& event : runner.bench.log) reads.emplace_back(event.address, event.bytes);
  // Page i holds i + 1 ADDs of 8 bytes between header 16, START_JOB 8, END_JOB 4 and EOF 4.
  CHECK(reads == std::vector<std::pair<std::uint64_t, std::uint32_t>>{
                     {kFree, 8192}, {kFree + 8192, 48}, {kFree + 16384, 56}, {kFree + 24576, 64}, {kFree + 32768, 72}});
  CHECK(runner.bench.handshake(hs::kAbsPageIndex, Runner::kUc) == 4);
}

TEST_CASE("a page starts only when all jobs of the page before are done") {
  Runner runner(code::program({
      {code::job(0, {code::yield(), code::yield(), code::add(8, 1)}), code::job(1, {code::add(8, 1)})},
      {code::job(0, {code::mov(9, 7), code::add(8, 0x100)})},
  }));
  runner.finish();
  CHECK(runner.program->runner.global_register(8) == 0x102);
}

TEST_CASE("a page without jobs is passed over") {
  Runner runner(code::program({{}, {code::job(0, {code::mov(8, 1)})}, {}}));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  CHECK(runner.program->runner.global_register(8) == 1);
}

TEST_CASE("a page may be filled to its last byte") {
  // Header 16, START_JOB 8, 2040 NOPs, END_JOB 4, EOF 4 = 8192.
  Runner runner(code::program({{code::job(0, std::vector<Code>(2040, code::nop()))}}));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  CHECK(runner.program->counters.opcodes == 2043);
}

TEST_CASE("a page may hold as many jobs as fit") {
  std::vector<Code> jobs;
  for (unsigned i = 0; i < 681; ++i) jobs.push_back(code::job(i * 96, {}));
  Runner runner(code::program({jobs}));
  runner.finish();
  CHECK(runner.program->result->end == JobRunner::End::Done);
  CHECK(runner.program->counters.jobs == 681);
}

TEST_CASE("opcodes cost simulated time, but one wait for each run between two points where the uC is given up") {
  Runner runner(code::program({{code::job(0, std::vector<Code>(1000, code::nop()))}}));
  const std::uint64_t before = sc_core::sc_delta_count();
  runner.finish();
  CHECK(sc_core::sc_delta_count() - before < 20);
}

}  // namespace
}  // namespace aie4::cert::bench
