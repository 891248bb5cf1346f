// SPDX-License-Identifier: Apache-2.0
// Circuits: who is joined to whom, over every kind of link, and when beats arrive.
#include "tests/unit/array/stream/stream_bench.hpp"

namespace aie4::array {
namespace {

constexpr TileId kShim{0, 0};
constexpr TileId kMemory{0, 1};

// The register writes are those of AMD's save and restore programs (AIE4 tile-array notes 4.2).
TEST_CASE("The circuits of SAVE lead from the memory tile into both halves' S2MM channels of the shim") {
  StreamBench bench;
  Receiver& s2mm0 = bench.s2mm(kShim, 0);
  Receiver& s2mm1 = bench.s2mm(kShim, 1);
  bench.poke(0x12'0040, 0x8000'0000);  // Subordinate MM2S_0.
  bench.poke(0x12'0044, 0x8000'0000);
  bench.poke(0x12'0014, 0x8000'0000);  // South_0 from MM2S_0.
  bench.poke(0x12'0018, 0x8000'0001);
  bench.poke(0x8064, 0x8000'0000);  // Subordinate North_0.
  bench.poke(0x8068, 0x8000'0000);
  bench.poke(0x8000, 0x8000'0012);    // S2MM_0 from North_0.
  bench.poke(0x4'8000, 0x8000'0013);  // S2MM_1 of half B from North_1 of half A.
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 0), {.words = counting(100)}); });
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 1), {.words = counting(100, 1000)}); });
  run(ns(1000));
  CHECK(s2mm0.words == counting(100));
  CHECK(s2mm1.words == counting(100, 1000));
  CHECK(bench.seen.empty());
}

