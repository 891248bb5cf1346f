// SPDX-License-Identifier: Apache-2.0
#include "sim/host/bandwidth_series.hpp"

#include <numeric>

#include "models/common/resource_use.hpp"
#include "tests/support/catch.hpp"

namespace aie4::host {
namespace {

constexpr std::uint64_t kBin = BandwidthSeries::kFirstBinPs;
constexpr std::uint64_t kBegin = 7 * kBin + 3;

const BandwidthReport::Row& row(const BandwidthReport& report, const std::string& name) {
  for (const BandwidthReport::Row& each : report.rows) {
    if (each.name == name) return each;
  }
  throw std::out_of_range(name);
}

TEST_CASE("bytes of channels count in the window in which they moved, and what moved before does not") {
  ResourceRegistry registry;
  ResourceUse& channel = registry.add("column 0/shim tile 0/DMA/MM2S_0");
  channel.bytes = 1000;
  BandwidthSeries series(registry, kBegin);
  channel.bytes += 1;
  series.look(kBegin + kBin - 1);
  channel.bytes += 2;
  series.look(kBegin + kBin);
  channel.bytes += 4;
  series.look(kBegin + 3 * kBin + 5);
  channel.bytes += 8;
  const BandwidthReport report = series.report();
  CHECK(report.bin_ps == kBin);
  CHECK(row(report, "shim tiles MM2S").bytes == std::vector<std::uint64_t>{3, 4, 0, 8});
}

TEST_CASE("bytes of host memory are spread over the time for which they hold it, one booking after the other") {
  ResourceRegistry registry;
  ResourceUse& ddr = registry.add("NoC and DDR");
  ddr.bytes = 1000;
  ddr.busy = sc_core::sc_time::from_value(77);
  BandwidthSeries series(registry, kBegin);
  const auto book = [&ddr](std::uint64_t bytes, std::uint64_t busy_ps) {
    ddr.bytes += bytes;
    ddr.busy += sc_core::sc_time::from_value(busy_ps);
  };
  book(300, 3 * kBin);
  series.look(kBegin + kBin);
  book(50, kBin / 2);
  series.look(kBegin + 7 * kBin);
  book(8, kBin);
  series.look(kBegin + 8 * kBin);
  CHECK(row(series.report(), "NoC and DDR").bytes == std::vector<std::uint64_t>{100, 100, 100, 50, 0, 0, 0, 8, 0});
  // What is booked beyond the end is in the last window: no byte is lost.
  book(10, 5 * kBin);
  CHECK(row(series.report(), "NoC and DDR").bytes == std::vector<std::uint64_t>{100, 100, 100, 50, 0, 0, 0, 8, 10});
}

TEST_CASE("the channels of one kind of tile and one direction are one row, and rows without bytes are left out") {
  ResourceRegistry registry;
  ResourceUse& first = registry.add("column 0/shim tile 0/DMA/MM2S_0");
  ResourceUse& second = registry.add("column 2/shim tile 0/DMA/MM2S_3");
  ResourceUse& other = registry.add("column 2/compute tile 3/DMA/S2MM_1");
  registry.add("column 0/memory tile 1/DMA/S2MM_0");
  ResourceUse& port = registry.add("column 0/shim tile 0/stream switch/manager north_0");
  BandwidthSeries series(registry, 0);
  first.bytes = 10;
  second.bytes = 20;
  other.bytes = 5;
  port.bytes = 100;
  const BandwidthReport report = series.report();
  REQUIRE(report.rows.size() == 2);
  CHECK(row(report, "shim tiles MM2S").bytes == std::vector<std::uint64_t>{30});
  CHECK(row(report, "compute tiles S2MM").bytes == std::vector<std::uint64_t>{5});
}

TEST_CASE("a run of any length has at most kBins windows, and no byte is lost when they grow") {
  ResourceRegistry registry;
  ResourceUse& ddr = registry.add("NoC and DDR");
  ResourceUse& channel = registry.add("column 0/shim tile 0/DMA/MM2S_0");
  BandwidthSeries series(registry, kBegin);
  std::uint64_t now = kBegin;
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    now += 1 + i * i % (3 * kBin);
    ddr.bytes += i;
    ddr.busy += sc_core::sc_time::from_value(i);
    channel.bytes += i;
    series.look(now);
  }
  const BandwidthReport report = series.report();
  for (const char* name : {"NoC and DDR", "shim tiles MM2S"}) {
    const std::vector<std::uint64_t>& bytes = row(report, name).bytes;
    CHECK(bytes.size() <= BandwidthSeries::kBins);
    CHECK(bytes.size() > BandwidthSeries::kBins / 2);
    CHECK(bytes.size() == (now - kBegin) / report.bin_ps + 1);
    CHECK(std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}) == 20'000 * std::uint64_t{20'001} / 2);
  }
}

TEST_CASE("time that jumps far ahead makes windows grow at once") {
  ResourceRegistry registry;
  ResourceUse& ddr = registry.add("column 0/memory tile 1/DMA/S2MM_0");
  BandwidthSeries series(registry, 0);
  ddr.bytes = 1;
  series.look(1000 * BandwidthSeries::kBins * kBin);
  ddr.bytes = 3;
  const BandwidthReport report = series.report();
  const std::vector<std::uint64_t>& bytes = row(report, "memory tiles S2MM").bytes;
  CHECK(report.bin_ps == 1024 * kBin);
  CHECK(bytes.front() == 1);
  CHECK(bytes.back() == 2);
}

}  // namespace
}  // namespace aie4::host
