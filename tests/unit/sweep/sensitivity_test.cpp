// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/sensitivity.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

namespace aie4::sweep {
namespace {

StoredPoint point(std::int64_t a, std::int64_t b, double time, const std::string& workload = "w") {
  StoredPoint result;
  result.workload = workload;
  result.values = {{"a", value_of(a)}, {"b", value_of(b)}};
  result.outcome.emplace().time_ps = static_cast<std::uint64_t>(std::llround(time));
  return result;
}

StoredSweep sweep_of(std::vector<StoredPoint> points) {
  StoredSweep sweep;
  sweep.factors = {{Factor::Kind::Parameter, "a", {}}, {Factor::Kind::Parameter, "b", {}}};
  sweep.points = std::move(points);
  return sweep;
}

bool close(double value, double expected) {
  return std::abs(value - expected) < 1e-6;
}

TEST_CASE("Powers are found exactly, whatever the other factor does, and the stronger comes first") {
  std::vector<StoredPoint> points;
  for (const int a : {1, 2, 4, 8}) {
    for (const int b : {3, 9, 12}) points.push_back(point(a, b, 1e15 * std::pow(a, 0.25) * std::pow(b, -1.0)));
  }
  const std::vector<Sensitivity> result = sensitivities(sweep_of(points));
  REQUIRE(result.size() == 2);
  CHECK(result[0].factor == "b");
  CHECK(close(result[0].elasticity, -1));
  CHECK(close(result[0].end_to_end, 0.25));
  CHECK(close(result[1].elasticity, 0.25));
  CHECK(close(result[1].end_to_end, std::pow(8, 0.25)));
  CHECK(result[1].points == 12);
}

TEST_CASE("Runs that failed, zeros and values that nothing can be compared with do not count") {
  std::vector<StoredPoint> points = {point(1, 1, 1e9), point(2, 1, 2e9), point(0, 1, 5e9), point(4, 7, 9e9),
                                     point(8, 1, 3)};
  points.back().outcome->error = "broken";
  points.push_back(point(16, 1, 1));
  points.back().outcome.reset();
  const std::vector<Sensitivity> result = sensitivities(sweep_of(points));
  REQUIRE(result.size() == 1);
  CHECK(result[0].factor == "a");
  CHECK(close(result[0].elasticity, 1));
  CHECK(result[0].points == 2);
  CHECK(result[0].skipped == 1);
}

TEST_CASE("Workloads are not mixed") {
  const std::vector<Sensitivity> result = sensitivities(
      sweep_of({point(1, 1, 1e9, "x"), point(2, 1, 2e9, "x"), point(1, 1, 8e9, "y"), point(2, 1, 4e9, "y")}));
  REQUIRE(result.size() == 2);
  CHECK(close(result[0].elasticity, 1));
  CHECK(close(result[1].elasticity, -1));
}

}  // namespace
}  // namespace aie4::sweep