TEST_CASE("The circuits of RESTORE lead from four shim channels into the memory tile, half B through South 2 and 3") {
  StreamBench bench;
  std::vector<Receiver*> s2mm;
  for (const unsigned channel : {0U, 1U, 4U, 5U}) s2mm.push_back(&bench.s2mm(kMemory, channel));
  bench.poke(0x8040, 0x8000'0000);
  bench.poke(0x8044, 0x8000'0000);
  bench.poke(0x4'8040, 0x8000'0000);
  bench.poke(0x4'8044, 0x8000'0000);
  bench.poke(0x8020, 0x8000'0000);  // North_0..3 from MM2S_0..3.
  bench.poke(0x8024, 0x8000'0001);
  bench.poke(0x4'8020, 0x8000'0002);
  bench.poke(0x4'8024, 0x8000'0003);
  bench.poke(0x12'005C, 0x8000'0000);  // Subordinates South_0..3.
  bench.poke(0x12'0060, 0x8000'0000);
  bench.poke(0x16'005C, 0x8000'0000);
  bench.poke(0x16'0060, 0x8000'0000);
  bench.poke(0x12'0000, 0x8000'000E);  // S2MM_0, 1, 4, 5.
  bench.poke(0x12'0004, 0x8000'000F);
  bench.poke(0x16'0000, 0x8000'0012);
  bench.poke(0x16'0004, 0x8000'0013);
  for (unsigned channel = 0; channel < 4; ++channel) {
    bench.actor([&bench, channel](Actor& actor) {
      send(actor, bench.mm2s(kShim, channel), {.words = counting(64, 100 * channel)});
    });
  }
  run(ns(1000));
  for (unsigned channel = 0; channel < 4; ++channel) CHECK(s2mm[channel]->words == counting(64, 100 * channel));
  CHECK(bench.seen.empty());
}

TEST_CASE("Every link of the 512-bit switches joins manager i of one tile to subordinate i of the next") {
  struct Link {
    TileId from;
    PortGroup group;
    unsigned index;
    TileId to;
    PortGroup far_group;
  };
  std::vector<Link> links;
  const auto add = [&](TileId from, PortGroup group, unsigned count, TileId to, PortGroup far_group) {
    for (unsigned i = 0; i < count; ++i) links.push_back({from, group, i, to, far_group});
  };
  using enum PortGroup;
  add({0, 0}, North, 4, {0, 1}, South);
  add({0, 1}, South, 4, {0, 0}, North);
  add({0, 1}, North, 8, {0, 2}, South);
  add({0, 2}, South, 4, {0, 1}, North);
  add({0, 2}, North, 8, {0, 3}, South);
  add({0, 3}, South, 4, {0, 2}, North);
  add({0, 0}, East, 2, {1, 0}, West);
  add({1, 0}, West, 2, {0, 0}, East);
  add({1, 3}, East, 2, {2, 3}, West);
  add({2, 3}, West, 2, {1, 3}, East);
  add({0, 0}, NorthControl, 2, {0, 1}, SouthControl);
  add({0, 1}, NorthControl, 2, {0, 2}, SouthControl);
  add({0, 2}, NorthControl, 2, {0, 3}, SouthControl);
  StreamBench bench;
  for (const Link& link : links) {
    // Packet-switched, because not every circuit through the two tiles is legal.
    const TileKind kind = bench.network->geometry().kind(link.from);
    const StreamPortAddress sender = kind == TileKind::Shim && link.group == NorthControl
                                         ? control_mm2s_port(bench.network->geometry(), link.from, 0).value()
                                         : mm2s_port(bench.network->geometry(), link.from, 0).value();
    const StreamPortAddress out = bench.port(link.from, PortDirection::Manager, link.group, link.index);
    const StreamPortAddress in = bench.port(link.to, PortDirection::Subordinate, link.far_group, link.index);
    const StreamPortAddress end = s2mm_port(bench.network->geometry(), link.to, 0).value();
    bench.poke(bench.config(sender, PortDirection::Subordinate), kPacket);
    bench.poke(bench.slot(sender, 0), 0x0000'0100);
    bench.poke(bench.config(out, PortDirection::Manager), kPacket | 0x08);
    bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
    bench.poke(bench.slot(in, 0), 0x0000'0100);
    bench.poke(bench.config(end, PortDirection::Manager), kPacket | 0x08);
    Receiver receiver;
    bench.network->detach(end);
    bench.network->attach(end, receiver);
    const Route route = bench.network->resolve(sender, 0);
    INFO("from " << unsigned{link.from.column} << "," << unsigned{link.from.row} << " port " << link.index << ": "
                 << route.problem << " " << route.closed_at);
    CHECK(route.state == Route::State::Open);
    CHECK(route.receivers.size() == 1);
    bench.network->reset(link.from);
    bench.network->reset(link.to);
    bench.network->detach(end);
  }
  CHECK(bench.seen.empty());
}

TEST_CASE("Beats take the hops of their route, and the sender is free after one cycle for each") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kMemory, 0);
  bench.circuit(kShim, PortGroup::Dma, 0, PortGroup::North, 0);
  bench.circuit(kMemory, PortGroup::South, 0, PortGroup::Dma, 0);
  std::vector<sc_core::sc_time> free;
  bench.actor([&](Actor& actor) {
    sc_core::wait(ns(10));
    send(actor, bench.mm2s(kShim, 0), {.words = counting(33)});  // 2 whole beats and one word: 3 beats.
    free.push_back(now());
    send(actor, bench.mm2s(kShim, 0), {.words = counting(16)});
    free.push_back(now());
  });
  run(ns(1000));
  // 4 through each switch (another tile at one end), 2 for the link.
  REQUIRE(receiver.arrivals.size() == 2);
  CHECK(receiver.arrivals[0].delivered == ns(10));
  CHECK(receiver.arrivals[0].first_beat == ns(10 + 10));
  CHECK(receiver.arrivals[0].last_beat == ns(10 + 10 + 2));
  CHECK(receiver.arrivals[0].tlast);
  CHECK_FALSE(receiver.arrivals[0].header);
  CHECK(free.at(0) == ns(13));
  CHECK(receiver.arrivals[1].first_beat == ns(13 + 10));
  CHECK(free.at(1) == ns(14));
}

TEST_CASE("On switches of another width a beat has as many words as the parameter says") {
  StreamBench bench([](Parameters& parameters) { parameters.stream_beat_words = 4; });
  Receiver& receiver = bench.s2mm(kMemory, 0);
  bench.circuit(kShim, PortGroup::Dma, 0, PortGroup::North, 0);
  bench.circuit(kMemory, PortGroup::South, 0, PortGroup::Dma, 0);
  sc_core::sc_time free;
  bench.actor([&](Actor& actor) {
    send(actor, bench.mm2s(kShim, 0), {.words = counting(33)});  // 8 whole beats and one word: 9 beats.
    free = now();
  });
  run(ns(1000));
  REQUIRE(receiver.arrivals.size() == 1);
  CHECK(receiver.arrivals[0].first_beat == ns(10));
  CHECK(receiver.arrivals[0].last_beat == ns(10 + 8));
  CHECK(free == ns(9));
}

TEST_CASE("Within a tile a switch takes three cycles, and on the narrow switch a beat is one word") {
  StreamBench bench;
  Receiver& wide = bench.s2mm(kShim, 0);
  bench.circuit(kShim, PortGroup::Dma, 0, PortGroup::Dma, 0);
  Receiver& narrow = bench.receiver(token_port(bench.network->geometry(), kShim, 0).value());
  bench.circuit(kShim, PortGroup::TileControl, 0, PortGroup::Microcontroller, 0, Switch::Narrow32);
  StreamSource& out = bench.network->source(tile_control_out_port(bench.network->geometry(), kShim, 0).value());
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(32)}); });
  bench.actor([&](Actor& actor) { send(actor, out, {.words = counting(32)}); });
  run(ns(1000));
  REQUIRE(wide.arrivals.size() == 1);
  CHECK(wide.arrivals[0].first_beat == ns(3));
  CHECK(wide.arrivals[0].last_beat == ns(3 + 1));
  REQUIRE(narrow.arrivals.size() == 1);
  CHECK(narrow.arrivals[0].first_beat == ns(3));
  CHECK(narrow.arrivals[0].last_beat == ns(3 + 31));
}

