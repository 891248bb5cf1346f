// SPDX-License-Identifier: Apache-2.0
// Back-pressure, and multicast in lock step.
#include "tests/unit/array/stream/stream_bench.hpp"

namespace aie4::array {
namespace {

constexpr TileId kShim{0, 0};
constexpr TileId kMemory{0, 1};

/// Shim MM2S_0 to memory tile S2MM_0: two switches and a link, with FIFOs of 4 + 4 + 2 beats.
struct LineBench : StreamBench {
  static constexpr std::size_t kRouteWords = (4 + 4 + 2) * 16;
  Receiver& s2mm;

  LineBench() : s2mm(StreamBench::s2mm(kMemory, 0)) {
    circuit(kShim, PortGroup::Dma, 0, PortGroup::North, 0);
    circuit(kMemory, PortGroup::South, 0, PortGroup::Dma, 0);
  }
};

TEST_CASE("A receiver that stands still stops its sender within the depth of the FIFOs") {
  LineBench bench;
  bench.s2mm.limit(0);
  std::optional<sc_core::sc_time> done;
  bench.actor([&](Actor& actor) {
    send(actor, bench.mm2s(kShim, 0), {.words = counting(1000)});
    done = now();
  });
  run(ns(1000));
  CHECK(bench.s2mm.words.size() == LineBench::kRouteWords);
  CHECK_FALSE(done);
  CHECK(bench.waits.hang_report() ==
        std::vector<std::string>{
            "actor0 waits for stream: receiver of port 0; released by: a receiver that takes words"});
  // Beats move as a whole: room for 15 words is room for none.
  bench.s2mm.allow(15);
  run(ns(100));
  CHECK(bench.s2mm.words.size() == LineBench::kRouteWords);
  bench.s2mm.allow(1 + 32);
  run(ns(100));
  CHECK(bench.s2mm.words.size() == LineBench::kRouteWords + 48);
  CHECK(bench.s2mm.arrivals.back().first_beat == ns(1100 + 10));
  bench.s2mm.allow(1000);
  run(ns(100));
  CHECK(bench.s2mm.words == counting(1000));
  CHECK(done == ns(1200 + 50));  // 1000 - 160 - 48 = 792 words: 50 beats.
}

TEST_CASE("The time that a sender waits for its receiver is counted at the ports that it holds up") {
  LineBench bench;
  bench.s2mm.limit(0);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(320)}); });
  run(ns(500));
  bench.s2mm.allow(160);
  run(ns(500));
  REQUIRE(bench.resources.rows().size() == 2);
  for (const ResourceUse& use : bench.resources.rows()) {
    CHECK(use.bytes == 1280);
    CHECK(use.operations == 1);
    CHECK(use.busy == ns(20));
    CHECK(use.stalled[static_cast<std::size_t>(WaitReason::Stream)] == ns(490));  // From 10 to 500.
  }
  CHECK(bench.resources.rows().front().name == "column 0/shim tile 0/stream switch/manager north_0");
}

TEST_CASE("A timeline shows the beats at each output, at the time when they pass it, with their flow") {
  struct Recorder : Probe {
    std::vector<std::string> tracks;
    std::vector<std::string> slices;
    TrackId track(std::string_view path) override {
      tracks.emplace_back(path);
      return static_cast<TrackId>(tracks.size() - 1);
    }
    void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
               std::uint64_t flow) override {
      slices.push_back(fmt::format("{}: {} {}..{} flow {}", tracks.at(track), name, begin / ns(1), end / ns(1), flow));
    }
    void instant(TrackId /*track*/, sc_core::sc_time /*at*/, std::string_view /*name*/,
                 std::uint64_t /*flow*/) override {}
    void counter(TrackId /*track*/, sc_core::sc_time /*at*/, std::int64_t /*value*/) override {}
  } recorder;
  LineBench bench;
  bench.environment.probe = &recorder;
  bench.actor([&](Actor& actor) {
    StreamSource& source = bench.mm2s(kShim, 0);
    source.wait_ready(actor.process, {.words = 32});
    source.send({.buffer = source.buffer(32), .words = 32, .tlast = true, .flow = 7});
  });
  run(ns(100));
  CHECK(recorder.slices ==
        std::vector<std::string>{"column 0/shim tile 0/stream switch/manager north_0: beats with TLAST 4..6 flow 7",
                                 "column 0/memory tile 1/stream switch/manager dma_0: beats with TLAST 10..12 flow 7"});
}

