// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/outcome.hpp"

#include "tests/support/catch.hpp"

namespace aie4::sweep {
namespace {

constexpr const char* kReport = R"({"durations_ps": [10, 20], "window_ps": 40, "failure": "",
  "unmodelled": [{"kind": "register", "name": "x", "count": 1}],
  "parameters": {"noc.latency_ns": 12345, "array.columns": 3},
  "resources": [
    {"name": "NoC and DDR", "bytes": 7, "operations": 2, "busy_ps": 30, "stalled_ps": {}, "utilisation": 0.75},
    {"name": "uc1", "bytes": 0, "operations": 0, "busy_ps": 0, "stalled_ps": {"host": 9}, "utilisation": 0},
    {"name": "uc0", "bytes": 0, "operations": 0, "busy_ps": 0, "stalled_ps": {"host": 9, "lock": 4}, "utilisation": 0}],
  "energy": {"confidence": "low", "total_nj": 12.5},
  "series": {"bin_ps": 50, "bytes": {"NoC and DDR": [3, 4]}}})";

TEST_CASE("A report gives the mean time, the resources that did something and what differs from the defaults") {
  const Outcome outcome = outcome_of({0, kReport, "a warning\n"});
  REQUIRE(outcome.succeeded());
  CHECK(outcome.time_ps == 15);
  CHECK(outcome.window_ps == 40);
  CHECK(ddr_bytes(outcome) == 7);
  REQUIRE(outcome.resources.size() == 2);
  CHECK(outcome.resources[1].stalled_ps == std::vector<std::pair<std::string, std::uint64_t>>{{"lock", 4}});
  CHECK(outcome.parameters == std::vector<std::pair<std::string, std::uint64_t>>{{"noc.latency_ns", 12345}});
  CHECK(outcome.unmodelled == std::vector<std::string>{"x"});
  CHECK(outcome.energy_pj == 6250);
  CHECK(outcome.bin_ps == 50);
  CHECK(outcome.series[0].bytes == std::vector<std::uint64_t>{3, 4});
}

TEST_CASE("A run that failed says why: its report, its last line, its signal") {
  CHECK(outcome_of({1, R"({"failure": "completion word 0x5"})", "noise\n"}).error == "completion word 0x5");
  CHECK(outcome_of({2, "", "first\naie4sim: expected A, came B\n"}).error == "expected A, came B");
  CHECK(outcome_of({139, "", ""}).error == "ended by signal 11");
  CHECK(outcome_of({139, "", "hm\n"}).error == "ended by signal 11, last words: hm");
  CHECK(outcome_of({1, "", ""}).error == "exit status 1, and no message");
}

TEST_CASE("Output that is no report fails the run and nothing else") {
  for (const char* output :
       {"", "text", "[]", "{}", R"({"durations_ps": []})", R"({"durations_ps": [-1], "window_ps": 1})",
        R"({"durations_ps": [1.5], "window_ps": 1})", R"({"durations_ps": 3})",
        R"({"durations_ps": [1], "window_ps": 1, "resources": [{}], "parameters": {}})",
        R"({"durations_ps": [1], "window_ps": 1, "resources": [], "parameters": 4})",
        R"({"durations_ps": [1], "window_ps": 1, "resources": [], "parameters": {}, "energy": {"total_nj": -1}})"}) {
    INFO(output);
    CHECK(!outcome_of({0, output, ""}).succeeded());
  }
}

}  // namespace
}  // namespace aie4::sweep
