// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/report.hpp"

#include <fmt/format.h>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/profile/error.hpp"
#include "sim/profile/steps.hpp"
#include "sim/profile/timeline.hpp"
#include "tests/support/catch.hpp"

namespace aie4::profile {
namespace {

/// A timeline of commands that spend `user` and `uC` nanoseconds, one after the other.
struct Bench {
  Timeline timeline;
  Nanoseconds now = 1000;
  std::uint64_t number = 0;

  void command(Nanoseconds user, Nanoseconds uc, Nanoseconds nobody = 0) {
    const auto track = timeline.track(fmt::format("{}/client 7", kCommandTracks));
    timeline.begin(track, now, "run");
    timeline.begin(track, now, "user");
    timeline.end(track, now + user);
    timeline.begin(track, now + user, "uC (2000000 ps simulated)");
    timeline.end(track, now + user + uc);
    timeline.end(track, now + user + uc + nobody);
    step(Step::Submitted, now);
    step(Step::Doorbell, now + user);
    step(Step::Completed, now + user + uc);
    step(Step::Returned, now + user + uc);
    now += user + uc + nobody;
    ++number;
  }

  void step(Step step, Nanoseconds time) {
    timeline.instant(timeline.track("steps"), time, kStepNames.at(static_cast<std::size_t>(step)),
                     kCommandFlow | (number + 1));
  }

  Report read() {
    std::ostringstream out;
    timeline.write(out);
    return report(trace::read_trace(out.str()));
  }
};

TEST_CASE("Shares and percentiles are those of a sheet of paper") {
  Bench bench;
  // 100 commands of 1, 2, ... 100 us in user space and 9 times as long on the uC.
  for (int i = 1; i <= 100; ++i) bench.command(i * 1000, i * 9000);
  const Report found = bench.read();
  CHECK(found.good());
  REQUIRE(found.commands.size() == 100);
  const auto json = nlohmann::json::parse(profile::json(found));
  CHECK(json["total_ns"] == 50'500'000);
  const auto& user = json["stages"][0];
  CHECK(user["name"] == "user");
  CHECK(user["share"] == 0.1);
  CHECK(user["ns"]["p50"] == 50'000);
  CHECK(user["ns"]["p90"] == 90'000);
  CHECK(user["ns"]["p99"] == 99'000);
  const auto& uc = json["stages"][4];
  CHECK(uc["name"] == "uC");
  CHECK(uc["share"] == 0.9);
  CHECK(uc["simulated_ps"]["p50"] == 2'000'000);
  CHECK(json["command_ns"]["p99"] == 990'000);
  CHECK(json["commands"][41]["duration_ns"] == 420'000);
  CHECK(json["commands"][41]["ns"]["uC"] == 378'000);
  const std::string table = text(found);
  CHECK(table.find("user              10.0 %        50.0        90.0        99.0\n") != std::string::npos);
  CHECK(table.find("uC                90.0 %       450.0       810.0       891.0                2.000\n") !=
        std::string::npos);
  CHECK(table.find("command          100.0 %       500.0       900.0       990.0\n") != std::string::npos);
  CHECK(table.find("0 effects before their cause, 0 commands that do not add up\n") != std::string::npos);
}

TEST_CASE("A command of whose time more than 2 % is nobody's does not add up") {
  Bench bench;
  bench.command(500'000, 480'000, 20'000);
  bench.command(500'000, 479'000, 21'000);
  const Report found = bench.read();
  CHECK(found.violations.empty());
  REQUIRE(found.gaps.size() == 1);
  CHECK(found.gaps.front() == "run: 979000 of 1000000 ns are attributed");
  CHECK_FALSE(found.good());
}

TEST_CASE("Each pair of cause and effect that is the wrong way round is told") {
  Bench bench;
  bench.command(1000, 9000);
  bench.number = 0;
  bench.step(Step::Raised, 12'000);
  bench.step(Step::Handled, 11'500);
  const Report found = bench.read();
  CHECK(found.violations ==
        std::vector<std::string>{R"(command 0: "interrupt handled" 0.500 us before "interrupt raised", its cause)"});
}

TEST_CASE("A command without its steps is told") {
  Bench bench;
  bench.command(1000, 9000);
  const auto track = bench.timeline.track(fmt::format("{}/client 7", kCommandTracks));
  bench.timeline.begin(track, 20'000, "run");
  bench.timeline.end(track, 20'000);
  bench.step(Step::Doorbell, 20'000);
  bench.number = 7;
  bench.step(Step::Doorbell, 20'000);
  const Report found = bench.read();
  CHECK(found.violations == std::vector<std::string>{"2 commands, but the steps of 3", "command 1: no completion word",
                                                     "command 7: no completion word"});
}

TEST_CASE("A name that is no UTF-8 does not keep a report from being JSON") {
  Bench bench;
  bench.command(1000, 9000);
  bench.timeline.instant(bench.timeline.track(fmt::format("{}/{}", kCommandTracks, kNotesTrack)), 0, "clocks \xA3");
  const auto json = nlohmann::json::parse(profile::json(bench.read()));
  CHECK(json["notes"][0] == "clocks \xEF\xBF\xBD");
}

TEST_CASE("A timeline without commands has an empty report, and a trace of something else is refused") {
  Bench bench;
  bench.timeline.track(kCommandTracks);
  const Report found = bench.read();
  CHECK(found.good());
  CHECK(text(found).starts_with("0 commands, 0.0 us in all"));
  Bench other;
  other.timeline.track("uc0");
  CHECK_THROWS_AS(other.read(), ProfileError);
  Bench strange;
  const auto track = strange.timeline.track(fmt::format("{}/client 7", kCommandTracks));
  strange.timeline.begin(track, 1, "run");
  strange.timeline.begin(track, 1, "lunch");
  strange.timeline.end(track, 2);
  strange.timeline.end(track, 2);
  CHECK_THROWS_AS(strange.read(), ProfileError);
}

}  // namespace
}  // namespace aie4::profile
