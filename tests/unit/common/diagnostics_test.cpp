// SPDX-License-Identifier: Apache-2.0
// Diagnostics: who is at fault, the burndown, what reaches the sink, and the spin detector.
#include "models/common/diagnostics.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

struct Collected {
  std::vector<Diagnostic> seen;
  std::uint64_t now = 0;
  Diagnostics diagnostics{[this](const Diagnostic& diagnostic) { seen.push_back(diagnostic); }, [this] { return now; }};

  void report(FaultCategory category, const std::string& where) {
    diagnostics.report({.category = category, .where = where, .expected = "a", .came = "b", .blame = "c"});
  }
  void read(std::string_view name, std::uint64_t value, unsigned times) {
    for (unsigned i = 0; i < times; ++i) diagnostics.register_read(name, value);
  }
};

TEST_CASE("The four fault categories have their fixed names") {
  CHECK(to_string(FaultCategory::GuestError) == "guest error");
  CHECK(to_string(FaultCategory::ConfigurationError) == "configuration error");
  CHECK(to_string(FaultCategory::Unmodelled) == "unmodelled");
  CHECK(to_string(FaultCategory::SimulatorDefect) == "simulator defect");
}

TEST_CASE("A diagnostic says category, time, place, expectation, fact and culprit in one line") {
  const Diagnostic diagnostic{.category = FaultCategory::GuestError,
                              .where = "vf0 context 3",
                              .expected = "a valid packet",
                              .came = "type 1",
                              .blame = "the driver",
                              .time_ps = 12'500'999};
  CHECK(diagnostic.text() ==
        "guest error at 12.500 us in vf0 context 3: expected a valid packet, came type 1; likely at fault: the driver");
}

TEST_CASE("A report carries the simulated time of the moment, whatever the reporter filled in") {
  Collected all;
  all.now = 7'000;
  all.diagnostics.report({FaultCategory::GuestError, "x", "a", "b", "c", 1});
  REQUIRE(all.seen.size() == 1);
  CHECK(all.seen.front().time_ps == 7'000);
}

TEST_CASE("Reports are counted by category, with or without a sink") {
  Diagnostics mute;
  CHECK(mute.count(FaultCategory::GuestError) == 0);
  mute.report({FaultCategory::GuestError, "a", "", "", ""});
  mute.report({FaultCategory::GuestError, "b", "", "", ""});
  mute.report({FaultCategory::SimulatorDefect, "b", "", "", ""});
  CHECK(mute.count(FaultCategory::GuestError) == 2);
  CHECK(mute.count(FaultCategory::SimulatorDefect) == 1);
  CHECK(mute.count(FaultCategory::ConfigurationError) == 0);
  CHECK(mute.count(FaultCategory::Unmodelled) == 0);
}

TEST_CASE("One place that misbehaves for ever fills the log twenty times and the counter always") {
  Collected all;
  for (unsigned i = 0; i < 50; ++i) all.report(FaultCategory::GuestError, "noisy");
  CHECK(all.seen.size() == Diagnostics::kSinkLimit);
  CHECK(all.diagnostics.count(FaultCategory::GuestError) == 50);
  // Another place, and another category at the same place, are still heard.
  all.report(FaultCategory::GuestError, "quiet");
  all.report(FaultCategory::SimulatorDefect, "noisy");
  CHECK(all.seen.size() == Diagnostics::kSinkLimit + 2);
}

TEST_CASE("Something unmodelled is loud once for each kind and name and counted always") {
  Collected all;
  for (unsigned i = 0; i < 3; ++i) all.diagnostics.unmodelled("register", "SMU offset 0x40", "pf SMU read");
  all.diagnostics.unmodelled("opcode", "SMU offset 0x40", "elsewhere");
  REQUIRE(all.seen.size() == 2);
  CHECK(all.seen[0].category == FaultCategory::Unmodelled);
  CHECK(all.seen[0].where == "pf SMU read");
  CHECK(all.seen[0].expected == "a modelled register");
  CHECK(all.seen[0].came == "SMU offset 0x40");
  CHECK(all.diagnostics.count(FaultCategory::Unmodelled) == 4);
}

TEST_CASE("Every name of the burndown is loud once, however many there are at one place") {
  Collected all;
  constexpr unsigned kNames = 3 * Diagnostics::kSinkLimit;
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned i = 0; i < kNames; ++i) all.diagnostics.unmodelled("register", std::to_string(i), "pf SMU read");
  }
  CHECK(all.seen.size() == kNames);
  CHECK(all.diagnostics.burndown().size() == kNames);
}

TEST_CASE("The burndown is sorted by kind, then name, and holds the counts") {
  Diagnostics diagnostics;
  diagnostics.unmodelled("register", "b", "x");
  diagnostics.unmodelled("opcode", "z", "x");
  diagnostics.unmodelled("register", "a", "x");
  diagnostics.unmodelled("register", "b", "y");
  const auto entries = diagnostics.burndown();
  REQUIRE(entries.size() == 3);
  CHECK((entries[0].kind == "opcode" && entries[0].name == "z" && entries[0].count == 1));
  CHECK((entries[1].kind == "register" && entries[1].name == "a" && entries[1].count == 1));
  CHECK((entries[2].kind == "register" && entries[2].name == "b" && entries[2].count == 2));
}

TEST_CASE("A register read often with nothing changing is named once, at exactly the threshold") {
  Collected all;
  all.diagnostics.spin_threshold = 100;
  all.read("pf MPASP_C2PMSG_123_ALT_1", 1, 99);
  CHECK(all.seen.empty());
  all.read("pf MPASP_C2PMSG_123_ALT_1", 1, 1);
  REQUIRE(all.seen.size() == 1);
  CHECK(all.seen.front().where == "pf MPASP_C2PMSG_123_ALT_1");
  CHECK(all.seen.front().came.find("0x1 in 100 reads") != std::string::npos);
  all.read("pf MPASP_C2PMSG_123_ALT_1", 1, 1000);
  CHECK(all.seen.size() == 1);
  CHECK(all.diagnostics.spins().at("pf MPASP_C2PMSG_123_ALT_1") == 1);
}

TEST_CASE("A change of value, another register or device activity starts the count of a spin anew") {
  Collected all;
  all.diagnostics.spin_threshold = 10;
  all.read("a", 1, 9);
  SECTION("the value changes") {
    all.read("a", 2, 9);
  }
  SECTION("another register is read") {
    all.read("b", 1, 9);
    all.read("a", 1, 9);
  }
  SECTION("the device does something") {
    all.diagnostics.activity();
    all.read("a", 1, 9);
  }
  CHECK(all.seen.empty());
  CHECK(all.diagnostics.spins().empty());
}

TEST_CASE("A reader that spins again after activity is counted again") {
  Collected all;
  all.diagnostics.spin_threshold = 10;
  all.read("a", 1, 10);
  all.diagnostics.activity();
  all.read("a", 1, 10);
  CHECK(all.diagnostics.spins().at("a") == 2);
}

TEST_CASE("The spin detector can be set to a single read, and off") {
  Collected all;
  all.diagnostics.spin_threshold = 1;
  all.read("a", 1, 1);
  CHECK(all.seen.size() == 1);
  all.diagnostics.spin_threshold = 0;
  all.read("b", 1, 100'000);
  CHECK(all.seen.size() == 1);
}

}  // namespace
}  // namespace aie4
