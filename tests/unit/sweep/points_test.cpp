// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/points.hpp"

#include <fmt/format.h>
#include <set>

#include "sim/config/error.hpp"
#include "tests/support/catch.hpp"

namespace aie4::sweep {
namespace {

Factor parameter(const std::string& name, std::initializer_list<std::int64_t> values) {
  Factor factor{Factor::Kind::Parameter, name, {}};
  for (const std::int64_t value : values) factor.values.push_back(value_of(value));
  return factor;
}

Factor variable(const std::string& name, std::initializer_list<std::int64_t> values) {
  Factor factor = parameter(name, values);
  factor.kind = Factor::Kind::Variable;
  return factor;
}

std::vector<std::string> lines(const Spec& spec) {
  std::vector<std::string> result;
  for (const Point& point : points_of(spec, "s.toml")) result.push_back(fmt::format("{}", fmt::join(point.words, " ")));
  return result;
}

Spec two_workloads() {
  Spec spec;
  spec.factors = {parameter("noc.latency_ns", {100, 200}), variable("m", {1, 2})};
  spec.presets = {{"", {}, {}}};
  spec.workloads = {{"a", {"run", "a.elf"}, {}, ""}, {"b", {"gemm", "--m={m}"}, {"2", "m"}, "i8"}};
  return spec;
}

TEST_CASE("A grid has each combination once, the first factor slowest, and variables only where they are used") {
  CHECK(lines(two_workloads()) ==
        std::vector<std::string>{"run a.elf --set noc.latency_ns=100", "run a.elf --set noc.latency_ns=200",
                                 "gemm --m=1 --set noc.latency_ns=100", "gemm --m=2 --set noc.latency_ns=100",
                                 "gemm --m=1 --set noc.latency_ns=200", "gemm --m=2 --set noc.latency_ns=200"});
}

TEST_CASE("One at a time goes out from the base: what the preset says, else the default, else the first value") {
  Spec spec = two_workloads();
  spec.explore = Explore::OneAtATime;
  spec.presets = {{"slow", {{"noc.latency_ns", 200}}, {"--verbose"}}};
  spec.workloads.erase(spec.workloads.begin());
  CHECK(lines(spec) ==
        std::vector<std::string>{"gemm --m=1 --verbose --set noc.latency_ns=200 --set noc.latency_ns=200",
                                 "gemm --m=1 --verbose --set noc.latency_ns=200 --set noc.latency_ns=100",
                                 "gemm --m=2 --verbose --set noc.latency_ns=200 --set noc.latency_ns=200"});
}

TEST_CASE("Operations are the product of what the workload names") {
  const std::vector<Point> points = points_of(two_workloads(), "s.toml");
  CHECK(!points[0].operations);
  CHECK(points[3].operations == 4);
  CHECK(points[3].dtype == "i8");
}

TEST_CASE("The number of the point is a word, and other braces stand for themselves") {
  Spec spec = two_workloads();
  spec.factors = {variable("m", {7})};
  spec.workloads = {{"a", {"run", "{m}-{point}", "{}", "{ m }", "a{", "{{m}}"}, {}, ""}, {"b", {"{point}"}, {}, ""}};
  CHECK(lines(spec) == std::vector<std::string>{"run 7-0 {} { m } a{ {7}", "1"});
}

TEST_CASE("Points that would do the same, and too many of them, are refused") {
  Spec twice = two_workloads();
  twice.workloads.push_back({"c", {"run", "a.elf"}, {}, ""});
  CHECK_THROWS_AS(points_of(twice, "s.toml"), config::ConfigurationError);
  Spec many = two_workloads();
  many.factors.clear();
  for (int i = 0; i < 70; ++i) many.factors.push_back(parameter(fmt::format("p{}", i), {1, 2}));
  CHECK_THROWS_AS(points_of(many, "s.toml"), config::ConfigurationError);
}

}  // namespace
}  // namespace aie4::sweep
