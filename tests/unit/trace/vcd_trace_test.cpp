// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/vcd_trace.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <sstream>
#include <string>

#include "sim/trace/perfetto_trace.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/trace/decoded_trace.hpp"

namespace aie4::trace {
namespace {

sc_core::sc_time ps(std::uint64_t count) {
  return sc_core::sc_time::from_value(count);
}

std::string text_of(VcdTrace& trace) {
  std::ostringstream out;
  trace.write(out);
  return out.str();
}

TEST_CASE("A dump has one variable for each track that has something, in scopes, and changes in order of time") {
  VcdTrace trace;
  const TrackId channel = trace.track("tile 1/DMA/S2MM 0");
  (void)trace.track("tile 1/DMA/S2MM 1");
  const TrackId lock = trace.track("tile 1/lock 3");
  const TrackId function = trace.track("vf0");
  trace.slice(channel, ps(1500), ps(1600), "stalled on lock", 0);
  trace.slice(channel, ps(1000), ps(2000), "BD 1", 7);
  trace.slice(channel, ps(2000), ps(3000), "BD 2", 8);
  trace.counter(lock, ps(1600), 2);
  trace.counter(lock, ps(2000), -1);
  trace.instant(function, ps(500), "doorbell 0", 0);
  const std::string ones = fmt::format("{:b}", ~std::uint64_t{0});
  const std::string two = fmt::format("{:064b}", 2);
  CHECK(text_of(trace) ==
        "$timescale 1ps $end\n"
        "$scope module tile_1 $end\n"
        "$scope module DMA $end\n"
        "$var string 1 ! S2MM_0 $end\n"
        "$upscope $end\n"
        "$var integer 64 # lock_3 $end\n"
        "$upscope $end\n"
        "$var string 1 $ vf0 $end\n"
        "$enddefinitions $end\n"
        "#500\nsdoorbell_0 $\n"
        "#1000\nsBD_1 !\n"
        "#1500\nsstalled_on_lock !\n"
        "#1600\nsBD_1 !\nb" +
            two + " #\n" + "#2000\nsidle !\nsBD_2 !\nb" + ones + " #\n" + "#3000\nsidle !\n");
}

TEST_CASE("More variables than there are printable characters have names of two") {
  VcdTrace trace;
  for (unsigned i = 0; i < 95; ++i) trace.instant(trace.track("track " + std::to_string(i)), ps(0), "x", 0);
  const std::string text = text_of(trace);
  CHECK(text.find("$var string 1 ~ track_93 $end\n") != std::string::npos);
  CHECK(text.find("$var string 1 !\" track_94 $end\n") != std::string::npos);
}

TEST_CASE("Two probes see the same") {
  std::ostringstream out;
  PerfettoTrace first(out, TimeUnit::Picosecond);
  VcdTrace second;
  (void)second.track("of another number there");
  TwoProbes both(first, second);
  const TrackId track = both.track("a/b");
  CHECK(both.track("a/b") == track);
  both.slice(track, ps(10), ps(20), "slice", 5);
  both.activity(track, ps(20), ps(30), "slice", 5);
  both.instant(track, ps(40), "instant", 0);
  both.counter(both.track("c"), ps(50), 6);
  first.finish();
  const DecodedTrace decoded = decode_trace(out.str());
  CHECK(decoded.slices.size() + decoded.instants.size() + decoded.counts.size() == 3);
  const std::string text = text_of(second);
  for (const char* change : {"#10\nsslice \"\n", "#20\nsidle \"\nsslice \"\n", "#30\nsidle \"\n", "#40\nsinstant \"\n",
                             "#50\nb", "0110 #\n"}) {
    CHECK(text.find(change) != std::string::npos);
  }
}

}  // namespace
}  // namespace aie4::trace
