// SPDX-License-Identifier: Apache-2.0
// Packets: slots, headers, splitting, and what happens to one that finds no way.
#include "tests/unit/array/stream/packet_bench.hpp"

namespace aie4::array {
namespace {

TEST_CASE("A stream splits by packet ID, and slots match under their mask, the lowest first") {
  StreamBench bench;
  std::vector<Receiver*> s2mm;
  const auto in = bench.port(kMemory, PortDirection::Subordinate, PortGroup::South, 0);
  bench.circuit(kShim, PortGroup::Dma, 0, PortGroup::North, 0);
  bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
  bench.poke(bench.slot(in, 0), slot_value(4, 0, 1, 0x1F));  // ID 4 -> msel 0
  bench.poke(bench.slot(in, 1), slot_value(4, 1, 1, 0x1C));  // IDs 4..7 -> msel 1
  bench.poke(bench.slot(in, 3), slot_value(0, 2, 1, 0x00));  // the others -> msel 2
  for (unsigned channel = 0; channel < 3; ++channel) {
    s2mm.push_back(&bench.s2mm(kMemory, channel));
    bench.poke(0x12'0000 + 4U * channel, taker(1U << channel, 1, channel == 1));
  }
  bench.actor([&](Actor& actor) {
    for (const std::uint32_t id : {4U, 6U, 31U, 5U, 4U}) send(actor, bench.mm2s(kShim, 0), packet(id, 16, id));
  });
  run(ns(1000));
  const auto with_header = [](std::vector<std::uint32_t> ids) {
    std::vector<std::uint32_t> words;
    for (const std::uint32_t id : ids) {
      const auto one = packet(id, 16, id).words;
      words.insert(words.end(), one.begin(), one.end());
    }
    return words;
  };
  CHECK(s2mm[0]->words == with_header({4, 4}));
  auto dropped = counting(16, 6);
  const auto second = counting(16, 5);
  dropped.insert(dropped.end(), second.begin(), second.end());
  CHECK(s2mm[1]->words == dropped);
  CHECK_FALSE(s2mm[1]->arrivals.at(0).header);
  CHECK(s2mm[2]->words == with_header({31}));
  // Shim 4, link 2, arbitration 1, memory tile 4. The second packet follows after two beats and an arbitration; without
  // its header it arrives one beat later.
  CHECK(s2mm[0]->arrivals.at(0).first_beat == ns(11));
  CHECK(s2mm[0]->arrivals.at(0).last_beat == ns(12));
  CHECK(s2mm[1]->arrivals.at(0).first_beat == ns(3 + 11 + 1));
  CHECK(s2mm[1]->arrivals.at(0).last_beat == ns(3 + 12));
}

TEST_CASE("A packet goes to every output that listens, and each drops the header for itself") {
  StreamBench bench;
  const auto in = mm2s_port(bench.network->geometry(), kMemory, 3).value();
  Receiver& keeps = bench.s2mm(kMemory, 6);
  Receiver& drops = bench.s2mm(kMemory, 2);
  Receiver& other = bench.s2mm(kMemory, 0);
  bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
  bench.poke(bench.slot(in, 2), slot_value(9, 3, 5));
  bench.poke(0x16'0008, taker(0b1000, 5));
  bench.poke(0x12'0008, taker(0b1001, 5, true));
  bench.poke(0x12'0000, taker(0b0111, 5));
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 3), packet(9, 20)); });
  run(ns(1000));
  CHECK(keeps.words == packet(9, 20).words);
  CHECK(keeps.arrivals.at(0).header);
  CHECK(drops.words == counting(20));
  CHECK_FALSE(drops.arrivals.at(0).header);
  CHECK(other.words.empty());
}

TEST_CASE("The first word of a stream without a header of its own is taken for one, in the beat that it shares") {
  MergeBench bench(1);
  Packet raw = packet(0, 31);
  raw.header = false;
  bench.actor([&](Actor& actor) {
    CHECK(bench.mm2s(kMemory, 0).wait_ready(actor.process, {.words = 32}).outcome ==
          StreamSource::Outcome::NeedFirstWord);
    send(actor, bench.mm2s(kMemory, 0), raw);
  });
  run(ns(1000));
  REQUIRE(bench.s2mm.arrivals.size() == 1);
  CHECK(bench.s2mm.arrivals[0].header);
  CHECK(bench.s2mm.arrivals[0].last_beat == ns(11 + 1));
}

TEST_CASE("A packet that no slot takes is reported and stalls until one does") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kMemory, 0);
  const auto in = mm2s_port(bench.network->geometry(), kMemory, 0).value();
  bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
  bench.poke(0x12'0000, taker(1, 0));
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 0), packet(7, 16)); });
  run(ns(100));
  CHECK(receiver.arrivals.empty());
  REQUIRE(bench.count(FaultCategory::GuestError) == 1);
  CHECK(bench.seen[0].where == "column 0/memory tile 1/stream switch/subordinate dma_0");
  CHECK(bench.seen[0].expected == "a way on for packet ID 7");
  CHECK(bench.seen[0].came == "no slot of the input takes the packet ID");
  bench.poke(bench.slot(in, 0), slot_value(7, 0, 0));
  run(ns(100));
  CHECK(receiver.words == packet(7, 16).words);
}

