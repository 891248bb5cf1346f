// SPDX-License-Identifier: Apache-2.0
// Packets: slots, arbiters, merging and splitting, with the cycles worked out by hand.
#include "models/array/stream/packet.hpp"
#include "tests/unit/array/stream/stream_bench.hpp"

namespace aie4::array {
namespace {

constexpr TileId kShim{0, 0};
constexpr TileId kMemory{0, 1};

/// Slot: exact packet ID, msel, arbiter.
constexpr std::uint32_t slot_value(std::uint32_t id, std::uint32_t msel, std::uint32_t arbiter,
                                   std::uint32_t mask = 0x1F) {
  return id << 24 | mask << 16 | 1U << 8 | msel << 4 | arbiter;
}
/// Manager: takes these msels (mask) of the arbiter.
constexpr std::uint32_t taker(std::uint32_t msels, std::uint32_t arbiter, bool drop = false) {
  return kPacket | (drop ? 0x80U : 0U) | msels << 3 | arbiter;
}

std::uint32_t header(std::uint32_t id) {
  return encode(PacketHeader{.id = static_cast<std::uint8_t>(id), .source = kMemory});
}
/// A header and `data` words.
Packet packet(std::uint32_t id, std::size_t data, std::uint32_t first = 0) {
  Packet result{.words = counting(data, first), .header = true};
  result.words.insert(result.words.begin(), header(id));
  return result;
}

/// MM2S channels of the memory tile that share its South_0 through arbiter 0; South_0 ends at the shim's S2MM_0.
struct MergeBench : StreamBench {
  Receiver& s2mm;

  explicit MergeBench(unsigned senders, const std::function<void(Parameters&)>& change = {})
      : StreamBench(change), s2mm(StreamBench::s2mm(kShim, 0)) {
    for (unsigned channel = 0; channel < senders; ++channel) {
      const auto in = mm2s_port(network->geometry(), kMemory, channel).value();
      poke(config(in, PortDirection::Subordinate), kPacket);
      poke(slot(in, 0), slot_value(0, 0, 0, 0));  // Any ID.
    }
    poke(0x12'0014, taker(1, 0));
    circuit(kShim, PortGroup::North, 0, PortGroup::Dma, 0);
  }

  void sender(unsigned channel, unsigned packets, std::size_t data) {
    actor([this, channel, packets, data](Actor& actor) {
      for (unsigned i = 0; i < packets; ++i) send(actor, mm2s(kMemory, channel), packet(channel, data, 100 * i));
    });
  }
  /// Who sent what arrived, by packet.
  [[nodiscard]] std::string order() const {
    std::string text;
    bool begins = true;
    for (const Receiver::Arrival& arrival : s2mm.arrivals) {
      if (begins) text += static_cast<char>('A' + packet_id(arrival.words.at(0)));
      begins = arrival.tlast;
    }
    return text;
  }
};

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
