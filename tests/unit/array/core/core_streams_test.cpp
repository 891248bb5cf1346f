// SPDX-License-Identifier: Apache-2.0
// Streams and cascade of cores. One cycle is one nanosecond.
#include "tests/unit/array/core/core_bench.hpp"

namespace aie4::array {
namespace {

using namespace core;
using bench::ns;

constexpr std::uint64_t kLow = compute(0, 0);
constexpr std::uint64_t kHigh = compute(0, 1);
constexpr std::uint64_t kAccumulatorControl = 0xA'1060;
constexpr std::uint32_t kStreamIn = 1U << 10;
constexpr std::uint32_t kStreamOut = 1U << 12;
constexpr std::uint32_t kCascadeIn = 1U << 14;
constexpr std::uint32_t kCascadeOut = 1U << 15;

struct Bench : CoreBench {
  using CoreBench::CoreBench;

  /// core -> South 0 of the high tile -> North 0 of the low tile -> its core's port `port`.
  void connect(unsigned port) {
    write(kHigh + 0xB'4018, kEnable | 0);  // South_0 from aie_core_0.
    enable_subordinate(kHigh, TileKind::Compute, "aie_core_0");
    write(kLow + 0xB'4000 + 4 * port, kEnable | 17);  // aie_core_N from North_0.
    enable_subordinate(kLow, TileKind::Compute, "north_0");
  }
  void fill(std::uint64_t tile, std::uint32_t bytes) {
    for (std::uint32_t offset = 0; offset < bytes; offset += 4) write(tile + offset, offset * 2'654'435'761U + 7);
  }
  [[nodiscard]] std::uint32_t wrong(std::uint64_t tile, std::uint32_t bytes) {
    std::uint32_t count = 0;
    for (std::uint32_t offset = 0; offset < bytes; offset += 4) {
      if (read(tile + offset) != offset * 2'654'435'761U + 7) ++count;
    }
    return count;
  }
  [[nodiscard]] const ResourceUse& use(const std::string& name) const {
    const auto row = std::ranges::find(resources.rows(), name, &ResourceUse::name);
    REQUIRE(row != resources.rows().end());
    return *row;
  }
};

TEST_CASE("Words go from core to core through the switches, a beat in each cycle") {
  const std::uint32_t bytes = GENERATE(4U, 60U, 64U, 4096U, 65536U);
  const unsigned port = GENERATE(0U, 1U);
  CAPTURE(bytes, port);
  const FreshKernel kernel;
  Bench bench(1);
  bench.connect(port);
  bench.fill(kHigh, bytes);
  bench.load(kLow, CoreBench::image({transfer(CoreOpcode::GetStream, 0, port), done()}, {{0xE'0000, bytes}}));
  bench.enable(kLow);
  bench::run(ns(10));
  CHECK(bench.status(kLow) == (1 | kStreamIn));
  const double cycles = bench.cycles_of(
      kHigh, CoreBench::image({transfer(CoreOpcode::PutStream, 0, 0, true), done()}, {{0xE'0000, bytes}}));
  const std::uint32_t beats = (bytes + 63) / 64;
  CHECK(cycles == beats + 1);
  REQUIRE(bench::run_until([&] { return bench.is_done(kLow); }));
  CHECK(bench.wrong(kLow, bytes) == 0);
  CHECK(bench.text().empty());
  CHECK(bench.use("column 0/compute tile 2/core").busy == ns(beats + 1));
  CHECK(bench.use("column 0/compute tile 2/core").stalled[static_cast<std::size_t>(WaitReason::Stream)] > ns(10));
}

TEST_CASE("A core whose words nobody takes stands still when the FIFOs are full") {
  Bench bench(1);
  bench.connect(0);
  bench.load(kHigh, CoreBench::image({transfer(CoreOpcode::PutStream, 0), done()}, {{0xE'0000, 65536}}));
  bench.enable(kHigh);
  bench::run(ns(10'000));
  CHECK(bench.status(kHigh) == (1 | kStreamOut));
  CHECK(bench.waits.hang_report().size() == 1);
  bench.load(kLow, CoreBench::image({transfer(CoreOpcode::GetStream, 0), done()}, {{0xE'0000, 65536}}));
  bench.enable(kLow);
  REQUIRE(bench::run_until([&] { return bench.is_done(kLow); }));
  bench::run(ns(100));
  CHECK(bench.is_done(kHigh));
}

TEST_CASE("Several gets take what one put sent, in order") {
  Bench bench(1);
  bench.connect(0);
  bench.fill(kHigh, 1024);
  bench.load(
      kLow, CoreBench::image({loop(4), transfer(CoreOpcode::GetStream, 0), next(0), end(), done()}, {{0xE'0000, 256}}));
  compute::CoreProgram program{.name = "four"};
  program.rings = {{"r", {{0xE'0000, 256}, {0xE'0100, 256}, {0xE'0200, 256}, {0xE'0300, 256}}}};
  program.instructions = {loop(4), transfer(CoreOpcode::GetStream, 0), next(0), end(), done()};
  bench.load(kLow, CoreBench::encoded(program));
  bench.enable(kLow);
  (void)bench.cycles_of(kHigh,
                        CoreBench::image({transfer(CoreOpcode::PutStream, 0, 0, true), done()}, {{0xE'0000, 1024}}));
  REQUIRE(bench::run_until([&] { return bench.is_done(kLow); }));
  CHECK(bench.wrong(kLow, 1024) == 0);
}

TEST_CASE("A reset ends a core's wait for a stream at either end") {
  Bench bench(1);
  bench.load(kHigh, CoreBench::image({transfer(CoreOpcode::PutStream, 0), done()}, {{0xE'0000, 64}}));
  bench.load(kLow, CoreBench::image({transfer(CoreOpcode::GetStream, 0), done()}, {{0xE'0000, 64}}));
  for (const std::uint64_t tile : {kHigh, kLow}) {
    bench.enable(tile);
    bench::run(ns(20));
    CHECK((bench.status(tile) & (kStreamIn | kStreamOut)) != 0);
    bench.write(tile + kCoreControl, 2);
    bench::run(ns(5));
    CHECK(bench.status(tile) == 2);
    bench.write(tile + kCoreControl, 0);
  }
  bench.connect(0);
  bench.enable(kLow);
  bench.enable(kHigh);
  bench::run(ns(100));
  CHECK(bench.is_done(kLow));
  CHECK(bench.is_done(kHigh));
}

TEST_CASE("The cascade carries 512 bits a cycle southwards") {
  Bench bench(1);
  bench.fill(kHigh, 4096);
  bench.load(kLow, CoreBench::image({transfer(CoreOpcode::GetCascade, 0), done()}, {{0xE'0000, 4096}}));
  bench.enable(kLow);
  bench::run(ns(10));
  CHECK(bench.status(kLow) == (1 | kCascadeIn));
  CHECK(bench.cycles_of(kHigh, CoreBench::image({transfer(CoreOpcode::PutCascade, 0), done()}, {{0xE'0000, 4096}})) ==
        65);
  bench::run(ns(2));
  CHECK(bench.is_done(kLow));  // A beat is there one cycle after it was sent, and takes one.
  CHECK(bench.wrong(kLow, 4096) == 0);
  CHECK(bench.use("column 0/compute tile 2/core").stalled[static_cast<std::size_t>(WaitReason::Cascade)] == ns(11));
}

TEST_CASE("The cascade goes east if both ends are told so") {
  Bench bench(2);
  const std::uint64_t east = compute(1, 1);
  bench.fill(kHigh, 640);
  bench.write(kHigh + kAccumulatorControl, 2);
  bench.write(east + kAccumulatorControl, 1);
  bench.load(east, CoreBench::image({transfer(CoreOpcode::GetCascade, 0), done()}, {{0xE'0000, 640}}));
  bench.enable(east);
  (void)bench.cycles_of(kHigh, CoreBench::image({transfer(CoreOpcode::PutCascade, 0), done()}, {{0xE'0000, 640}}));
  bench::run(ns(5));
  CHECK(bench.is_done(east));
  CHECK(bench.wrong(east, 640) == 0);
}

TEST_CASE("A cascade that nobody reads holds two beats and then its sender") {
  Bench bench(1);
  bench.load(kHigh, CoreBench::image({transfer(CoreOpcode::PutCascade, 0), done()}, {{0xE'0000, 256}}));
  bench.enable(kHigh);
  bench::run(ns(100));
  CHECK(bench.status(kHigh) == (1 | kCascadeOut));
  bench.load(kLow, CoreBench::image({transfer(CoreOpcode::GetCascade, 0), done()}, {{0xE'0000, 128}}));
  bench.enable(kLow);
  bench::run(ns(10));
  CHECK(bench.is_done(kLow));
  CHECK(bench.is_done(kHigh));  // The next two have room.
}

TEST_CASE("A cascade into a memory tile halts the core") {
  Bench bench(1);
  bench.load(kLow, CoreBench::image({transfer(CoreOpcode::PutCascade, 0), done()}, {{0xE'0000, 64}}));
  bench.enable(kLow);
  bench::run(ns(10));
  CHECK(bench.status(kLow) == (1 | kErrorHalt));
  CHECK(bench.count(FaultCategory::GuestError, "came none in the south") == 1);
}

const std::vector<std::byte> kStartsDma =
    CoreBench::image({{.opcode = CoreOpcode::Write, .offset = 0xA'CE14, .value = 3}, done()});

TEST_CASE("A core starts its tile's DMA over the processor bus") {
  Bench bench(1);
  bench.write(kLow + 0xA'3060, 1);
  bench.write_words(kLow + 0xA'C060, {1, 0, 0x1'0000, 1, 1, 1U << 18});  // BD 3: a word; gives lock 0.
  bench.write(kLow + 0xB'4000, kEnable | 1);                             // aie_core_0 from dma_0.
  bench.enable_subordinate(kLow, TileKind::Compute, "dma_0");
  CHECK(bench.cycles_of(kLow, kStartsDma) == 9);
  bench::run(ns(100));
  CHECK(bench.lock(kLow, 0) == 1);
  CHECK(bench.text().empty());
}

TEST_CASE("A core that uses a processor bus that is off halts with an error") {
  Bench bench(1);
  bench.load(kLow, kStartsDma);
  bench.enable(kLow);
  bench::run(ns(20));
  CHECK(bench.status(kLow) == (1 | kErrorHalt));
  CHECK(bench.count(FaultCategory::GuestError, "expected core_processor_bus.Enable before a write over it") == 1);
}

TEST_CASE("A register that is not there leaves SLVERR in the processor bus") {
  Bench bench(1);
  bench.write(kLow + 0xA'3060, 1);
  (void)bench.cycles_of(kLow,
                        CoreBench::image({{.opcode = CoreOpcode::Write, .offset = 0x4'0000, .value = 3}, done()}));
  CHECK(bench.read(kLow + 0xA'3060) == 5);
}

}  // namespace
}  // namespace aie4::array