TEST_CASE("A packet-switched input behind an output that drops headers is named as unmodelled") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kShim, 0);
  const auto first = mm2s_port(bench.network->geometry(), kMemory, 0).value();
  const auto second = bench.port(kShim, PortDirection::Subordinate, PortGroup::North, 0);
  for (const auto& in : {first, second}) {
    bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
    bench.poke(bench.slot(in, 0), slot_value(0, 0, 0, 0));
  }
  bench.poke(0x12'0014, taker(1, 0, true));
  bench.poke(0x8000, taker(1, 0));
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 0), packet(1, 16)); });
  run(ns(100));
  CHECK(receiver.arrivals.empty());
  CHECK(bench.count(FaultCategory::Unmodelled, "behind an output that drops headers") == 1);
  bench.poke(0x12'0014, taker(1, 0));
  run(ns(100));
  CHECK(receiver.words.size() == 17);
}

TEST_CASE("A stream that comes back to where it was is reported and stalls") {
  StreamBench bench;
  using enum PortGroup;
  const auto memory_in = mm2s_port(bench.network->geometry(), kMemory, 0).value();
  const auto from_south = bench.port({0, 2}, PortDirection::Subordinate, South, 0);
  const auto from_north = bench.port(kMemory, PortDirection::Subordinate, North, 0);
  for (const auto& in : {memory_in, from_south, from_north}) {
    bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
    bench.poke(bench.slot(in, 0), slot_value(0, 0, 0, 0));
  }
  bench.poke(bench.config(bench.port(kMemory, PortDirection::Manager, North, 0), PortDirection::Manager), taker(1, 0));
  bench.poke(bench.config(bench.port({0, 2}, PortDirection::Manager, South, 0), PortDirection::Manager), taker(1, 0));
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 0), packet(0, 16)); });
  run(ns(100));
  REQUIRE(bench.count(FaultCategory::GuestError, "comes back") == 1);
  CHECK(bench.seen[0].where == "column 0/compute tile 2/stream switch/subordinate south_0");
  CHECK(bench.waits.hang_report().size() == 1);
}

TEST_CASE("A sender that is reset in the middle of a packet lets the next one through") {
  MergeBench bench(2);
  bench.s2mm.limit(0);
  bench.sender(0, 1, 3000);
  bench.sender(1, 1, 64);
  run(ns(1000));
  CHECK(bench.order() == "A");
  bench.mm2s(kMemory, 0).reset();
  bench.s2mm.allow(10'000);
  run(ns(1000));
  CHECK(bench.order() == "A");  // The cut packet has no TLAST: what follows looks like more of it.
  CHECK(bench.s2mm.arrivals.back().words == packet(1, 64).words);
  CHECK(bench.waits.hang_report().empty());
}

TEST_CASE("A packet under way follows a change of its route, and takes the arbiters there") {
  MergeBench bench(2);
  Receiver& other = bench.StreamBench::s2mm(kShim, 1);
  bench.s2mm.limit(0);
  bench.sender(0, 1, 3000);
  bench.actor([&](Actor& actor) {
    sc_core::wait(ns(1000));
    send(actor, bench.mm2s(kMemory, 1), packet(1, 64));
  });
  run(ns(900));
  const std::size_t before = bench.s2mm.words.size();
  CHECK(before > 0);
  // Now by arbiter 2 and South_1 to S2MM_1.
  bench.poke(bench.slot(mm2s_port(bench.network->geometry(), kMemory, 0).value(), 0), slot_value(0, 0, 2, 0));
  bench.poke(0x12'0018, taker(1, 2));
  bench.circuit(kShim, PortGroup::North, 1, PortGroup::Dma, 1);
  bench.s2mm.allow(10'000);
  run(ns(1000));
  // Arbiter 0 was free for the other packet.
  CHECK(bench.s2mm.words.size() == before + 65);
  CHECK(other.words.size() == 3001 - before);
}

}  // namespace
}  // namespace aie4::array
