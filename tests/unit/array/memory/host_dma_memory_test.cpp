// SPDX-License-Identifier: Apache-2.0
// What shim channels spend on host memory, computed by hand from the cost model of the timing notes (1.6, 3.6): the
// overhead of a task and of a cold channel once, then the largest of port, outstanding requests, and share of DDR.
#include "models/array/memory/host_dma_memory.hpp"

#include <algorithm>
#include <vector>

#include "models/soc/noc.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {
namespace {

using bench::ns;
using bench::ps;

constexpr std::uint64_t kShimOffset = 0x8000'0000;

/// Two read and two write channels of a shim tile in front of 1 MiB of host memory. The AXI clock has 2 GHz.
struct HostBench : Surroundings {
  static constexpr unsigned kA = 0;
  static constexpr unsigned kB = 1;

  ClockDomain axi_clock{"npu_h", 2000};
  Noc noc{"noc", 1, parameters};
  bench::Memory host{"host", 1 << 20};
  bench::Initiator port{"port"};
  HostDmaMemory memory;

  HostBench()
      : memory(environment, axi_clock,
               {{.name = "A", .half = registers::Half::A}, {.name = "B", .half = registers::Half::B}},
               [this](tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
                 port.socket->b_transport(payload, delay);
               }) {
    noc.upstream[0].bind(host.socket);
    port.socket.bind(noc.engines);
    // Those of the timing notes, stated here because the tests count with them.
    parameters.noc_latency_ns = 400;
    parameters.noc_bytes_per_us = 80'000;
    parameters.noc_run_overhead_bytes = 60;
    parameters.shim_axi_bytes_per_cycle = 64;
    parameters.shim_outstanding = 32;
    parameters.shim_read_task_ns = 250;
    parameters.shim_cold_read_ns = 1300;
    parameters.shim_cold_read_decay_percent = 31;
    parameters.shim_write_task_ns = 150;
    parameters.shim_cold_write_ns = 340;
    bench::settle();
  }
  void begin(unsigned channel, std::uint32_t burst_bytes, bool task_start = false) {
    memory.begin(channel, {.burst_bytes = burst_bytes, .task_start = task_start, .qos = 0});
  }
  DmaMemory::Result read(unsigned channel, std::uint64_t address, std::uint32_t words, const sc_core::sc_time& start,
                         unsigned runs = 1, std::uint64_t stride = 0) {
    std::vector<std::uint32_t> data(std::size_t{words} * runs);
    return memory.read(channel, runs_of(address, words, runs, stride), data, start);
  }
  DmaMemory::Result write(unsigned channel, std::uint64_t address, std::uint32_t words, const sc_core::sc_time& start) {
    const std::vector<std::uint32_t> data(words, 0x5A5A'5A5A);
    return memory.write(channel, runs_of(address, words, 1, 0), data, start);
  }

 private:
  static std::vector<MemoryRun> runs_of(std::uint64_t address, std::uint32_t words, unsigned runs,
                                        std::uint64_t stride) {
    std::vector<MemoryRun> result;
    for (unsigned run = 0; run < runs; ++run) result.push_back({kShimOffset + address + run * stride, words});
    return result;
  }
};

TEST_CASE("A channel that may have 32 requests under way moves 32 bursts in each latency of the memory") {
  HostBench bench;
  // 4096 bytes in bursts of 64: 64 requests, two latencies. Port: 64 beats of 0.5 ns. DDR: 4156 / 80 = 51.95 ns.
  bench.begin(HostBench::kA, 64, true);
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(0)).next == ns(800));
  // In bursts of 512: 8 requests, a quarter of a latency; from the middle of a burst on one more.
  bench.begin(HostBench::kA, 512);
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(1000)).next == ns(1100));
  CHECK(bench.read(HostBench::kA, 32, 1024, ns(2000)).next == ns(2112) + ps(500));
}

TEST_CASE("A channel moves no more than its AXI port does in each cycle of the NPU-H clock") {
  HostBench bench;
  bench.parameters.shim_outstanding = 4096;
  bench.parameters.noc_bytes_per_us = 10'000'000;
  bench.begin(HostBench::kA, 512, true);
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(0)).next == ns(32));
  CHECK(bench.read(HostBench::kA, 0, 1025, ns(100)).next == ns(132) + ps(500));  // A beat for the last word.
  bench.parameters.shim_axi_bytes_per_cycle = 16;
  CHECK(bench.write(HostBench::kB, 0, 1024, ns(0)).next == ns(128));
}

