// SPDX-License-Identifier: Apache-2.0
// Opcodes of the uC-DMA, tokens, and addresses patched by firmware.
#include <algorithm>
#include <map>

#include "firmware-stub/cert/bytes.hpp"
#include "tests/unit/cert/runner.hpp"

namespace aie4::cert::bench {
namespace {

using code::operator+;
using Jobs = std::vector<Code>;
using Writes = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

constexpr unsigned kUc = Runner::kUc;

/// Tokens by hand.
struct Tokens : TokenPort {
  std::map<std::uint32_t, std::uint32_t> counts;
  static std::uint32_t key(const TokenSource& source) {
    return std::uint32_t{source.column} << 16U | std::uint32_t{source.row} << 8U | source.actor;
  }
  [[nodiscard]] std::uint32_t available(const TokenSource& source) const override {
    const auto found = counts.find(key(source));
    return found == counts.end() ? 0 : found->second;
  }
  void take(const TokenSource& source, std::uint32_t count) override { counts[key(source)] -= count; }
};

TEST_CASE("UC_DMA_WRITE_DES_SYNC writes a chain in order before the next opcode") {
  Runner runner(code::page_with_data(
      0,
      [](unsigned data) { return Jobs{code::job(0, {code::uc_dma_write_des_sync(data), code::write_32(0x1000, 9)})}; },
      code::descriptor(2, 0x30, 0x10'8000, true) + code::descriptor(1, 0x28, 0x10'9E04, true) +
          code::descriptor(1, 0x14, 0x10'8004, false) + code::words({0xA, 0xB, 0xC})));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.writes() ==
        Writes{{0x10'8000, 0xA}, {0x10'8004, 0xB}, {0x10'9E04, 0xC}, {0x10'8004, 0xB}, {0x1000, 9}});
  CHECK(runner.bench.handshake(hs::kBlockUcDmaSync, kUc) == 1);
}

TEST_CASE("UC_DMA_WRITE_DES goes on at once, WAIT_UC_DMA waits for its chain") {
  Runner runner(code::page_with_data(
      0,
      [](unsigned data) {
        return Jobs{code::job(
            0, {code::uc_dma_write_des(0, data), code::uc_dma_write_des(8, data + 16), code::write_32(0x1000, 1),
                code::wait_uc_dma(0), code::write_32(0x1004, 2), code::wait_uc_dma(8), code::write_32(0x1008, 3)})};
      },
      code::descriptor(1, 32, 0x2000, false) + code::descriptor(500, 16, 0x3000, false) + Code(2000)));
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  const Writes writes = runner.bench.bus.writes();
  REQUIRE(writes.size() == 504);
  CHECK(writes[0].first == 0x1000);
  CHECK(writes[1].first == 0x2000);
  CHECK(writes[2].first == 0x1004);
  CHECK(writes[503].first == 0x1008);
  // The second chain begins when the first has ended, takes 150 ns and then 500 cycles of 833 ps.
  const auto& log = runner.bench.bus.log;
  CHECK(log[3].time_ps - log[1].time_ps == 833 + 150'000);
  CHECK(log[503].time_ps - log[3].time_ps >= 416'667);
  CHECK(log[503].time_ps - log[3].time_ps < 416'667 + 200'000);
}

TEST_CASE("while a chain runs, other jobs do") {
  Runner runner(code::page_with_data(
      0,
      [](unsigned data) {
        return Jobs{code::job(0, {code::uc_dma_write_des_sync(data), code::write_32(0x1000, 1)}),
                    code::job(1, {code::write_32(0x1004, 2)})};
      },
      code::descriptor(100, 16, 0x2000, false) + Code(400)));
  runner.finish();
  const Writes writes = runner.bench.bus.writes();
  REQUIRE(writes.size() == 102);
  CHECK(writes.back() == std::pair<std::uint64_t, std::uint32_t>{0x1000, 1});
}

TEST_CASE("a full uC-DMA queue holds a job back until there is room") {
  Parameters parameters;
  parameters.uc_dma_queue_depth = 2;
  parameters.opcode_ns = 10;
  std::vector<Code> body;
  Runner runner(code::page_with_data(
                    0,
                    [&](unsigned data) {
                      body.clear();
                      for (unsigned i = 0; i < 6; ++i) body.push_back(code::uc_dma_write_des(i, data));
                      for (unsigned i = 0; i < 6; ++i) body.push_back(code::wait_uc_dma(i));
                      body.push_back(code::write_32(0x1000, 1));
                      return Jobs{code::job(0, body)};
                    },
                    code::descriptor(1, 16, 0x2000, false) + code::words({5})),
                parameters);
  runner.finish();
  CHECK(runner.result().end == JobRunner::End::Done);
  CHECK(runner.bench.bus.writes().size() == 7);
  CHECK(runner.bench.handshake(hs::kPreemptionUcDma, kUc) == 3);
}

TEST_CASE("chains that nobody waits for are done before the page is left, and their failure counts") {
  const bool failing = GENERATE(false, true);
  Code program = code::page_with_data(
      0, [](unsigned data) { return Jobs{code::job(0, {code::uc_dma_write_des(0, data)})}; },
      code::descriptor(1, 16, failing ? 0x1F00'0000 : 0x2000, false) + code::words({5}));
  Runner runner(program);
  runner.bench.bus.hole = 0x1F00'0000;
  runner.finish();
  CHECK(runner.result().end == (failing ? JobRunner::End::Failed : JobRunner::End::Done));
  if (failing) {
    CHECK(runner.result().code == 303);
    CHECK(runner.bench.reported(FaultCategory::GuestError, "array address 0x1f000000: nobody answers, and no job"));
  } else {
    CHECK(runner.bench.bus.writes() == Writes{{0x2000, 5}});
  }
}

TEST_CASE("a chain that fails ends the command with page, job, opcode and descriptor") {
  Runner runner(code::page_with_data(
      0, [](unsigned data) { return Jobs{code::job(4, {code::nop(), code::uc_dma_write_des_sync(data)})}; },
      code::descriptor(1, 32, 0x2000, true) + code::descriptor(3, 16, 0x1F00'0000, false) + code::words({5, 6, 7})));
  runner.bench.bus.hole = 0x1F00'0000;
  runner.finish();
  CHECK(runner.result().code == 303);
  CHECK(runner.bench.reports.size() == 1);
  CHECK(runner.bench.reported(FaultCategory::GuestError, "page 0 job 4"));
  CHECK(runner.bench.reported(FaultCategory::GuestError, "descriptor 1 of the chain, 3 words at array address 0x1f00"));
  CHECK(runner.bench.bus.writes() == Writes{{0x2000, 5}});
}

TEST_CASE("operands of the uC-DMA that name nothing are refused") {
  struct Case {
    Code instruction;
    const char* message = nullptr;
  };
  const std::vector<Case> cases = {
      {code::uc_dma_write_des_sync(0x48), "a 16-byte aligned descriptor inside the page"},
      {code::uc_dma_write_des_sync(0x1FF0), "a 16-byte aligned descriptor inside the page"},
      {code::uc_dma_write_des(24, 0x40), "a register from 0 to 23"},
      {code::wait_uc_dma(24), "a register from 0 to 23"},
      {code::wait_uc_dma(0), "a wait handle that UC_DMA_WRITE_DES returned"}};
  const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{5}));
  Runner runner(code::program({{code::job(0, {cases[i].instruction})}}));
  runner.finish();
  CHECK(runner.result().code == 303);
  CHECK(runner.bench.reported(FaultCategory::GuestError, cases[i].message));
}

// --- tokens ---------------------------------------------------------------------------------------------------------

TEST_CASE("WAIT_TCTS waits for tokens of one actor and takes what it waited for") {
  // Tile column 2, logical row 5; actor 6.
  constexpr unsigned kTile = 2 << 5 | 5;
  Runner runner(code::program({{code::job(0, {code::wait_tcts(kTile, 6, 3), code::write_32(0x1000, 1),
                                              code::wait_tcts(kTile, 6, 1), code::write_32(0x1000, 2)})}}));
  Tokens tokens;
  Microcontroller& uc = *runner.bench.ucs[kUc];
  uc.set_tokens(&tokens);
  constexpr std::uint32_t kKey = 2U << 16 | 5U << 8 | 6U;
  tokens.counts[kKey] = 2;  // Two came before anybody waited.
  tokens.counts[kKey + 1] = 9;
  Bench::run_us(50);
  CHECK(runner.bench.bus.writes().empty());
  tokens.counts[kKey] += 1;
  uc.attention();
  Bench::run_us(50);
  CHECK(runner.bench.bus.writes() == Writes{{0x1000, 1}});
  CHECK(tokens.counts[kKey] == 0);
  tokens.counts[kKey] += 2;
  uc.attention();
  runner.finish(50);
  CHECK(runner.bench.bus.writes() == Writes{{0x1000, 1}, {0x1000, 2}});
  CHECK(tokens.counts[kKey] == 1);
  CHECK(tokens.counts[kKey + 1] == 9);
  CHECK(runner.bench.handshake(hs::kCounterTctsRequested, kUc) == 4);
  CHECK(runner.bench.handshake(hs::kCounterTctsReceived, kUc) == 4);
}

TEST_CASE("the opcode behind WAIT_TCTS follows the last token by the time of the parameter") {
  Parameters parameters;
  parameters.opcode_ns = 0;
  Runner runner(code::program({{code::job(0, {code::wait_tcts(0, 0, 1), code::write_32(0x1000, 1)})}}), parameters);
  Tokens tokens;
  runner.bench.ucs[kUc]->set_tokens(&tokens);
  Bench::run_us(50);
  const std::uint64_t before = Bench::now_ps();
  tokens.counts[0] = 1;
  runner.bench.ucs[kUc]->attention();
  Bench::run_us(1);
  REQUIRE(runner.bench.bus.log.size() == 1);
  CHECK(runner.bench.bus.log[0].time_ps == before + 100'000);
}

TEST_CASE(
    "two jobs that wait for the same tokens are refused, and tokens that never come are named in the hang report") {
  const bool same = GENERATE(true, false);
  Runner runner(code::program(
      {{code::job(0, {code::wait_tcts(0x21, 4, 1)}), code::job(1, {code::wait_tcts(0x21, same ? 4 : 5, 1)})}}));
  Bench::run_us(100);
  if (same) {
    REQUIRE(runner.program->result);
    CHECK(runner.result().code == 303);
    return;
  }
  CHECK_FALSE(runner.program->result);
  const auto report = runner.bench.waits.hang_report();
  REQUIRE(report.size() == 1);
  CHECK(report[0].find("uc3 waits for token: tokens of (column << 16 | row << 8 | actor) 65796") == 0);
}

// --- addresses ------------------------------------------------------------------------------------------------------

TEST_CASE("APPLY_OFFSET_57 changes nothing when the host has patched, and adds the argument otherwise") {
  struct Case {
    std::uint32_t args_len = 0;
    unsigned offset = 0;
    bool patched = false;
  };
  const auto now = GENERATE(Case{0, 2, false}, Case{16, 0xFFFF, false}, Case{16, 2, true});
  constexpr std::uint64_t kArgs = 0xB00'0000;
  Rig rig;
  rig.bench.host.map(kArgs, 16);
  rig.bench.host.write64(kArgs + 8, 0x1FF'1234'5678'9ABC);
  Code descriptors;
  for (unsigned i = 0; i < 2; ++i) {
    descriptors = descriptors + code::words({0xFE00'0001, 0x9000'0000 + i, 3, 4, 5, 6, 7, 8, 9});
  }
  rig.load(kFree, code::page_with_data(
                      0,
                      [&](unsigned data) {
                        return Jobs{code::job(
                            0, {code::apply_offset_57(data + 16, 2, now.offset), code::uc_dma_write_des_sync(data)})};
                      },
                      code::descriptor(18, 16, 0x1'8000, false) + descriptors));
  std::vector<std::byte> packet = rig.queue.direct_packet(0, kFree, false);
  store_bytes(packet, 16 + 12, 2, now.args_len);
  store64(packet, 16 + 16, kArgs);
  rig.queue.raw(packet);
  rig.ring();
  CHECK(rig.queue.completion(0) == kCompleted);
  const Writes writes = rig.bench.bus.writes();
  REQUIRE(writes.size() == 18);
  for (unsigned i = 0; i < 2; ++i) {
    const std::uint64_t old = 0x1'9000'0000 + i;
    // What the shim DMA sees of host memory lies 2 GiB up.
    const std::uint64_t base = now.patched ? old + 0x1FF'1234'5678'9ABC + 0x8000'0000 : old;
    CHECK(writes[9 * i].second == (0xFE00'0000 | (base >> 32 & 0x1FF'FFFF)));
    CHECK(writes[9 * i + 1].second == static_cast<std::uint32_t>(base));
    CHECK(writes[9 * i + 2].second == 3);
    CHECK(writes[9 * i + 8].second == 9);
  }
}

TEST_CASE("APPLY_OFFSET_57 outside the page is refused even when there is nothing to do") {
  const auto [table, count] = GENERATE(std::pair{0x1FFCU, 1U}, std::pair{2U, 1U}, std::pair{8U, 0xFFFFU});
  Runner runner(code::program({{code::job(0, {code::apply_offset_57(table, count, 0xFFFF)})}}));
  runner.finish();
  CHECK(runner.result().code == 303);
}

}  // namespace
}  // namespace aie4::cert::bench