TEST_CASE("Who watches an event port hears when beats stand at it and when they pass") {
  struct Observer : StreamPortObserver {
    std::vector<std::string> heard;
    void port_passed(unsigned event_port, const sc_core::sc_time& ready, const sc_core::sc_time& begin,
                     const sc_core::sc_time& end, bool tlast) override {
      heard.push_back(fmt::format("{}: ready {} passes {}..{}{}", event_port, ready / ns(1), begin / ns(1), end / ns(1),
                                  tlast ? " TLAST" : ""));
    }
  } observer;
  LineBench bench;
  bench.poke(0x12'0250, 14U << 8 | 0U << 16 | 1U << 21);  // Port 1: subordinate South_0; port 2: manager S2MM_0.
  bench.poke(0x12'0254, 14U);                             // Port 4: subordinate South_0 again, unwatched.
  bench.network->observe(kMemory, 0, &observer, 0b0000'0110);
  bench.s2mm.limit(0);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(192)}); });
  run(ns(100));
  // Through the shim's switch 4, over the link 2, through the memory tile's switch 4.
  CHECK(observer.heard == std::vector<std::string>{"1: ready 6 passes 6..16", "2: ready 10 passes 10..20"});
  bench.s2mm.allow(32);
  run(ns(100));
  CHECK(observer.heard == std::vector<std::string>{"1: ready 6 passes 6..16", "2: ready 10 passes 10..20",
                                                   "1: ready 16 passes 106..108 TLAST",
                                                   "2: ready 20 passes 110..112 TLAST"});
}

TEST_CASE("A burst does not arrive before its receiver is ready for it") {
  LineBench bench;
  bench.s2mm.ready = ns(77);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(16)}); });
  run(ns(1000));
  REQUIRE(bench.s2mm.arrivals.size() == 1);
  CHECK(bench.s2mm.arrivals[0].first_beat == ns(77));
}

TEST_CASE("A sender may hand over early what leaves later") {
  LineBench bench;
  bench.actor([&](Actor& actor) {
    StreamSource& source = bench.mm2s(kShim, 0);
    REQUIRE(source.wait_ready(actor.process, {.words = 32}).words == 32);
    CHECK(source.send({.buffer = source.buffer(32), .words = 32, .start = ns(50)}) == ns(52));
    REQUIRE(source.wait_ready(actor.process, {.words = 16}).words == 16);
    CHECK(source.send({.buffer = source.buffer(16), .words = 16, .tlast = true}) == ns(53));
  });
  run(ns(1000));
  REQUIRE(bench.s2mm.arrivals.size() == 2);
  CHECK(bench.s2mm.arrivals[0].delivered == ns(0));
  CHECK(bench.s2mm.arrivals[0].first_beat == ns(60));
  CHECK(bench.s2mm.arrivals[1].first_beat == ns(62));
}

TEST_CASE("A reset ends the wait of a sender") {
  LineBench bench;
  bench.s2mm.limit(0);
  std::optional<StreamSource::Outcome> outcome;
  bench.actor([&](Actor& actor) {
    StreamSource& source = bench.mm2s(kShim, 0);
    send(actor, source, {.words = counting(160)});
    outcome = source.wait_ready(actor.process, {.words = 16}).outcome;
  });
  run(ns(100));
  CHECK_FALSE(outcome);
  bench.mm2s(kShim, 0).reset();
  run(ns(1));
  CHECK(outcome == StreamSource::Outcome::Cancelled);
  bench.s2mm.allow(1000);  // Wakes nobody.
  run(ns(100));
  CHECK(bench.s2mm.words.size() == 160);
}