TEST_CASE("Two channels share the bandwidth of DDR half and half, in the order in which they ask") {
  HostBench bench;
  bench.parameters.shim_outstanding = 4096;
  bench.parameters.noc_bytes_per_us = 20'000;  // 4096 bytes and the overhead of a run: 4156 / 20 = 207.8 ns.
  bench.begin(HostBench::kA, 512, true);
  bench.begin(HostBench::kB, 512, true);
  const sc_core::sc_time share = ns(207) + ps(800);
  sc_core::sc_time a;
  sc_core::sc_time b;
  for (unsigned burst = 0; burst < 10; ++burst) {
    a = bench.read(HostBench::kA, 0, 1024, a).next;
    b = bench.write(HostBench::kB, 0x8000, 1024, b).next;
    CHECK(a == share * (2.0 * burst + 1));
    CHECK(b == share * (2.0 * burst + 2));
  }
}

TEST_CASE("A channel alone has all the bandwidth of DDR, less what short runs waste") {
  HostBench bench;
  bench.parameters.shim_outstanding = 4096;
  bench.parameters.noc_bytes_per_us = 20'000;
  bench.begin(HostBench::kA, 512, true);
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(0)).next == ns(207) + ps(800));
  // 256 runs of 16 bytes: 256 * (16 + 60) / 20.
  bench::run(ns(1000));
  CHECK(bench.read(HostBench::kA, 0, 4, ns(1000), 256, 64).next == ns(1972) + ps(800));
}

TEST_CASE("A task costs its overhead once, and a cold channel costs more, less with each read task") {
  HostBench bench;
  sc_core::sc_time start;
  // 250 ns and 1300 * 0.31^n, in whole nanoseconds.
  for (const std::uint64_t latency : {1550U, 653U, 374U, 288U, 262U, 253U, 251U, 250U, 250U}) {
    bench.begin(HostBench::kA, 512, true);
    for (unsigned burst = 0; burst < 3; ++burst) {
      const DmaMemory::Result result = bench.read(HostBench::kA, 0, 1024, start);
      CHECK(result.done == result.next + ns(latency));
      start = result.next;
      bench.begin(HostBench::kA, 512);  // The next descriptor of the task.
    }
  }
}

TEST_CASE("Only the first write task is cold, reads and writes are cold apart, and a reset cools its half") {
  HostBench bench;
  const auto latency = [&bench](bool read, unsigned channel) {
    bench.begin(channel, 512, true);
    const DmaMemory::Result result =
        read ? bench.read(channel, 0, 16, bench::now()) : bench.write(channel, 0, 16, bench::now());
    return result.done - result.next;
  };
  CHECK(latency(false, HostBench::kA) == ns(490));
  CHECK(latency(false, HostBench::kA) == ns(150));
  CHECK(latency(true, HostBench::kA) == ns(1550));
  CHECK(latency(false, HostBench::kB) == ns(490));
  bench.memory.reset(registers::Half::B);
  CHECK(latency(false, HostBench::kA) == ns(150));
  CHECK(latency(false, HostBench::kB) == ns(490));
}

TEST_CASE("Who asks ahead is served when the access before is through, who asks late, when it asks") {
  HostBench bench;
  bench.begin(HostBench::kA, 512, true);
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(0)).next == ns(100));
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(10)).next == ns(200));
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(500)).next == ns(600));
  bench::run(ns(5000));
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(700)).next == ns(5100));  // Not in the past.
}

TEST_CASE("A refused access costs the latency of the memory and delays nobody") {
  HostBench bench;
  bench.host.refuse = true;
  bench.begin(HostBench::kA, 512, true);
  const DmaMemory::Result refused = bench.read(HostBench::kA, 0, 1024, ns(30));
  CHECK(refused.status == MemoryStatus::SlaveError);
  CHECK(refused.done == ns(430));
  bench.host.refuse = false;
  CHECK(bench.read(HostBench::kA, 0, 1024, ns(30)).next == ns(130));
}

TEST_CASE("Words arrive in the order of the runs, at addresses below those of the shim by its offset") {
  HostBench bench;
  for (std::uint32_t word = 0; word < 64; ++word) bench.host.put(0x1000 + 4 * word, word);
  bench.begin(HostBench::kA, 64, true);
  std::vector<std::uint32_t> words(6);
  const std::vector<MemoryRun> runs{{kShimOffset + 0x1010, 2}, {kShimOffset + 0x1000, 1}, {kShimOffset + 0x1080, 3}};
  REQUIRE(bench.memory.read(HostBench::kA, runs, words, ns(0)).status == MemoryStatus::Ok);
  CHECK(words == std::vector<std::uint32_t>{4, 5, 0, 32, 33, 34});
  REQUIRE(bench.write(HostBench::kB, 0x2000, 4, ns(0)).status == MemoryStatus::Ok);
  CHECK(bench.host.get(0x200C) == 0x5A5A'5A5A);
  CHECK(bench.host.get(0x2010) == 0);
}

}  // namespace
}  // namespace aie4::array
