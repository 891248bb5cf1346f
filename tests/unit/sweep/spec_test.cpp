// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/spec.hpp"

#include <array>
#include <string>

#include "sim/config/error.hpp"
#include "tests/support/catch.hpp"

namespace aie4::sweep {
namespace {

constexpr std::array<std::string_view, 3> kCommands = {"run", "gemm", "net"};
const std::string kWorkload = "[[workloads]]\nname = 'w'\ncommand = ['run', 'a.elf']\n";

Spec read(const std::string& toml) {
  return read_spec(toml, "s.toml", kCommands);
}

std::string error_of(const std::string& toml) {
  try {
    static_cast<void>(read(toml));
  } catch (const config::ConfigurationError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> texts(const Factor& factor) {
  std::vector<std::string> result;
  for (const Value& value : factor.values) result.push_back(value.text);
  return result;
}

TEST_CASE("A spec has factors in the order of its text, whichever way their tables are written") {
  const Spec spec = read(
      "name = 'x'\n[parameters]\nstream.burst_bytes = [4096, 256]\nnoc.latency_ns = { from = 0, to = 300, step = 100 "
      "}\n"
      "[parameters.memory]\nlatency_cycles = [5]\n[variables]\nm = [1, 2]\ntype = ['i8', 'bf16']\n"
      "[[workloads]]\nname = 'g'\ncommand = ['gemm', '--m', '{m}', '--dtype', '{type}', 7]\noperations = [2, 'm', 10]\n"
      "dtype = '{type}'\n");
  CHECK(spec.name == "x");
  REQUIRE(spec.factors.size() == 5);
  CHECK(spec.factors[0].name == "stream.burst_bytes");
  CHECK(texts(spec.factors[0]) == std::vector<std::string>{"4096", "256"});
  CHECK(spec.factors[1].name == "noc.latency_ns");
  CHECK(texts(spec.factors[1]) == std::vector<std::string>{"0", "100", "200", "300"});
  CHECK(spec.factors[2].name == "memory.latency_cycles");
  CHECK(spec.factors[3].kind == Factor::Kind::Variable);
  CHECK(texts(spec.factors[4]) == std::vector<std::string>{"i8", "bf16"});
  REQUIRE(spec.workloads.size() == 1);
  CHECK(spec.workloads[0].command.back() == "7");
  CHECK(spec.workloads[0].operations == std::vector<std::string>{"2", "m", "10"});
  CHECK(spec.presets.size() == 1);
}

TEST_CASE("Ranges are linear, logarithmic or in steps, and hold both ends") {
  const auto range = [](const std::string& text) {
    return texts(read("[parameters]\nnoc.bytes_per_us = " + text + "\n" + kWorkload).factors[0]);
  };
  CHECK(range("{ from = 10, to = 20, count = 5 }") == std::vector<std::string>{"10", "13", "15", "18", "20"});
  CHECK(range("{ from = 1, to = 10000, count = 5, scale = 'log' }") ==
        std::vector<std::string>{"1", "10", "100", "1000", "10000"});
  CHECK(range("{ from = 1, to = 10, step = 4 }") == std::vector<std::string>{"1", "5", "9"});
}

TEST_CASE("What cannot be run is refused with the line, the path and the nearest valid choice") {
  const std::array<std::pair<std::string, std::string>, 24> cases = {{
      {"parameter = 1", "s.toml:1: expected a known key (nearest: parameters), came \"parameter\""},
      {"[parameters\n", "s.toml:1: expected TOML, came "},
      {"name = 'x'", "s.toml:1: expected at least one [[workloads]], came none"},
      {"explore = 'gird'\n" + kWorkload,
       "s.toml:1: explore: expected \"grid\" or \"one-at-a-time\" (nearest: grid), came gird"},
      {"[parameters]\nnoc.latency = [1]\n" + kWorkload,
       "s.toml:2: expected a known key (nearest: noc.latency_ns), came noc.latency"},
      {"[parameters]\nnoc.latency_ns = ['a']\n" + kWorkload,
       "s.toml:2: parameters.noc.latency_ns[1]: expected an integer, came \"a\""},
      {"[parameters]\nnoc.latency_ns = []\n" + kWorkload,
       "s.toml:2: parameters.noc.latency_ns: expected at least one value, came none"},
      {"[parameters]\nnoc.latency_ns = [1, 2, 1]\n" + kWorkload,
       "s.toml:2: parameters.noc.latency_ns[3]: expected each value once, came 1 again"},
      {"[parameters]\narray.columns = [1, 61]\n" + kWorkload,
       "s.toml:2: array.columns: expected an integer 1..60, came 61"},
      {"[parameters]\narray.columns = { from = 1, too = 3, count = 2 }\n" + kWorkload,
       "s.toml:2: parameters.array.columns: expected a known key (nearest: to), came \"too\""},
      {"[parameters]\narray.columns = { from = 1, to = 3, count = 7 }\n" + kWorkload,
       "s.toml:2: parameters.array.columns: expected 7 different integers, came a range that has fewer: 1..3"},
      {"[parameters]\narray.columns = { from = 1, to = 3 }\n" + kWorkload,
       "s.toml:2: parameters.array.columns: expected either count or step, came neither"},
      {"[parameters]\narray.columns = { from = 3, to = 3, step = 1 }\n" + kWorkload,
       "s.toml:2: parameters.array.columns: expected from below to, came from = 3, to = 3"},
      {"[parameters]\nnoc.latency_ns = { from = 0, to = 3, count = 2, scale = 'log' }\n" + kWorkload,
       "expected from above 0 with scale = \"log\", came 0"},
      {"[parameters]\nnoc.latency_ns = { from = 1, to = 3, count = 2, scale = 'liner' }\n" + kWorkload,
       "parameters.noc.latency_ns.scale: expected \"linear\" or \"log\" (nearest: linear), came \"liner\""},
      {"[[workloads]]\nname = 'a'\n", "s.toml:1: workloads[1]: expected a key \"command\", came none"},
      {"[[workloads]]\ncommand = ['gem']\n",
       "s.toml:2: workloads[1].command: expected a sub-command with --json and --set (nearest: gemm), came gem"},
      {"[[workloads]]\ncommand = ['run', '{m}']\n[variables]\nn = [1]\n",
       "s.toml:2: workloads[1].command: expected a name of [variables] (nearest: n), came m"},
      {"[variables]\nn = [1]\n" + kWorkload, "expected every variable in the words of some workload, came n"},
      {"[variables]\npoint = [1]\n" + kWorkload, "variables.point: expected a name of letters"},
      {kWorkload + kWorkload, "s.toml:4: workloads[2]: expected a name for each workload, came \"w\" twice"},
      {kWorkload + "dtype = 'i9'\n", "s.toml:4: workloads[1].dtype: expected a type (nearest: i8), came i9"},
      {kWorkload + "operations = 0\n", "s.toml:4: workloads[1].operations: expected a positive integer"},
      {"[parameters]\nnoc.latency_ns = [1]\n[presets.slow]\nset = { 'noc.latency_ns' = 3 }\n" + kWorkload,
       "presets.slow.set.noc.latency_ns: expected a parameter that is not varied by [parameters]"},
  }};
  for (const auto& [toml, expected] : cases) {
    INFO(toml);
    INFO(error_of(toml));
    CHECK(error_of(toml).find(expected) != std::string::npos);
  }
}

TEST_CASE("Presets are settings and words") {
  const Spec spec =
      read("[presets.slow]\nset = { noc.latency_ns = 500 }\narguments = ['--x', 3]\n[presets.base]\n" + kWorkload);
  REQUIRE(spec.presets.size() == 2);
  CHECK(spec.presets[0].name == "slow");
  CHECK(spec.presets[0].settings == std::vector<std::pair<std::string, std::int64_t>>{{"noc.latency_ns", 500}});
  CHECK(spec.presets[0].arguments == std::vector<std::string>{"--x", "3"});
  CHECK(spec.presets[1].settings.empty());
}

}  // namespace
}  // namespace aie4::sweep
