// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_trace.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/trace/decoded_trace.hpp"

namespace aie4::trace {
namespace {

sc_core::sc_time ps(std::uint64_t count) {
  return sc_core::sc_time::from_value(count);
}

/// A trace in memory.
struct Bench {
  std::ostringstream out;
  PerfettoTrace trace;

  explicit Bench(TimeUnit unit = TimeUnit::Nanosecond) : trace(out, unit) {}
  DecodedTrace finish() {
    trace.finish();
    DecodedTrace decoded = decode_trace(out.str());
    CHECK(decoded.complaints == std::vector<std::string>{});
    return decoded;
  }
};

/// For comparison: everything about slices but where they are drawn.
std::multiset<std::string> lines(const std::vector<DecodedSlice>& slices) {
  std::multiset<std::string> result;
  for (const DecodedSlice& slice : slices) {
    result.insert(fmt::format("{} {} {} {} {}", slice.path, slice.begin, slice.end, slice.name, slice.flow));
  }
  return result;
}

TEST_CASE("A trace of nothing is a trace") {
  Bench bench;
  (void)bench.trace.track("column 0/memory tile 1/DMA/S2MM 3");
  const DecodedTrace decoded = bench.finish();
  CHECK(decoded.packets == 1);
  CHECK(decoded.tracks.empty());
  CHECK(decoded.slices.empty());
}

TEST_CASE("Tracks stand below their parents in the order of their making, and only if they have something to show") {
  Bench bench;
  const TrackId second = bench.trace.track("tile/DMA/S2MM 1");
  const TrackId first = bench.trace.track("tile/DMA/S2MM 0");
  const TrackId lock = bench.trace.track("tile/lock 3");
  (void)bench.trace.track("tile/DMA/S2MM 2");
  CHECK(bench.trace.track("tile/DMA/S2MM 0") == first);
  bench.trace.slice(first, ps(2000), ps(5000), "BD 1", 0);
  bench.trace.counter(lock, ps(3000), -2);
  bench.trace.instant(second, ps(1000), "reset", 0);
  const DecodedTrace decoded = bench.finish();

  REQUIRE(decoded.slices.size() == 1);
  CHECK(decoded.slices[0].path == "tile/DMA/S2MM 0");
  CHECK(decoded.tracks.at(decoded.slices[0].track).rank == 1);
  REQUIRE(decoded.instants.size() == 1);
  CHECK(decoded.instants[0].path == "tile/DMA/S2MM 1");
  CHECK(decoded.tracks.at(decoded.instants[0].track).rank == 0);
  REQUIRE(decoded.counts.size() == 1);
  CHECK(decoded.counts[0].path == "tile/lock 3");
  CHECK(decoded.counts[0].value == -2);
  CHECK(decoded.counts[0].time == 3);
  CHECK(decoded.tracks.size() == 5);  // tile, DMA, two channels, the lock
  for (const auto& [uuid, track] : decoded.tracks) {
    CHECK(uuid != 0);
    CHECK(track.child_ordering == 3);
    CHECK(track.counter == (track.name == "lock 3"));
  }
}

TEST_CASE("A name is told once, however often it is used") {
  Bench bench;
  const TrackId track = bench.trace.track("uc0");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    bench.trace.slice(track, ps(i * 2000), ps(i * 2000 + 1000), i % 2 == 0 ? "NOP" : "MOV", 0);
  }
  const DecodedTrace decoded = bench.finish();
  CHECK(decoded.names == 2);
  CHECK(decoded.slices.size() == 1000);
}

TEST_CASE("A slice may have an empty name, and names that look alike are not mixed up") {
  Bench bench;
  const TrackId track = bench.trace.track("uc0");
  const std::vector<std::string> names{"",
                                       "a",
                                       "stream stalled",
                                       "stream_stalled",
                                       "stalled stream",
                                       "stream stalleD",
                                       "Stream stalled",
                                       "12345678",
                                       "12345679",
                                       "1234567",
                                       "a"};
  for (std::size_t i = 0; i < 3 * names.size(); ++i) {
    bench.trace.slice(track, ps(i * 1000), ps(i * 1000 + 1000), names[i % names.size()], 0);
  }
  const DecodedTrace decoded = bench.finish();
  REQUIRE(decoded.slices.size() == 3 * names.size());
  CHECK(decoded.names == names.size() - 1);
  for (std::size_t i = 0; i < decoded.slices.size(); ++i) CHECK(decoded.slices[i].name == names[i % names.size()]);
}

TEST_CASE("More names than are kept are told again, and none is mixed up") {
  Bench bench;
  const TrackId track = bench.trace.track("uc0");
  const std::size_t count = PerfettoTrace::kNames + 1000;
  for (std::uint64_t i = 0; i < count; ++i) {
    bench.trace.slice(track, ps(i * 1000), ps(i * 1000 + 1000), fmt::format("name {}", i), 0);
  }
  const DecodedTrace decoded = bench.finish();
  REQUIRE(decoded.slices.size() == count);
  CHECK(decoded.names == count);
  const auto wrong = std::ranges::find_if(
      decoded.slices, [](const DecodedSlice& slice) { return slice.name != fmt::format("name {}", slice.begin); });
  CHECK(wrong == decoded.slices.end());
}

TEST_CASE("Times are whole nanoseconds rounded down, or picoseconds") {
  const auto [unit, begin, end] =
      GENERATE(std::tuple(TimeUnit::Nanosecond, 1U, 2U), std::tuple(TimeUnit::Picosecond, 1999U, 2001U));
  Bench bench(unit);
  bench.trace.slice(bench.trace.track("a"), ps(1999), ps(2001), "x", 0);
  const DecodedTrace decoded = bench.finish();
  REQUIRE(decoded.slices.size() == 1);
  CHECK(decoded.slices[0].begin == begin);
  CHECK(decoded.slices[0].end == end);
}

TEST_CASE("A flow meets the slices of one transfer in order of their begin") {
  Bench bench;
  const TrackId sender = bench.trace.track("MM2S 0");
  const TrackId port = bench.trace.track("port");
  const TrackId receiver = bench.trace.track("S2MM 0");
  bench.trace.activity(port, ps(3000), ps(4000), "beats", 0x0100'0000'0000'0007);
  bench.trace.activity(port, ps(4000), ps(5000), "beats", 0x0100'0000'0000'0007);
  bench.trace.slice(receiver, ps(2000), ps(6000), "BD 4", 0x0100'0000'0000'0007);
  bench.trace.slice(sender, ps(1000), ps(5000), "BD 1", 0x0100'0000'0000'0007);
  const DecodedTrace decoded = bench.finish();
  std::vector<std::string> stations;
  for (const DecodedSlice& slice : decoded.slices) {
    CHECK(slice.flow == 0x0100'0000'0000'0007);
    stations.push_back(slice.path);
  }
  CHECK(stations == std::vector<std::string>{"MM2S 0", "S2MM 0", "port"});
}

TEST_CASE("Bursts that touch are one slice, and those that do not are several") {
  Bench bench;
  const TrackId port = bench.trace.track("port");
  bench.trace.activity(port, ps(1000), ps(2000), "beats", 7);
  bench.trace.activity(port, ps(2000), ps(3000), "beats", 7);
  bench.trace.activity(port, ps(3000), ps(4000), "beats", 8);
  bench.trace.activity(port, ps(5000), ps(6000), "beats", 8);
  bench.trace.slice(port, ps(6000), ps(7000), "beats", 8);
  CHECK(lines(bench.finish().slices) ==
        std::multiset<std::string>{"port 1 3 beats 7", "port 3 4 beats 8", "port 5 6 beats 8", "port 6 7 beats 8"});
}

TEST_CASE("A slice around more than a window of others is drawn beside them") {
  Bench bench;
  const TrackId track = bench.trace.track("S2MM 0");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    bench.trace.slice(track, ps((1 + 2 * i) * 1000), ps((2 + 2 * i) * 1000), "stalled", 0);
  }
  bench.trace.slice(track, ps(0), ps(2'001'000), "BD 0", 3);
  const DecodedTrace decoded = bench.finish();
  REQUIRE(decoded.slices.size() == 1001);
  CHECK(decoded.slices.front().name == "BD 0");
  CHECK(decoded.slices.front().end == 2001);
  CHECK(decoded.slices.front().track != decoded.slices.back().track);
  // Lines of one name below one parent are one line to the viewer.
  for (const DecodedSlice& slice : decoded.slices) {
    CHECK(slice.path == "S2MM 0");
    CHECK(decoded.tracks.at(slice.track).rank == 0);
  }
}

/// Activity as the device makes it: each track goes on in time, with some slices late, some overlapping, some nested.
void make_activity(Probe& probe, unsigned seed, std::uint64_t unit, std::vector<DecodedSlice>& sent) {
  std::mt19937 random(seed);
  const auto below = [&random](std::uint64_t bound) { return random() % bound; };
  std::vector<std::string> paths;
  std::vector<TrackId> tracks;
  for (unsigned i = 0; i < 7; ++i) {
    paths.push_back(fmt::format("column {}/tile {}", i % 2, i));
    tracks.push_back(probe.track(paths.back()));
  }
  std::vector<std::uint64_t> now(tracks.size(), 20'000);
  for (unsigned i = 0; i < 20'000; ++i) {
    const std::size_t which = below(tracks.size());
    now[which] += below(3000);
    const std::uint64_t begin = now[which] - below(below(10) == 0 ? 20'000 : 2000);
    const std::uint64_t end = begin + (below(8) == 0 ? 0 : below(5000));
    const std::string name = fmt::format("slice {}", below(40));
    const std::uint64_t flow = below(3) == 0 ? 1 + below(100) : 0;
    probe.slice(tracks[which], ps(begin), ps(end), name, flow);
    sent.push_back({.path = paths[which], .begin = begin / unit, .end = end / unit, .name = name, .flow = flow});
  }
}

TEST_CASE("Whatever order slices come in, each is in the trace with its times, name and flow") {
  const unsigned seed = GENERATE(range(1U, 21U));
  const TimeUnit unit = seed % 2 == 0 ? TimeUnit::Nanosecond : TimeUnit::Picosecond;
  Bench bench(unit);
  std::vector<DecodedSlice> sent;
  make_activity(bench.trace, seed, unit == TimeUnit::Nanosecond ? 1000 : 1, sent);
  const DecodedTrace decoded = bench.finish();
  CHECK(lines(decoded.slices) == lines(sent));
}

TEST_CASE("Equal activity gives equal bytes") {
  std::vector<DecodedSlice> sent;
  Bench first;
  Bench second;
  make_activity(first.trace, 5, 1, sent);
  make_activity(second.trace, 5, 1, sent);
  first.trace.finish();
  second.trace.finish();
  CHECK(first.out.str() == second.out.str());
}

}  // namespace
}  // namespace aie4::trace
