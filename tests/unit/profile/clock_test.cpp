// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/clock.hpp"

#include <cmath>
#include <vector>

#include "sim/profile/error.hpp"
#include "tests/support/catch.hpp"

namespace aie4::profile {
namespace {

TEST_CASE("The offset is the middle of what the tightest readings leave") {
  // [-940, -900], [-970, -920], [-960, -910]: together [-940, -920].
  const std::vector<Reading> readings = {{1000, 60, 100}, {1010, 40, 90}, {1020, 60, 110}};
  const ClockMap map = align(readings, {}, {});
  CHECK(map.consistent);
  CHECK(map.drift == 0);
  CHECK(map.guest(1000) == 70);
  CHECK(map.guest(5000) == 4070);
  CHECK(map.uncertain == 10);
}

TEST_CASE("Readings before and after a pause give the drift") {
  // 100 parts in a million: after 10 ms the guest has gained 1 us.
  const std::vector<Reading> readings = {{1'000'000, 1'990'000, 2'010'000},
                                         {1'000'100, 1'990'100, 2'010'100},
                                         {11'000'000, 11'991'000, 12'011'000},
                                         {11'000'100, 11'991'100, 12'011'100}};
  const ClockMap map = align(readings, {}, {});
  CHECK(std::abs(map.drift - 1e-4) < 1e-9);
  CHECK(map.guest(1'000'050) == 2'000'050);
  CHECK(map.guest(6'000'050) == 7'000'550);
  CHECK(map.guest(11'000'050) == 12'001'050);
  CHECK(map.uncertain == 10'000);
}

TEST_CASE("Causes and effects narrow what the readings leave") {
  const std::vector<Reading> readings = {{1000, 0, 200}};  // -900, give or take 100
  // The guest began something at 300 that the host saw at 1180: -880 at least.
  const std::vector<Constraint> guest_first = {{1180, 300}, {1500, 100}};
  // The host did something at 2000 that the guest saw at 1140: -860 at most.
  const std::vector<Constraint> host_first = {{2000, 1140}, {2000, 1900}};
  const ClockMap map = align(readings, guest_first, host_first);
  CHECK(map.consistent);
  CHECK(map.guest(1000) == 130);
  CHECK(map.uncertain == 10);
  for (const Constraint& bound : guest_first) CHECK(map.guest(bound.host) >= bound.guest);
  for (const Constraint& bound : host_first) CHECK(map.guest(bound.host) <= bound.guest);
}

TEST_CASE("Bounds that contradict each other are told") {
  const std::vector<Reading> readings = {{1000, 0, 200}};
  const std::vector<Constraint> guest_first = {{1000, 150}};
  const std::vector<Constraint> host_first = {{1000, 110}};
  const ClockMap map = align(readings, guest_first, host_first);
  CHECK_FALSE(map.consistent);
  CHECK(map.guest(1000) == 130);
}

TEST_CASE("Without readings clocks cannot be compared") {
  CHECK_THROWS_AS(align({}, {}, {}), ProfileError);
}

}  // namespace
}  // namespace aie4::profile
