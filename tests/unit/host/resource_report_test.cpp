// SPDX-License-Identifier: Apache-2.0
#include "sim/host/resource_report.hpp"

#include <fmt/format.h>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"

namespace aie4::host {
namespace {

sc_core::sc_time us(std::uint64_t count) {
  return sc_core::sc_time::from_value(count * 1'000'000);
}

TEST_CASE("A report has what happened since the meter began, of resources that came later, too") {
  ResourceRegistry registry;
  ResourceUse& channel = registry.add("S2MM 0");
  channel.bytes = 1000;
  channel.operations = 2;
  channel.busy = us(5);
  channel.stall(WaitReason::Lock, us(1));
  const ResourceMeter meter(registry, 10'000'000);
  channel.bytes += 64;
  ++channel.operations;
  channel.busy += us(3);
  channel.stall(WaitReason::Lock, us(2));
  registry.add("port").bytes = 7;

  const ResourceReport report = meter.report(22'000'000);
  CHECK(to_json(report).dump() ==
        R"([{"name":"S2MM 0","bytes":64,"operations":1,"busy_ps":3000000,"stalled_ps":{"lock":2000000},)"
        R"("utilisation":0.25},)"
        R"({"name":"port","bytes":7,"operations":0,"busy_ps":0,"stalled_ps":{},"utilisation":0.0}])");
}

TEST_CASE("Reports add up, each as often as asked, with resources that only came later") {
  ResourceRegistry registry;
  ResourceUse& channel = registry.add("S2MM 0");
  ResourceReport sum;
  const ResourceMeter first(registry, 0);
  channel.bytes = 64;
  channel.operations = 1;
  channel.busy = us(3);
  channel.stall(WaitReason::Lock, us(2));
  accumulate(sum, first.report(12'000'000), 3);
  const ResourceMeter second(registry, 12'000'000);
  channel.bytes += 1;
  registry.add("port").bytes = 7;
  accumulate(sum, second.report(13'000'000), 2);
  CHECK(sum.duration_ps == 38'000'000);
  REQUIRE(sum.resources.size() == 2);
  CHECK(sum.resources[0].bytes == 194);
  CHECK(sum.resources[0].operations == 3);
  CHECK(sum.resources[0].busy == us(9));
  CHECK(sum.resources[0].stalled[static_cast<std::size_t>(WaitReason::Lock)] == us(6));
  CHECK(sum.resources[1].name == "port");
  CHECK(sum.resources[1].bytes == 14);
}

TEST_CASE("The table has the busiest first, and of waits the longest reasons but not the host") {
  ResourceReport report{.duration_ps = 10'000'000, .resources = {}};
  report.resources.resize(3);
  report.resources[0].name = "idle";
  report.resources[0].stall(WaitReason::Host, us(10));
  report.resources[1].name = "DMA";
  report.resources[1].busy = us(2);
  report.resources[1].bytes = 50;
  report.resources[1].stall(WaitReason::Lock, us(1));
  report.resources[1].stall(WaitReason::Token, us(2));
  report.resources[1].stall(WaitReason::Stream, us(5));
  report.resources[2].name = "uc0";
  report.resources[2].busy = us(8);
  const std::string text = to_text(report);
  CHECK(text.find("uc0") < text.find("DMA"));
  CHECK(text.find("8.000   80.0 %") != std::string::npos);
  CHECK(text.find("2.000   20.0 %            5\n") != std::string::npos);
  CHECK(text.find("stream 5.000 us (50 %), token 2.000 us (20 %)\n") != std::string::npos);
  CHECK(text.find("idle") == std::string::npos);
}

TEST_CASE("The table has twelve rows, and none is longer than 120 columns, whatever the names") {
  ResourceReport report{.duration_ps = 3'000'000'000'000, .resources = {}};
  for (unsigned i = 0; i < 30; ++i) {
    ResourceUse& use = report.resources.emplace_back();
    use.name = fmt::format("column 10/memory tile 1/32-bit stream switch/manager of a port with a long name {}", i);
    use.bytes = 1'000'000'000'000;
    use.operations = 10'000'000'000;
    use.busy = us(i * 100'000);
    use.stall(WaitReason::Stream, us(i * 100'000));
    use.stall(WaitReason::Barrier, us(i * 50'000));
  }
  const std::string text = to_text(report);
  std::istringstream lines(text);
  unsigned rows = 0;
  for (std::string line; std::getline(lines, line); ++rows) CHECK(line.size() <= 120);
  CHECK(rows == 2 * (12 + 2));
  CHECK(text.find("name 29 ") != std::string::npos);
  CHECK(text.find("name 17 ") == std::string::npos);
}

TEST_CASE("Of a device that did nothing there is no table") {
  CHECK(to_text(ResourceReport{}).empty());
}

}  // namespace
}  // namespace aie4::host
