// SPDX-License-Identifier: Apache-2.0
// Packets that meet at an arbiter, with the cycles worked out by hand.
#include "tests/unit/array/stream/packet_bench.hpp"

namespace aie4::array {
namespace {

TEST_CASE("A packet costs its header one beat and each arbiter one cycle") {
  MergeBench bench(1);
  bench.sender(0, 2, 64);
  run(ns(1000));
  REQUIRE(bench.s2mm.arrivals.size() == 2);
  const auto& first = bench.s2mm.arrivals[0];
  // Arbitration 1, memory tile's switch 4, link 2, shim's switch 4.
  CHECK(first.first_beat == ns(11));
  CHECK(first.last_beat == ns(11 + 4));  // Header and 64 / 16 beats.
  CHECK(first.header);
  CHECK(first.words.size() == 65);
  // The sender is free at 5, the arbiter at 6.
  CHECK(bench.s2mm.arrivals[1].first_beat == ns(6 + 11));
}

TEST_CASE("Two senders that merge take turns, with one cycle of arbitration between their packets") {
  MergeBench bench(2);
  bench.sender(0, 2, 64);
  bench.sender(1, 2, 64);
  run(ns(1000));
  CHECK(bench.order() == "ABAB");
  REQUIRE(bench.s2mm.arrivals.size() == 4);
  // Each packet occupies the arbiter for 1 + 5 cycles.
  for (unsigned i = 0; i < 4; ++i) {
    CHECK(bench.s2mm.arrivals[i].first_beat == ns(6 * i + 11));
    CHECK(bench.s2mm.arrivals[i].last_beat == ns(6 * i + 11 + 4));
  }
}

TEST_CASE("Round robin goes by input, whoever asked first in the instant") {
  MergeBench bench(4);
  for (const unsigned channel : {3U, 1U, 0U, 2U}) bench.sender(channel, 3, 16);
  run(ns(1000));
  CHECK(bench.order() == "ABCDABCDABCD");
}

TEST_CASE("A packet of many bursts is not interleaved: the arbiter is held until TLAST") {
  MergeBench bench(2);
  bench.sender(0, 2, 3000);
  bench.sender(1, 2, 3000);
  run(ns(5000));
  CHECK(bench.order() == "ABAB");
  REQUIRE(bench.s2mm.arrivals.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) CHECK(bench.s2mm.arrivals[i].tlast == (i % 3 == 2));
  // Header and ceil(3000 / 16) = 188 beats and one cycle of arbitration for each packet.
  CHECK(bench.s2mm.arrivals[3].first_beat == ns(190 + 11));
  CHECK(bench.s2mm.arrivals[9].first_beat == ns(3 * 190 + 11));
}

TEST_CASE("Deterministic merge serves its list and nobody else") {
  MergeBench bench(3);
  // Arbiter 0: input 1 twice, an entry with count 0, input 0 once.
  bench.poke(0x12'0180, 5U << 16 | 2U << 8 | 1U);
  bench.poke(0x12'0184, 1U << 8 | 0U);
  bench.poke(0x12'0188, 1);
  CHECK(bench.peek(0x12'0180) == (5U << 16 | 2U << 8 | 1U));
  bench.sender(0, 3, 16);
  bench.sender(1, 6, 16);
  bench.sender(2, 1, 16);
  run(ns(1000));
  CHECK(bench.order() == "BBABBABBA");
  REQUIRE(bench.waits.hang_report().size() == 1);  // Input 2 is not listed.
  CHECK(bench.waits.hang_report()[0] ==
        "actor2 waits for stream: arbiter on the way from port 2; released by: the packet that holds it");
  bench.poke(0x12'0188, 0);
  run(ns(1000));
  CHECK(bench.order() == "BBABBABBAC");
}

TEST_CASE("Deterministic merge waits for the input on turn") {
  MergeBench bench(2);
  bench.poke(0x12'0180, 1U << 24 | 0U << 16 | 1U << 8 | 1U);  // B, A, B, A
  bench.poke(0x12'0188, 1);
  bench.sender(0, 2, 16);
  bench.actor([&](Actor& actor) {
    for (unsigned i = 0; i < 2; ++i) {
      sc_core::wait(ns(100));
      send(actor, bench.mm2s(kMemory, 1), packet(1, 16));
    }
  });
  run(ns(1000));
  CHECK(bench.order() == "BABA");
  REQUIRE(bench.s2mm.arrivals.size() == 4);
  CHECK(bench.s2mm.arrivals[0].first_beat == ns(100 + 11));
  CHECK(bench.s2mm.arrivals[1].first_beat == ns(100 + 1 + 2 + 11));
}

TEST_CASE("A packet that meets another on its way waits with its first beat in front of the arbiter") {
  // Row 3 sends south through row 2, whose own MM2S_0 merges in; the arbiter is in row 2.
  StreamBench bench;
  Receiver& end = bench.s2mm(kMemory, 0);
  bench.circuit({0, 3}, PortGroup::Dma, 0, PortGroup::South, 0);
  const auto far = bench.port({0, 2}, PortDirection::Subordinate, PortGroup::North, 0);
  const auto near = mm2s_port(bench.network->geometry(), {0, 2}, 0).value();
  for (const auto& in : {far, near}) {
    bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
    bench.poke(bench.slot(in, 0), slot_value(0, 0, 3, 0));
  }
  bench.poke(bench.config(bench.port({0, 2}, PortDirection::Manager, PortGroup::South, 0), PortDirection::Manager),
             taker(1, 3));
  bench.circuit(kMemory, PortGroup::North, 0, PortGroup::Dma, 0);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s({0, 2}, 0), packet(1, 16 * 19)); });  // 20 beats.
  std::optional<sc_core::sc_time> far_free;
  bench.actor([&](Actor& actor) {
    sc_core::wait(ns(2));
    send(actor, bench.mm2s({0, 3}, 0), packet(2, 16 * 3));  // 4 beats.
    far_free = now();
  });
  run(ns(1000));
  REQUIRE(end.arrivals.size() == 2);
  // Near: arbitrated at 0, then 1 + 4 + 2 + 4. It occupies the arbiter until 21.
  CHECK(end.arrivals[0].first_beat == ns(11));
  CHECK(end.arrivals[0].last_beat == ns(11 + 19));
  // Far: at the arbiter at 2 + 4 + 2 = 8, waits until 21.
  CHECK(end.arrivals[1].first_beat == ns(21 + 11));
  CHECK(end.arrivals[1].last_beat == ns(21 + 11 + 3));
  // Its beats left as the arbiter's output drains, 6 cycles before they pass it: free at 21 - 6 + 4.
  CHECK(far_free == ns(21));
}

}  // namespace
}  // namespace aie4::array