TEST_CASE("A route through both switches of a tile moves a word a cycle all along") {
  StreamBench bench;
  Receiver& receiver = bench.receiver(token_port(bench.network->geometry(), kShim, 1).value());
  bench.circuit(kShim, PortGroup::Dma, 2, PortGroup::Switch32b, 1);
  bench.circuit(kShim, PortGroup::Switch512b, 1, PortGroup::Microcontroller, 1, Switch::Narrow32);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 2), {.words = counting(16)}); });
  run(ns(1000));
  REQUIRE(receiver.arrivals.size() == 1);
  CHECK(receiver.arrivals[0].first_beat == ns(3 + 3));
  CHECK(receiver.arrivals[0].last_beat == ns(3 + 3 + 15));
}

TEST_CASE("A sender waits for its route and starts when the last register of it is written") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kMemory, 0);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(16)}); });
  bench.circuit(kMemory, PortGroup::South, 0, PortGroup::Dma, 0);
  run(ns(100));
  CHECK(receiver.arrivals.empty());
  const auto hang = bench.waits.hang_report();
  REQUIRE(hang.size() == 1);
  CHECK(hang[0] ==
        "actor0 waits for stream: route from port 0; released by: control code that configures the switches");
  bench.circuit(kShim, PortGroup::Dma, 0, PortGroup::North, 0);
  run(ns(100));
  REQUIRE(receiver.arrivals.size() == 1);
  CHECK(receiver.arrivals[0].first_beat == ns(100 + 10));
  CHECK(bench.seen.empty());
}

