// SPDX-License-Identifier: Apache-2.0
// Task-complete tokens on their way down the narrow switches to the microcontroller.
#include "tests/unit/array/stream/tile_control_bench.hpp"

namespace aie4::array {
namespace {

constexpr TileId kShim{0, 0};
constexpr TileId kMemory{0, 1};

/// The token path of AMD's test program (AIE4 tile-array notes 4.6): Controller_ID 0, everything by arbiter 0.
struct TokenBench : ControlBench {
  static constexpr std::uint32_t kInput = 0xC000'0000;
  static constexpr std::uint32_t kSlot = 0x0001'0100;
  static constexpr std::uint32_t kOutput = 0xC000'0078;
  TokenCounter counter{"counter", environment, "column 0/shim tile 0/uC A"};
  std::vector<Tile*> rows;

  explicit TokenBench(const std::function<void(Parameters&)>& change = {}) : ControlBench(change) {
    for (std::uint8_t row = 0; row < 6; ++row) rows.push_back(&tile_control({0, row}));
    network->attach(token_port(network->geometry(), kShim, 0).value(), counter);
  }
  void configure() {
    poke(0x8190, kOutput);  // uC.
    poke(0x81B0, kInput);   // Tile control of the shim.
    poke(0x81D0, kSlot);
    poke(0x81C0, kInput);  // North_0 of the shim.
    poke(0x8210, kSlot);
    poke(0x12'01A0, kOutput);  // South_0 of the memory tile.
    poke(0x12'01C0, kInput);
    poke(0x12'01E0, kSlot);
    poke(0x12'01D0, kInput);
    poke(0x12'0220, kSlot);
    for (std::uint8_t row = 2; row < 6; ++row) {
      const std::uint64_t base = network->geometry().base({0, row});
      poke(base + 0xB'4900, kOutput);
      poke(base + 0xB'4A00, kInput);
      poke(base + 0xB'4B00, kSlot);
      poke(base + 0xB'4A18, kInput);
      poke(base + 0xB'4B60, kSlot);
    }
  }
};

TEST_CASE("Tokens of shim, memory tile and four compute rows arrive at the microcontroller and are told apart") {
  TokenBench bench;
  bench.configure();
  settle();
  CHECK(bench.rows[0]->control->send_token(6, 0));
  CHECK(bench.rows[0]->control->send_token(16, 0));
  for (std::uint8_t row = 1; row < 6; ++row) CHECK(bench.rows[row]->control->send_token(0, 0));
  run(ns(1000));
  CHECK(bench.counter.received() == 7);
  CHECK(bench.counter.take(kShim, 6, 1));
  CHECK_FALSE(bench.counter.take(kShim, 6, 1));
  CHECK(bench.counter.waiting(kShim, 16) == 1);  // Nobody waits for it: legal.
  CHECK_FALSE(bench.counter.take(kMemory, 6, 1));
  for (std::uint8_t row = 1; row < 6; ++row) CHECK(bench.counter.take({0, row}, 0, 1));
  CHECK(bench.seen.empty());
  CHECK(bench.waits.hang_report().empty());
}

TEST_CASE("A token takes a cycle of arbitration and the hops of each switch") {
  TokenBench bench;
  bench.configure();
  std::vector<sc_core::sc_time> times;
  bench.actor([&](Actor&) {
    for (const std::size_t row : {0U, 1U, 5U}) {
      const sc_core::sc_time start = now();
      bench.rows[row]->control->send_token(0, 0);
      wait(bench.counter.arrived);
      times.push_back(now() - start);
      sc_core::wait(ns(100));
    }
  });
  run(ns(1000));
  REQUIRE(times.size() == 3);
  CHECK(times[0] == ns(1 + 3));
  CHECK(times[1] == ns(1 + 4 + 2 + 1 + 4));
  CHECK(times[2] == ns(6 * (1 + 4) + 5 * 2));
}

TEST_CASE("Waiting for several tokens takes them together or not at all") {
  TokenBench bench;
  bench.configure();
  settle();
  for (int i = 0; i < 3; ++i) CHECK(bench.rows[1]->control->send_token(16, 0));
  run(ns(1000));
  CHECK_FALSE(bench.counter.take(kMemory, 16, 4));
  CHECK(bench.counter.waiting(kMemory, 16) == 3);
  CHECK(bench.counter.take(kMemory, 16, 2));
  CHECK(bench.counter.take(kMemory, 16, 0));
  CHECK(bench.counter.take(kMemory, 16, 1));
  CHECK(bench.counter.waiting(kMemory, 16) == 0);
}

TEST_CASE("The count of FoT mode 2 travels behind its token and is not taken for one") {
  TokenBench bench;
  bench.configure();
  settle();
  CHECK(bench.rows[1]->control->send_token(1, 0, 0xFFFF'FFFF));
  CHECK(bench.rows[1]->control->send_token(2, 0));
  run(ns(1000));
  CHECK(bench.counter.received() == 2);
  CHECK(bench.counter.take(kMemory, 1, 1));
  CHECK(bench.counter.take(kMemory, 2, 1));
  CHECK(bench.seen.empty());
}

TEST_CASE("Tokens without a way wait in their tile until its queue is full, and none is lost") {
  TokenBench bench([](Parameters& parameters) { parameters.tile_control_token_queue = 5; });
  settle();
  TileControl& control = *bench.rows[3]->control;
  for (int i = 0; i < 5; ++i) CHECK(control.send_token(0, 0));
  CHECK(control.tokens_full());
  CHECK_FALSE(control.send_token(0, 0));
  run(ns(1000));
  CHECK(control.tokens_full());
  bench.configure();
  run(ns(1000));
  CHECK_FALSE(control.tokens_full());
  CHECK(bench.counter.waiting({0, 3}, 0) == 5);
}

TEST_CASE("Many tokens from all tiles at once are shared out fairly and all arrive") {
  TokenBench bench;
  bench.configure();
  settle();
  for (int i = 0; i < 100; ++i) {
    for (auto* row : bench.rows) CHECK(row->control->send_token(3, 0));
  }
  run(ns(400));
  // Each arbiter serves its own tile and what comes from above in turn: rows further up get half as much each.
  const auto arrived = [&](std::uint8_t row) { return bench.counter.waiting({0, row}, 3); };
  CHECK(arrived(0) > 0);
  for (std::uint8_t row = 1; row < 5; ++row) CHECK(arrived(row) <= arrived(static_cast<std::uint8_t>(row - 1)));
  CHECK(arrived(0) - arrived(1) >= arrived(1) / 2);
  run(ns(20'000));
  for (std::uint8_t row = 0; row < 6; ++row) CHECK(arrived(row) == 100);
}

TEST_CASE("A packet that is no token is named, and not counted") {
  TokenBench bench;
  bench.configure();
  bench.rows[0]->registers.values[0] = 5;
  bench.circuit(kShim, PortGroup::DmaControl, 0, PortGroup::TileControl, 0);
  bench.actor([&](Actor& actor) { send(actor, bench.control_mm2s(kShim), {.words = read_packet(0, 1, 0)}); });
  run(ns(1000));
  CHECK(bench.counter.received() == 0);
  CHECK(bench.count(FaultCategory::Unmodelled, "packet to a microcontroller") == 1);
}

TEST_CASE("A reset of the counter forgets tokens, those on their way too") {
  TokenBench bench;
  bench.configure();
  settle();
  CHECK(bench.rows[0]->control->send_token(3, 0));
  run(ns(100));
  CHECK(bench.rows[5]->control->send_token(3, 0));
  run(ns(10));
  bench.counter.reset();
  run(ns(100));
  CHECK(bench.counter.waiting(kShim, 3) == 0);
}

}  // namespace
}  // namespace aie4::array
