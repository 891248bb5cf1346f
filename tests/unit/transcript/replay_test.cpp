// SPDX-License-Identifier: Apache-2.0
// Replay against a fake device: an equal device passes, every kind of difference is found and reported readably.
#include "sim/transcript/replay.hpp"

#include <sstream>
#include <string>

#include "sim/transcript/difference.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/transcript/events.hpp"
#include "tests/unit/transcript/fake_device.hpp"

using namespace aie4::transcript;        // NOLINT(google-build-using-namespace)
using namespace aie4::transcript::test;  // NOLINT(google-build-using-namespace)
using Behaviour = FakeDevice::Behaviour;

namespace {

const std::vector<std::string> kNames = {"pf", "vf0"};

void read_status(FakeDevice& device) {
  Bytes data(4);
  device.bar_read(0, 0, FakeDevice::kStatus, data);
}

/// A driver's session: start, poll until ready, two commands that overlap on two functions, one alone.
std::string record_session(const Behaviour& behaviour, bool finish = true) {
  std::ostringstream file;
  FakeDevice device(behaviour);
  FakeHost host;
  Recorder recorder(file, {"test", ""}, [&device] { return device.now_ps(); });
  device.set_observer(&recorder);
  recorder.host_view(1, HostViewOption::IdentityHidden, false);
  device.connect(0, host, host);
  device.connect(1, host, host);
  Bytes identity(4);
  device.config_read(0, 0, identity);
  device.config_write(0, 4, word(6, 2));
  device.reset(1);
  device.bar_write(0, 0, FakeDevice::kStart, word(1));
  for (unsigned i = 0; i < 3; ++i) {
    read_status(device);
    device.run_until(device.now_ps() + 400);
  }
  read_status(device);
  device.bar_write(0, 2, 0x1'0000, word(0));
  device.run_until(device.now_ps() + 100);
  device.bar_write(1, 2, 0x1'0000, word(0));
  device.run_until(device.now_ps() + 5000);
  device.bar_write(0, 2, 0x1'0000, word(0));
  device.run_until(device.now_ps() + 5000);
  device.disconnect(0);
  device.set_observer(nullptr);
  if (!finish) {
    recorder.flush();
    return file.str();
  }
  recorder.finish();
  return file.str();
}

ReplayResult play(const std::string& file, const Behaviour& behaviour, ReplayTiming timing = ReplayTiming::Exact) {
  std::istringstream in(file);
  const Transcript transcript = load(in);
  FakeDevice device(behaviour);
  return replay(transcript, device, kNames, {.timing = timing});
}

}  // namespace

TEST_CASE("A device that behaves as recorded passes, with every event compared") {
  for (const ReplayTiming timing : {ReplayTiming::Exact, ReplayTiming::Ignore}) {
    const ReplayResult result = play(record_session({}), {}, timing);
    CHECK(result.exit_status() == 0);
    CHECK(result.complete);
    CHECK(result.events == 24);
    CHECK(result.matched == result.events);
    CHECK(result.hash.size() == 64);
  }
}

TEST_CASE("What the transport showed the host is shown again") {
  for (const ReplayTiming timing : {ReplayTiming::Exact, ReplayTiming::Ignore}) {
    std::istringstream in(record_session({}));
    const Transcript transcript = load(in);
    FakeDevice device({});
    ReplayOptions options;
    options.timing = timing;
    CHECK_FALSE(replay(transcript, device, kNames, options).difference.has_value());
    CHECK((device.views ==
           std::vector<std::tuple<unsigned, HostViewOption, bool>>{{1, HostViewOption::IdentityHidden, false}}));
  }
}

TEST_CASE("Each kind of difference is named") {
  const auto what = [](const Behaviour& behaviour, ReplayTiming timing = ReplayTiming::Exact) {
    const ReplayResult result = play(record_session({}), behaviour, timing);
    CHECK(result.exit_status() == (result.difference ? 1 : 0));
    return result.difference ? result.difference->what : "none";
  };
  CHECK(what({.increment = 2}) == "data");
  CHECK(what({.target_offset = 4}) == "address");
  CHECK(what({.vector = 2}) == "vector");
  CHECK(what({.interrupt = false}) == "missing interrupt");
  CHECK(what({.extra_interrupt = true}) == "unexpected interrupt");
  CHECK(what({.write_before_interrupt = false}) == "interrupt instead of dma-write");
  CHECK(what({.write_size = 8}) == "size");
  CHECK(what({.command_ps = 501}) == "missing dma-read");
  CHECK(what({.command_ps = 499}) == "time");
  CHECK(what({.start_ps = 1300}) == "data");  // the status register is not ready at the recorded time

  CHECK(what({.increment = 2}, ReplayTiming::Ignore) == "data");
  CHECK(what({.target_offset = 4}, ReplayTiming::Ignore) == "address");
  CHECK(what({.vector = 2}, ReplayTiming::Ignore) == "vector");
  CHECK(what({.interrupt = false}, ReplayTiming::Ignore) == "missing interrupt");
  CHECK(what({.extra_interrupt = true}, ReplayTiming::Ignore) != "none");
}

TEST_CASE("Without times, a slower or faster device passes") {
  const std::string file = record_session({});
  for (const std::uint64_t start : {0U, 1U, 700U, 1300U, 50'000U}) {
    for (const std::uint64_t command : {0U, 1U, 99U, 101U, 499U, 501U, 20'000U}) {
      CAPTURE(start, command);
      const ReplayResult result = play(file, {.start_ps = start, .command_ps = command}, ReplayTiming::Ignore);
      CHECK_FALSE(result.difference.has_value());
      CHECK(result.matched == result.events);
    }
  }
}

TEST_CASE("Without times, device events may overtake each other but not be lost") {
  const std::string file = record_session({});
  CHECK_FALSE(play(file, {.write_before_interrupt = false}, ReplayTiming::Ignore).difference.has_value());
}

TEST_CASE("Without times, an answer that never comes ends the replay") {
  const std::string file = record_session({});
  std::istringstream in(file);
  Transcript transcript = load(in);
  for (Event& event : transcript.events) {
    if (event.kind == EventKind::BarWrite && event.address == FakeDevice::kStart) event.address = 0x48;
  }
  FakeDevice device({});
  const ReplayResult result = replay(transcript, device, kNames, {.timing = ReplayTiming::Ignore});
  REQUIRE(result.difference.has_value());
  CHECK(result.difference->what == "data");
}

TEST_CASE("The report names event, time, place, values and the events before") {
  const ReplayResult result = play(record_session({}), {.increment = 2});
  REQUIRE(result.difference.has_value());
  CHECK(result.difference->event == 14);
  CHECK(result.difference->report ==
        R"(first difference at event 14 of 24: data
before:
      9        0.000800 us  pf    bar-read     BAR0+0x44                            = 0x00000000
     10        0.001200 us  pf    bar-read     BAR0+0x44                            = 0x00000001
     11        0.001200 us  pf    bar-write    doorbell 0                           = 0x00000000
     12        0.001300 us  vf0   bar-write    doorbell 0                           = 0x00000000
     13        0.001700 us  pf    dma-read     0x000000100000                       = 0x00000029
expected:
     14        0.001700 us  pf    dma-write    0x000000200000                       = 0x0000002a
got:
     14        0.001700 us  pf    dma-write    0x000000200000                       = 0x0000002b
    +0x0000 expected 2a000000
            got      2b000000
                     ^^^^^^^^
)");
}

TEST_CASE("An event at another time says how far off it is") {
  const ReplayResult result = play(record_session({}), {.command_ps = 499});
  REQUIRE(result.difference.has_value());
  CHECK(result.difference->report.find("  time: 0.000001 us too early\n") != std::string::npos);
}

TEST_CASE("A recording that was cut short replays up to its end") {
  const std::string file = record_session({}, false);
  const ReplayResult result = play(file, {});
  CHECK_FALSE(result.complete);
  CHECK(result.exit_status() == 0);
  CHECK(result.matched == result.events);
}

TEST_CASE("A transcript of more functions than the device has is refused") {
  CHECK_THROWS_AS(play(record_session({}), {.functions = 1}), TranscriptError);
}

TEST_CASE("A dump marks the words that differ and names them") {
  Bytes a(64);
  Bytes b(64);
  b[36] = std::byte{0x80};
  b[60] = std::byte{1};
  std::vector<std::string> names(16);
  names[9] = "cols, rows";
  CHECK(compare_dump(a, b, names) ==
        R"(    +0x0000 expected 00000000 00000000 00000000 00000000
    (equal lines left out)
    +0x0020 expected 00000000 00000000 00000000 00000000
            got      00000000 80000000 00000000 00000000
                              ^^^^^^^^
    +0x0024 is cols, rows
    +0x0030 expected 00000000 00000000 00000000 00000000
            got      00000000 00000000 00000000 01000000
                                                ^^^^^^^^
)");
  CHECK(compare_dump(Bytes(4), Bytes(6), {}) ==
        "    +0x0000 expected 00000000\n            got      00000000 0000\n"
        "                              ^^^^^^^^\n");
  const std::string many = compare_dump(Bytes(4096), Bytes(4096, std::byte{1}), {}, 4);
  CHECK(std::count(many.begin(), many.end(), '\n') == 4 * 3 + 1);
}
