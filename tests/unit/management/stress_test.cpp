// SPDX-License-Identifier: Apache-2.0
// Scheduler and the real CERT together, at random: every packet completes once, nothing is touched after its end.
#include "models/common/fresh_kernel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/management/stress_bench.hpp"

namespace aie4::management::bench {
namespace {

void run_seeds(std::uint64_t first, std::uint64_t count, unsigned operations) {
  std::uint64_t packets = 0;
  std::uint64_t contexts = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const FreshKernel kernel;
    Stress stress(seed);
    stress.run(operations);
    INFO("seed " << seed);
    REQUIRE(stress.violation() == "");
    packets += stress.packets();
    contexts += stress.contexts();
  }
  CHECK(packets > count * operations / 2);
  CHECK(contexts > 3 * count);
}

TEST_CASE("Many short random lives: every packet completes exactly once, none is touched after its end") {
  run_seeds(1, 60, 120);
}

TEST_CASE("A few long random lives do the same") {
  run_seeds(1000, 6, 1500);
}

TEST_CASE("The same seed gives the same sequence of accesses, interrupts and times, another one does not") {
  std::vector<std::uint64_t> hashes;
  for (const std::uint64_t seed : {77U, 77U, 78U}) {
    const FreshKernel kernel;
    Stress stress(seed);
    stress.run(400);
    REQUIRE(stress.violation() == "");
    hashes.push_back(stress.hash());
  }
  CHECK(hashes[0] == hashes[1]);
  CHECK(hashes[0] != hashes[2]);
}

}  // namespace
}  // namespace aie4::management::bench
