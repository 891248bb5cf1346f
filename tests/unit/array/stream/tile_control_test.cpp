// SPDX-License-Identifier: Apache-2.0
// Control packets from the shim's control MM2S to the registers of tiles, and the way back.
#include "tests/unit/array/stream/tile_control_bench.hpp"

namespace aie4::array {
namespace {

constexpr TileId kShim{0, 0};
constexpr TileId kMemory{0, 1};

TEST_CASE("Twelve words over a circuit are two writes of four words and one of one") {
  ControlBench bench;
  auto& shim = bench.tile_control(kShim);
  bench.poke(0x8074, 0x8000'0000);  // Subordinate dma_control_0.
  bench.poke(0x8038, 0x8000'001A);  // Tile control from DMA control, as in AMD's test program.
  std::vector<std::uint32_t> words = write_packet(0x1'8300, {1, 2, 3, 4});
  append(words, write_packet(0x1'8310, {5, 6, 7, 8}));
  append(words, write_packet(0x1'8564, {9}));
  REQUIRE(words.size() == 12);
  bench.actor([&](Actor& actor) { send(actor, bench.control_mm2s(kShim), {.words = words}); });
  run(ns(1000));
  REQUIRE(shim.registers.writes.size() == 9);
  for (std::uint32_t i = 0; i < 8; ++i) {
    CHECK(shim.registers.writes[i].offset == 0x1'8300 + 4 * i);
    CHECK(shim.registers.writes[i].value == 1 + i);
  }
  CHECK(shim.registers.writes[8].offset == 0x1'8564);
  CHECK(shim.registers.writes[8].value == 9);
  // Through one switch within the tile 3, four cycles for each word.
  CHECK(shim.registers.writes[8].time == ns(3 + 12 * 4));
  CHECK(shim.control->status() == 0);
  CHECK(bench.seen.empty());
}

TEST_CASE("Both halves of a tile take control packets of their own") {
  ControlBench bench;
  auto& a = bench.tile_control(kMemory, 0);
  auto& b = bench.tile_control(kMemory, 1);
  for (const unsigned half : {0U, 1U}) {
    // Control MM2S 1 reaches North control 1 only as a packet (Appendix C).
    const auto in = control_mm2s_port(bench.network->geometry(), kShim, half).value();
    const auto out = bench.port(kShim, PortDirection::Manager, PortGroup::NorthControl, half);
    bench.poke(bench.config(in, PortDirection::Subordinate), kPacket);
    bench.poke(bench.slot(in, 0), 0x0000'0100 | 4 * half);
    bench.poke(bench.config(out, PortDirection::Manager), kPacket | 0x88 | 4 * half);  // Drops the header.
    bench.circuit(kMemory, PortGroup::SouthControl, half, PortGroup::TileControl, half);
    std::vector<std::uint32_t> words{encode(PacketHeader{.id = 1})};
    append(words, write_packet(0x100 + half, {half}));
    bench.actor([&bench, words, half](Actor& actor) { send(actor, bench.control_mm2s(kShim, half), {words, true}); });
  }
  run(ns(1000));
  REQUIRE(a.registers.writes.size() == 1);
  CHECK(a.registers.writes[0].offset == 0x100);
  REQUIRE(b.registers.writes.size() == 1);
  CHECK(b.registers.writes[0].offset == 0x101);
  CHECK(bench.seen.empty());
}

/// A column whose compute rows 2..5 take control packets with IDs 0..3, configured like AMD's test program.
struct ColumnBench : ControlBench {
  std::vector<Tile*> rows;

  ColumnBench() {
    using enum PortGroup;
    circuit(kShim, DmaControl, 0, NorthControl, 0);
    circuit(kMemory, SouthControl, 0, NorthControl, 0);
    for (std::uint8_t row = 2; row < 6; ++row) {
      rows.push_back(&tile_control({0, row}));
      const std::uint64_t base = network->geometry().base({0, row});
      poke(base + 0xB'4078, 0xC000'0088);  // Tile control: drops the header, msel 0, arbiter 0.
      poke(base + 0xB'4070, 0xC000'0010);  // North control 0: msel 1.
      poke(base + 0xB'416C, 0xC000'0000);  // South control 0.
      const std::uint32_t own = row - 2U;
      poke(base + 0xB'43B0, own << 24 | 0x001F'0100);
      for (std::uint32_t above = own + 1; above < 4; ++above) {
        poke(base + 0xB'43B0 + 4 * (above - own), above << 24 | 0x001F'0110);
      }
    }
  }
};

TEST_CASE("Each row of a column takes its packets by ID from the control chain and drops the stream header") {
  ColumnBench bench;
  bench.actor([&](Actor& actor) {
    for (const unsigned id : {2U, 0U, 3U, 1U, 2U}) {
      std::vector<std::uint32_t> words{encode(PacketHeader{.id = static_cast<std::uint8_t>(id)})};
      append(words, write_packet(0x100 * id, {id, id + 1}));
      send(actor, bench.control_mm2s(kShim), {words, true});
    }
  });
  run(ns(1000));
  for (std::uint32_t id = 0; id < 4; ++id) {
    const auto& writes = bench.rows[id]->registers.writes;
    REQUIRE(writes.size() == (id == 2 ? 4 : 2));
    CHECK(writes[0].offset == 0x100 * id);
    CHECK(writes[0].value == id);
    CHECK(writes[1].offset == 0x100 * id + 4);
    CHECK(writes[1].value == id + 1);
    CHECK(bench.rows[id]->control->status() == 0);
  }
  // To row 4 (ID 2): shim 4, memory tile 4, rows 2, 3, 4 with arbitration 5 each, four links of 2; then three words.
  // The header's beat came one earlier.
  CHECK(bench.rows[2]->registers.writes[0].time == ns(4 + 4 + 15 + 8 + 1 + 3 * 4));
  CHECK(bench.seen.empty());
}

TEST_CASE("A read is answered with a packet of its response ID on the narrow switch") {
  ColumnBench bench;
  Receiver& receiver = bench.s2mm(kShim, 0);
  bench.rows[1]->registers.values = {{0x20, 0xAAAA}, {0x24, 0xBBBB}};
  using enum PortGroup;
  bench.circuit({0, 3}, TileControl, 0, South, 0, Switch::Narrow32);
  bench.circuit({0, 2}, North, 0, South, 0, Switch::Narrow32);
  bench.circuit(kMemory, North, 0, South, 0, Switch::Narrow32);
  bench.circuit(kShim, North, 0, Switch512b, 0, Switch::Narrow32);
  bench.circuit(kShim, Switch32b, 0, Dma, 0);
  bench.actor([&](Actor& actor) {
    std::vector<std::uint32_t> words{encode(PacketHeader{.id = 1})};
    append(words, read_packet(0x20, 2, 17));
    send(actor, bench.control_mm2s(kShim), {words, true});
  });
  run(ns(1000));
  REQUIRE(receiver.arrivals.size() == 1);
  CHECK(receiver.arrivals[0].tlast);
  CHECK(receiver.words == std::vector<std::uint32_t>{encode(PacketHeader{.id = 17, .source = {0, 3}}), 0xAAAA, 0xBBBB});
  CHECK(bench.seen.empty());
}

TEST_CASE("Reads that nobody lets out hold up the packets behind them, and go on when there is a way") {
  ControlBench bench;
  auto& memory = bench.tile_control(kMemory);
  using enum PortGroup;
  bench.circuit(kShim, DmaControl, 0, NorthControl, 0);
  bench.circuit(kMemory, SouthControl, 0, TileControl, 0);
  std::vector<std::uint32_t> words;
  for (unsigned i = 0; i < 1000; ++i) append(words, read_packet(4 * i, 1, i % 32));
  append(words, write_packet(0x40, {7}));
  bench.actor([&](Actor& actor) { send(actor, bench.control_mm2s(kShim), {.words = words}); });
  run(ns(20'000));
  CHECK(memory.registers.reads == bench.parameters.tile_control_response_queue);
  CHECK(memory.registers.writes.empty());
  CHECK(bench.waits.hang_report().size() == 2);
  Receiver& receiver = bench.receiver(token_port(bench.network->geometry(), kShim, 0).value());
  bench.circuit(kMemory, TileControl, 0, South, 0, Switch::Narrow32);
  bench.circuit(kShim, North, 0, Microcontroller, 0, Switch::Narrow32);
  run(ns(20'000));
  CHECK(memory.registers.reads == 1000);
  CHECK(memory.registers.writes.size() == 1);
  CHECK(receiver.words.size() == 2000);
  CHECK(bench.waits.hang_report().empty());
}

TEST_CASE("Errors of control packets are latched, named and told to the tile") {
  ControlBench bench;
  auto& shim = bench.tile_control(kShim);
  shim.registers.end = 0x1000;
  using enum PortGroup;
  bench.circuit(kShim, DmaControl, 0, TileControl, 0);
  std::vector<std::uint32_t> bad_parity = write_packet(0x10, {1});
  bad_parity[0] ^= 0x8000'0000;
  const std::vector<std::uint32_t> cut{encode(ControlHeader{.address = 0x20, .words = 3}), 1};
  bench.actor([&](Actor& actor) {
    StreamSource& source = bench.control_mm2s(kShim);
    send(actor, source, {.words = write_packet(0x2000, {1})});
    sc_core::wait(ns(100));
    CHECK(shim.control->status() == ControlErrors::kSlverr);
    send(actor, source, {.words = bad_parity});
    send(actor, source, {.words = cut});
    send(actor, source, {.words = write_packet(0x30, {5})});
  });
  run(ns(1000));
  CHECK(shim.control->status() ==
        (ControlErrors::kSlverr | ControlErrors::kSecondHeaderParity | ControlErrors::kTlast));
  CHECK(shim.registers.errors == shim.control->status());
  CHECK(bench.count(FaultCategory::GuestError, "a write of 0x2000") == 1);
  CHECK(bench.count(FaultCategory::GuestError, "column 0/shim tile 0/tile control A") == 3);
  REQUIRE(shim.registers.writes.size() == 2);
  CHECK(shim.registers.writes[1].offset == 0x30);
  shim.control->clear_status(ControlErrors::kSlverr);
  CHECK(shim.control->status() == (ControlErrors::kSecondHeaderParity | ControlErrors::kTlast));
}

TEST_CASE("A flood of control packets is taken no faster than its words are handled") {
  ControlBench bench;
  auto& memory = bench.tile_control(kMemory);
  using enum PortGroup;
  bench.circuit(kShim, DmaControl, 0, NorthControl, 0);
  bench.circuit(kMemory, SouthControl, 0, TileControl, 0);
  std::vector<std::uint32_t> words;
  for (std::uint32_t i = 0; i < 500; ++i) append(words, write_packet(0x100, {i}));
  bench.actor([&](Actor& actor) { send(actor, bench.control_mm2s(kShim), {.words = words}); });
  run(ns(10'000));
  REQUIRE(memory.registers.writes.size() == 500);
  CHECK(memory.registers.writes.back().time >= ns(1000 * 4));
  CHECK(memory.registers.writes.back().time <= ns(1000 * 4 + 200));
}

TEST_CASE("A reset forgets packets under way and responses that wait") {
  ControlBench bench;
  auto& memory = bench.tile_control(kMemory);
  using enum PortGroup;
  bench.circuit(kShim, DmaControl, 0, NorthControl, 0);
  bench.circuit(kMemory, SouthControl, 0, TileControl, 0);
  bench.actor([&](Actor& actor) {
    StreamSource& source = bench.control_mm2s(kShim);
    std::vector<std::uint32_t> words = read_packet(0, 1, 1);
    words.push_back(encode(ControlHeader{.address = 0x20, .words = 3}));
    send(actor, source, {.words = words, .tlast = false});
    sc_core::wait(ns(100));
    memory.control->reset();
    source.reset();
    send(actor, source, {.words = write_packet(0x30, {5})});
  });
  Receiver& receiver = bench.receiver(token_port(bench.network->geometry(), kShim, 0).value());
  run(ns(1000));
  bench.circuit(kMemory, TileControl, 0, South, 0, Switch::Narrow32);
  bench.circuit(kShim, North, 0, Microcontroller, 0, Switch::Narrow32);
  run(ns(1000));
  CHECK(receiver.words.empty());
  REQUIRE(memory.registers.writes.size() == 1);
  CHECK(memory.registers.writes[0].offset == 0x30);
  CHECK(memory.control->status() == 0);
}

}  // namespace
}  // namespace aie4::array
