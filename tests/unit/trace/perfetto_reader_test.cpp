// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/perfetto_reader.hpp"

#include <sstream>
#include <string>

#include "sim/trace/perfetto_writer.hpp"
#include "tests/support/catch.hpp"

namespace aie4::trace {
namespace {

std::string small_trace() {
  std::ostringstream out;
  PerfettoWriter writer(out);
  writer.forget_names();
  writer.describe({.uuid = 5, .name = "tile", .rank = 2});
  writer.describe({.uuid = 6, .parent = 5, .name = "lock", .rank = 1, .counter = true});
  writer.name(1, "outer");
  writer.name(2, "inner");
  writer.begin(300, 5, 2, 0);
  writer.end(400, 5);
  writer.begin(100, 5, 1, 77);
  writer.end(500, 5);
  writer.count(200, 6, -3);
  writer.forget_names();
  writer.name(1, "moment");
  writer.instant(300, 5, 1, 8);
  writer.flush();
  return out.str();
}

/// What a refusal says; empty if there is none.
std::string refusal(std::string_view bytes) {
  try {
    (void)read_trace(bytes);
  } catch (const TraceError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("A trace reads back by time, with names, tracks and arrows") {
  const ReadTrace trace = read_trace(small_trace());
  REQUIRE(trace.events.size() == 6);
  const ReadEvent& outer = trace.events[0];
  CHECK(outer.time == 100);
  CHECK(outer.kind == ReadKind::Begin);
  CHECK(trace.name(outer) == "outer");
  CHECK(outer.flow == 77);
  CHECK(trace.events[1].value == -3);
  CHECK(trace.path(trace.events[1].track) == "tile/lock");
  CHECK(trace.tracks.at(6).counter);
  CHECK(trace.name(trace.events[2]) == "inner");
  CHECK(trace.name(trace.events[3]) == "moment");
  CHECK(trace.events[3].flow == 8);
  CHECK(trace.events[5].kind == ReadKind::End);
  CHECK(trace.events[5].time == 500);
}

TEST_CASE("A trace that is cut anywhere, or has any byte changed, is read or refused") {
  const std::string whole = small_trace();
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (!refusal(std::string_view(whole).substr(0, size)).empty()) ++refused;
  }
  // All but those that end between packets without an open slice.
  CHECK(refused > whole.size() * 3 / 4);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x07, 0x80, 0xFF}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      if (!refusal(damaged).empty()) ++refused;
    }
  }
  CHECK(refused > whole.size());
}

TEST_CASE("A refusal says what came and where") {
  const std::string said = refusal("no trace at all");
  CHECK(said.starts_with("expected a Perfetto trace as aie4sim writes it, came "));
  CHECK(said.ends_with("(packet 0, file of 15 bytes)"));
}

TEST_CASE("Tracks below themselves, ends without begins and begins without ends are refused") {
  const auto written = [](auto write) {
    std::ostringstream out;
    PerfettoWriter writer(out);
    writer.forget_names();
    writer.name(1, "slice");
    writer.describe({.uuid = 1, .name = "track"});
    write(writer);
    writer.flush();
    return out.str();
  };
  CHECK(refusal(written([](PerfettoWriter&) {})).empty());
  CHECK(refusal(written([](PerfettoWriter& writer) {
          writer.end(1, 1);
        })).find("an end without a begin on track track") != std::string::npos);
  CHECK(refusal(written([](PerfettoWriter& writer) {
          writer.begin(1, 1, 1, 0);
        })).find("a slice without an end on track track") != std::string::npos);
  CHECK(refusal(written([](PerfettoWriter& writer) {
          writer.instant(1, 9, 1, 0);
        })).find("an event of a track that is not described") != std::string::npos);
  CHECK(refusal(written([](PerfettoWriter& writer) { writer.instant(1, 1, 2, 0); })).find("a name that was not told") !=
        std::string::npos);
  CHECK(refusal(written([](PerfettoWriter& writer) {
          writer.describe({.uuid = 2, .parent = 3, .name = "a"});
          writer.describe({.uuid = 3, .parent = 2, .name = "b"});
        })).find("below itself") != std::string::npos);
  CHECK(refusal(written([](PerfettoWriter& writer) {
          writer.describe({.uuid = 2, .parent = 4, .name = "a"});
        })).find("below none") != std::string::npos);
}

}  // namespace
}  // namespace aie4::trace