/// One shim channel to S2MM_0 of all twelve compute tiles of three columns, by circuits alone.
struct BroadcastBench : StreamBench {
  std::vector<Receiver*> s2mm;  // By column, then row.

  BroadcastBench() {
    using enum PortGroup;
    for (std::uint8_t column = 0; column < 3; ++column) {
      const PortGroup from = column == 0 ? Dma : West;
      circuit({column, 0}, from, 0, North, 0);
      if (column < 2) circuit({column, 0}, from, 0, East, 0);
      circuit({column, 1}, South, 0, North, 0);
      for (std::uint8_t row = 2; row < 6; ++row) {
        circuit({column, row}, South, 0, Dma, 0);
        circuit({column, row}, South, 0, North, 0);  // In the top row it leads out of the array, as in AMD's program.
        s2mm.push_back(&StreamBench::s2mm({column, row}, 0));
      }
    }
  }
};

TEST_CASE("A broadcast reaches twelve compute tiles, each after the hops of its own way") {
  BroadcastBench bench;
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(2048)}); });
  run(ns(1000));
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t column = i / 4;
    const std::size_t rows_up = i % 4;
    CHECK(bench.s2mm[i]->words == counting(2048));
    // Each switch 4, each link 2: shim, memory, compute, then a row or a column more each.
    CHECK(bench.s2mm[i]->arrivals.at(0).first_beat == ns(4 + 2 + 4 + 2 + 4 + 6 * rows_up + 6 * column));
    CHECK(bench.s2mm[i]->arrivals.back().last_beat - bench.s2mm[i]->arrivals.front().first_beat == ns(127));
  }
  CHECK(bench.seen.empty());
}

TEST_CASE("One slow receiver of twelve holds up all of them, and no word is lost") {
  BroadcastBench bench;
  Receiver& slow = *bench.s2mm.back();  // Column 2, row 5: seven links away.
  slow.limit(64);
  bench.actor([&](Actor& actor) { send(actor, bench.mm2s(kShim, 0), {.words = counting(4096)}); });
  run(ns(1000));
  constexpr std::size_t kStopped = 64 + (4 + 7 * 4 + 2) * 16;
  for (const Receiver* receiver : bench.s2mm) CHECK(receiver->words == counting(kStopped));
  for (std::size_t step = 1; step <= 10; ++step) {
    slow.allow(160);
    run(ns(100));
    for (const Receiver* receiver : bench.s2mm) CHECK(receiver->words.size() == kStopped + 160 * step);
  }
  slow.allow(4096);
  run(ns(1000));
  for (const Receiver* receiver : bench.s2mm) CHECK(receiver->words == counting(4096));
}

TEST_CASE("The receivers of a multicast share its words, and the pool gets them back") {
  StreamBufferPool pool(16);
  StreamBuffer first = pool.take(16);
  first.words(1)[0] = 42;
  const auto* address = first.words(1).data();
  StreamBurst burst;
  burst.buffer = first;
  burst.count = 1;
  std::optional<StreamBurst> copy = burst;
  CHECK(copy->words().data() == address);
  CHECK(pool.lent() == 1);
  burst = {};
  first = {};
  CHECK(copy->words()[0] == 42);
  CHECK(pool.lent() == 1);
  copy.reset();
  CHECK(pool.lent() == 0);
  StreamBuffer again = pool.take(8);
  CHECK(again.words(1).data() == address);
}

TEST_CASE("A buffer may outlive its pool") {
  StreamBuffer kept;
  {
    StreamBufferPool pool(4);
    kept = pool.take(100);
    kept.words(100)[99] = 7;
    const StreamBuffer other = pool.take(4);
  }
  CHECK(kept.words(100)[99] == 7);
}

}  // namespace
}  // namespace aie4::array
