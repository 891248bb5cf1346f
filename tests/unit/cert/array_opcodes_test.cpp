// SPDX-License-Identifier: Apache-2.0
// Opcodes that load, store and poll, against a fake array that notes every access.
#include <functional>

#include "tests/unit/cert/runner.hpp"

namespace aie4::cert::bench {
namespace {

using Writes = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

constexpr std::uint32_t kBlockedState = 0x0001'8570;

Code one_job(const std::vector<Code>& instructions) {
  return code::program({{code::job(0, instructions)}});
}

TEST_CASE("WRITE_32 stores, MASK_WRITE_32 changes the bits of its mask only") {
  Runner runner(one_job({code::write_32(0x1'8554, 0x8000'0000), code::write_32(0x600'0000 | 0x1000, 7),
                         code::mask_write_32(0x6A'3000, 0x0000'00F2, 0xFFFF'FF52)}));
  runner.bench.bus.words[0x6A'3000] = 0x1234'56A7;
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.writes() == Writes{{0x1'8554, 0x8000'0000}, {0x600'1000, 7}, {0x6A'3000, 0x1234'5657}});
  CHECK(runner.bench.bus.reads_of(0x6A'3000) == 1);
}

TEST_CASE("READ_32 and READ_32_D load, WRITE_32_D takes address and value from registers or constants by its flags") {
  Runner runner(one_job({
      code::read_32(0, 0x200'0000),
      code::read_32(9, 0x200'0004),
      code::mov(1, 0x20'0000),
      code::mov(10, 0x99),
      code::write_32_d(2, 0x10'0000, 0),   // constant address, register value: r0
      code::write_32_d(2, 0x10'0004, 9),   // g1
      code::write_32_d(0, 1, 10),          // address in r1, value in g2
      code::write_32_d(1, 1, 0x55),        // address in r1, constant value
      code::write_32_d(3, 0x10'0008, 77),  // both constants
      code::read_32_d(1, 2),               // r2 = [r1]
      code::write_32_d(2, 0x10'000C, 2),
  }));
  runner.bench.bus.words[0x200'0000] = 0xCAFE;
  runner.bench.bus.words[0x200'0004] = 0xBEEF;
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.writes() == Writes{{0x10'0000, 0xCAFE},
                                            {0x10'0004, 0xBEEF},
                                            {0x20'0000, 0x99},
                                            {0x20'0000, 0x55},
                                            {0x10'0008, 77},
                                            {0x10'000C, 0x55}});
}

TEST_CASE("an access waits for the opcodes before it and takes the time of the array") {
  Parameters parameters;
  parameters.opcode_ns = 100;
  parameters.job_start_ns = 1000;
  Runner runner(one_job({code::nop(), code::write_32(0x1000, 1), code::write_32(0x1004, 2), code::read_32(0, 0x1008)}),
                parameters);
  runner.bench.bus.latency = sc_core::sc_time(60, sc_core::SC_NS);
  runner.finish();
  const auto& log = runner.bench.bus.log;
  REQUIRE(log.size() == 3);
  // START_JOB 1000 + 100, NOP 100, WRITE_32 100; then 60 of the access and 100 of the next opcode.
  CHECK(log[1].time_ps - log[0].time_ps == 160'000);
  CHECK(log[2].time_ps - log[1].time_ps == 160'000);
  const std::uint64_t page_ps = 1000 * runner.bench.parameters.noc_latency_ns +
                                1'000'000 * std::uint64_t{8192} / runner.bench.parameters.noc_bytes_per_us;
  CHECK(log[0].time_ps == page_ps + 1'300'000);
}

TEST_CASE("a poll reads until the masked value is there, and each read is a real one") {
  const bool masked = GENERATE(false, true);
  const bool hint = GENERATE(false, true);
  Code program = one_job({masked ? code::mask_poll_32(kBlockedState, 0x01F8'003C, 0) : code::poll_32(kBlockedState, 5),
                          code::write_32(0x1000, 1)});
  if (hint) program = code::hinted(program);
  Runner runner(program);
  unsigned reads = 0;
  runner.bench.bus.readers[kBlockedState] = [&]() -> std::uint32_t {
    if (++reads < 1000) return 0x0008'0005;
    return masked ? 0x8000'0002 : 5;
  };
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(reads == 1000);
  CHECK(runner.bench.bus.writes() == Writes{{0x1000, 1}});
  const std::uint32_t counter = masked ? hs::kPreemptionMaskPoll : hs::kPreemptionPoll;
  CHECK(runner.bench.handshake(counter, Runner::kUc) == 999);
}

TEST_CASE("when all jobs only poll, rounds are an interval apart, even if accesses and opcodes take no time") {
  Parameters parameters;
  parameters.opcode_ns = 0;
  parameters.job_start_ns = 0;
  parameters.poll_interval_ns = 250;
  Runner runner(code::program({{code::job(0, {code::poll_32(0x1000, 1)}), code::job(1, {code::poll_32(0x2000, 1)})}}),
                parameters);
  runner.bench.bus.readers[0x1000] = [] { return sc_core::sc_time_stamp() > sc_core::sc_time(10, sc_core::SC_US); };
  runner.bench.bus.readers[0x2000] = [] { return sc_core::sc_time_stamp() > sc_core::sc_time(20, sc_core::SC_US); };
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  std::vector<std::uint64_t> times;
  for (const ArrayAccess& access : runner.bench.bus.log) {
    if (access.address == 0x2000) times.push_back(access.time_ps);
  }
  REQUIRE(times.size() > 60);
  CHECK(times[11] - times[10] == 250'000);
  CHECK(times.size() < 100);
}

TEST_CASE("a job that polls lets the others run, and reads again when its turn comes") {
  // Job 1 makes true what job 0 polls for, after three yields.
  Runner runner(code::program({{
      code::job(0, {code::poll_32(0x1000, 3), code::write_32(0x2000, 1)}),
      code::job(1, {code::write_32(0x1000, 1), code::yield(), code::write_32(0x1000, 2), code::yield(),
                    code::write_32(0x1000, 3), code::yield(), code::write_32(0x2000, 2)}),
  }}));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.reads_of(0x1000) == 4);  // 0, 1, 2, 3: one a round
  CHECK(runner.bench.bus.writes() == Writes{{0x1000, 1}, {0x1000, 2}, {0x1000, 3}, {0x2000, 1}, {0x2000, 2}});
}

TEST_CASE("a poll of a lock request stops at the read that acquires") {
  // Bit 0 of the answer tells success, and every read is an attempt.
  Runner runner(one_job({code::mask_poll_32(0x11'8604, 1, 1)}));
  unsigned value = 0;
  unsigned attempts = 0;
  runner.bench.bus.readers[0x11'8604] = [&]() -> std::uint32_t {
    if (++attempts == 5) value = 1;  // Somebody releases.
    if (value == 0) return 0;
    --value;
    return 1;
  };
  runner.finish();
  CHECK(attempts == 5);
  CHECK(value == 0);
}

TEST_CASE("REL_ACQ_SYNC releases once and polls the other lock without letting other jobs run") {
  Runner runner(code::program({{
      code::job(0, {code::rel_acq_sync(0x1'4001 & ~3U, 0x1'4604), code::write_32(0x2000, 1)}),
      code::job(1, {code::write_32(0x2000, 2)}),
  }}));
  unsigned attempts = 0;
  runner.bench.bus.readers[0x1'4604] = [&]() -> std::uint32_t { return ++attempts == 20 ? 0xFFFF'FFFF : 0xFFFF'FFFE; };
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.reads_of(0x1'4000) == 1);
  CHECK(attempts == 20);
  CHECK(runner.bench.bus.writes() == Writes{{0x2000, 1}, {0x2000, 2}});
}

TEST_CASE("an address where nobody answers ends the command and names opcode and address") {
  const std::vector<Code> bad = {code::write_32(0x1F00'0000, 1),        code::mask_write_32(0x1F00'0000, 1, 1),
                                 code::read_32(0, 0x1F00'0000),         code::poll_32(0x1F00'0000, 1),
                                 code::mask_poll_32(0x1F00'0000, 1, 1), code::rel_acq_sync(0x1F00'0000, 0x1F00'0000),
                                 code::write_32_d(3, 0x1F00'0000, 1),   code::write_32(0x1002, 1),
                                 code::save_register(0x1F00'0000, 1)};
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{9}));
  REQUIRE(bad.size() == 9);
  INFO(i);
  Runner runner(one_job({bad[i]}));
  runner.bench.bus.hole = 0x1F00'0000;
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Failed);
  CHECK(runner.result().code == 303);
  CHECK(runner.bench.reports.size() == 1);
  CHECK(runner.bench.reported(FaultCategory::GuestError, "page 0 job 0 body offset 0x8"));
  CHECK(runner.bench.reported(FaultCategory::GuestError, i == 7 ? "4098 in WRITE_32" : "0x1f000000 in"));
  CHECK(runner.bench.handshake(hs::kFwState, Runner::kUc) == static_cast<std::uint32_t>(hs::FwState::AXI_ERROR));
}

TEST_CASE("registers that do not exist are refused in every position") {
  const std::vector<Code> bad = {code::read_32(24, 0x1000),       code::read_32_d(24, 0),
                                 code::read_32_d(0, 24),          code::write_32_d(0, 24, 0),
                                 code::write_32_d(2, 0x1000, 24), code::write_32_d(4, 0x1000, 0)};
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{6}));
  Runner runner(one_job({bad[i]}));
  runner.finish();
  CHECK(runner.result().code == 303);
  CHECK(runner.bench.reported(FaultCategory::GuestError, i == 5 ? "flags from 0 to 3" : "a register from 0 to 23"));
}

TEST_CASE("SLEEP, TRACE and the opcodes for programmable logic are refused by name") {
  const auto [number, size, name] = GENERATE(table<unsigned, unsigned, const char*>({{0x1D, 8, "SLEEP"},
                                                                                     {0x15, 4, "TRACE"},
                                                                                     {0x22, 20, "UC_DMA_MASK_POLL_EXT"},
                                                                                     {0x23, 8, "APPLY_OFFSET_PL"},
                                                                                     {0xA5, 4, "ALIGN_FILLER"}}));
  Code instruction(size);
  instruction[0] = static_cast<std::byte>(number);
  Runner runner(one_job({instruction}));
  runner.finish();
  CHECK(runner.result().code == 303);
  CHECK(runner.bench.reported(FaultCategory::GuestError, name));
}

TEST_CASE("without a debug buffer SAVE_TIMESTAMPS and SAVE_REGISTER leave nothing behind, with one, records") {
  const bool buffer = GENERATE(false, true);
  constexpr std::uint64_t kBuffer = 0xA00'0000;
  std::vector<Code> body;
  for (unsigned i = 0; i < 50; ++i) body.push_back(code::save_timestamps(i));
  body.push_back(code::save_register(0x1000, 0xABCD));
  Runner runner(one_job(body));
  runner.bench.host.map(kBuffer, 4096);
  runner.bench.bus.words[0x1000] = 0x77;
  if (buffer) {
    runner.bench.set_handshake(hs::kDebugBufferLow, kBuffer, Runner::kUc);
    runner.bench.set_handshake(hs::kDebugBufferSize, 4096, Runner::kUc);
  }
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.writes().size() == (buffer ? 2 : 0));
  if (!buffer) return;
  std::uint32_t before = 0;
  for (unsigned i = 0; i < 50; ++i) {
    CHECK(runner.bench.host.read32(kBuffer + 12 * i) == i);
    CHECK(runner.bench.host.read32(kBuffer + 12 * i + 4) == 0);
    const std::uint32_t time = runner.bench.host.read32(kBuffer + 12 * i + 8);
    CHECK(time > before);
    before = time;
  }
  CHECK(runner.bench.host.read32(kBuffer + 600) == 0x77);
  CHECK(runner.bench.host.read32(kBuffer + 604) == 0xABCD);
  CHECK(runner.bench.handshake(hs::kSaveDbgBufOffset, Runner::kUc) == 608);
}

}  // namespace
}  // namespace aie4::cert::bench