TEST_CASE("A circuit that the switch cannot make is named and carries nothing") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kMemory, 1);
  bench.circuit(kMemory, PortGroup::Dma, 0, PortGroup::Dma, 1);  // M2S0 may drive S2M0 only.
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 0), {.words = counting(16)}); });
  run(ns(100));
  CHECK(receiver.arrivals.empty());
  CHECK(bench.count(FaultCategory::GuestError, "column 0/memory tile 1/stream switch/manager dma_1") == 1);
  CHECK(bench.count(FaultCategory::GuestError, "column 0/memory tile 1/stream switch/subordinate dma_0") == 1);
  bench.poke(0x12'0004, 0x8000'007F);
  CHECK(bench.count(FaultCategory::GuestError, "subordinate 127") == 1);
}

TEST_CASE("What leads out of the array is accepted and lost") {
  StreamBench bench;
  for (const TileId tile : {TileId{0, 5}, TileId{2, 0}, TileId{0, 0}}) {
    const PortGroup out = tile.row == 5 ? PortGroup::North : tile.column == 2 ? PortGroup::East : PortGroup::West;
    bench.circuit(tile, PortGroup::Dma, 0, out, 0);
    bench.actor([&bench, tile](Actor& actor) { send(actor, bench.mm2s(tile, 0), {.words = counting(2000)}); });
  }
  run(ns(1000));
  CHECK(bench.waits.hang_report().empty());
  CHECK(bench.seen.empty());
  const auto& rows = bench.resources.rows();
  REQUIRE(rows.size() == 3);
  CHECK(rows.front().name == "column 0/compute tile 5/stream switch/manager north_0");
  CHECK(rows.front().bytes == 8000);
  CHECK(rows.front().busy == ns(125));
}

TEST_CASE("An isolated side cuts the links on it in both directions") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kMemory, 0);
  bench.circuit(kShim, PortGroup::Dma, 0, PortGroup::North, 0);
  bench.circuit(kMemory, PortGroup::South, 0, PortGroup::Dma, 0);
  bench.network->isolate(kMemory, 1U << 0);  // South.
  bench.actor([&](Actor& actor) {
    send(actor, bench.mm2s(kShim, 0), {.words = counting(16)});
    bench.network->isolate(kMemory, 0);
    send(actor, bench.mm2s(kShim, 0), {.words = counting(16, 500)});
  });
  run(ns(100));
  CHECK(receiver.words == counting(16, 500));
}

TEST_CASE("The FIFO ports of a switch add their depth to a route") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm(kMemory, 0);
  receiver.limit(0);
  bench.circuit(kMemory, PortGroup::Dma, 0, PortGroup::Fifo, 0);
  bench.circuit(kMemory, PortGroup::Fifo, 0, PortGroup::Dma, 0);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kMemory, 0), {.words = counting(4000)}); });
  run(ns(1000));
  CHECK(receiver.words.size() == (4 + 16 + 2) * 16);  // Input, FIFO, output.
}

TEST_CASE("Slot x of a compute tile is port 2 of its group once a program configures it, and that is logged") {
  StreamBench bench;
  Receiver& receiver = bench.s2mm({0, 2}, 0);
  bench.poke(0x70'0000 + 0xB'4104, kCircuit);      // Row 3: MM2S_0
  bench.poke(0x70'0000 + 0xB'4020, kCircuit | 1);  // to South x,
  bench.poke(0x60'0000 + 0xB'4150, kCircuit);      // that is North 2 of row 2
  bench.poke(0x60'0000 + 0xB'4008, kCircuit | 20);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s({0, 3}, 0), {.words = counting(40)}); });
  CHECK(bench.seen.empty());
  run(ns(1000));
  CHECK(receiver.words == counting(40));
  CHECK(bench.count(FaultCategory::Unmodelled, "south_x") == 1);
  CHECK(bench.count(FaultCategory::Unmodelled, "north_x") == 0);
}

}  // namespace
}  // namespace aie4::array
