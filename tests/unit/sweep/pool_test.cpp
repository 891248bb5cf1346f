// SPDX-License-Identifier: Apache-2.0
// The children here are this test program itself: `--list-tests` and friends.
#include "sim/sweep/pool.hpp"

#include <map>

#include "tests/support/catch.hpp"

namespace aie4::sweep {
namespace {

PoolOptions options(unsigned jobs) {
  return {.jobs = jobs, .folder = "/", .timeout = {}};
}

TEST_CASE("Every job is run once and reported with its status and output") {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < 20; ++i) jobs.push_back({i, {i % 5 == 4 ? "--no-such-option" : "--help"}});
  std::map<std::size_t, unsigned> times;
  CHECK(run_jobs(
      jobs, options(3),
      [&times](std::size_t number, const Ended& ended) {
        ++times[number];
        CHECK((ended.exit_status == 0) == (number % 5 != 4));
        if (number % 5 != 4) CHECK(ended.output.find("usage") != std::string::npos);
      },
      [] { return true; }));
  CHECK(times.size() == 20);
  for (const auto& [number, count] : times) CHECK(count == 1);
}

TEST_CASE("An interrupted pool reports nothing more and leaves nothing behind") {
  std::vector<Job> jobs(50, {0, {"--help"}});
  std::size_t ended = 0;
  CHECK(!run_jobs(jobs, options(2), [&ended](std::size_t, const Ended&) { ++ended; }, [&ended] { return ended < 10; }));
  CHECK(ended >= 10);
  CHECK(ended <= 12);
}

}  // namespace
}  // namespace aie4::sweep
