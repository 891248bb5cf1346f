// SPDX-License-Identifier: Apache-2.0
// What holds for any sequence of configuration accesses of any size at any place. The sequences are pseudo-random with
// a fixed seed: std::mt19937 gives the same numbers everywhere.
#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/pci/fakes.hpp"

namespace aie4::pci::test {

namespace {

constexpr unsigned kRounds = 3000;
constexpr std::size_t kSpace = ConfigSpace::kSize;

/// A random access; most are small and near a structure, as those of a driver.
struct Access {
  std::uint32_t offset = 0;
  std::vector<std::byte> data;

  explicit Access(std::mt19937& random) {
    const auto pick = [&random](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    const bool near = pick(4) != 0;
    offset = near ? pick(0x140) : pick(kSpace);
    const std::uint32_t most = near && pick(4) != 0 ? 8 : static_cast<std::uint32_t>(kSpace);
    data.resize(1 + pick(std::min(most, static_cast<std::uint32_t>(kSpace) - offset)));
    for (std::byte& byte : data) byte = static_cast<std::byte>(random());
  }
};

std::vector<std::byte> everything(const PciFunction& function) {
  std::vector<std::byte> image(kSpace);
  function.config().read(0, image);
  return image;
}

/// Bits that no write may ever change: neither writable nor write-1-to-clear.
std::vector<std::byte> read_only_bits(const FunctionShape& shape) {
  std::vector<std::byte> mask(kSpace, std::byte{0xFF});
  for (const ConfigRegister& reg : config_layout(shape)) {
    for (unsigned byte = 0; byte < reg.size; ++byte)
      mask[reg.offset + byte] = static_cast<std::byte>(~((reg.writable | reg.write_one_to_clear) >> (8 * byte)));
  }
  return mask;
}

}  // namespace

TEST_CASE("No write of any size changes a read-only bit") {
  const FunctionShape shape = GENERATE(pf_shape(), vf_shape(), static_vf_shape());
  std::mt19937 random(1);
  Bench bench(shape);
  const std::vector<std::byte> mask = read_only_bits(shape);
  const std::vector<std::byte> reset = everything(bench.function);
  bool changed = false;
  for (unsigned round = 0; round < kRounds; ++round) {
    const Access access(random);
    bench.function.config_write(access.offset, access.data);
    const std::vector<std::byte> now = everything(bench.function);
    changed = changed || now != reset;
    for (std::size_t at = 0; at < kSpace; ++at) {
      if ((now[at] & mask[at]) == (reset[at] & mask[at])) continue;
      FAIL("round " << round << ": read-only bits at " << at << " changed");
    }
  }
  CHECK(changed);
}

TEST_CASE("A read of any size is composed of the reads of its bytes and touches nothing beside them") {
  std::mt19937 random(2);
  Bench bench;
  for (unsigned round = 0; round < kRounds; ++round) {
    Access access(random);
    bench.function.config_write(access.offset, access.data);
    const Access look(random);
    std::vector<std::byte> wide(look.data.size() + 2, std::byte{0xA5});
    bench.function.config_read(look.offset, std::span(wide).subspan(1, look.data.size()));
    REQUIRE(wide.front() == std::byte{0xA5});
    REQUIRE(wide.back() == std::byte{0xA5});
    for (std::size_t index = 0; index < look.data.size(); ++index) {
      std::byte narrow{};
      bench.function.config_read(look.offset + static_cast<std::uint32_t>(index), {&narrow, 1});
      if (narrow != wide[index + 1]) FAIL("round " << round << ", offset " << look.offset + index);
    }
    bench.log.clear();
  }
}

TEST_CASE("A write of any size does what the writes of its bytes do, side effects included") {
  std::mt19937 random(3);
  Bench wide;
  Bench narrow;
  unsigned resets = 0;
  unsigned enabled = 0;
  for (unsigned round = 0; round < kRounds; ++round) {
    const Access access(random);
    // Random NumVFs are hardly ever valid: offer a valid one now and then.
    if (round % 8 == 0) {
      for (Bench* bench : {&wide, &narrow}) {
        bench->set_config(config::kSriovControl, 0, 2);
        bench->set_config(config::kNumVfs, 1 + round % 4, 2);
        bench->set_config(config::kSriovControl, 9, 2);
      }
    }
    wide.clear();
    narrow.clear();
    wide.function.config_write(access.offset, access.data);
    for (std::size_t index = 0; index < access.data.size(); ++index)
      narrow.function.config_write(access.offset + static_cast<std::uint32_t>(index), {&access.data[index], 1});
    if (everything(wide.function) != everything(narrow.function)) FAIL("round " << round);
    REQUIRE(wide.function.vf_count() == narrow.function.vf_count());
    enabled += wide.function.vf_count() > 0 ? 1U : 0U;
    const auto count = [](const Log& log, const char* line) { return std::count(log.begin(), log.end(), line); };
    const auto flr = count(wide.log, "backend flr");
    REQUIRE(flr == count(narrow.log, "backend flr"));
    resets += flr > 0 ? 1U : 0U;
  }
  // The walk came by the places that matter.
  CHECK(resets > 50);
  CHECK(enabled > 50);
}

TEST_CASE("The backend always knows the interrupt control and the VFs that configuration space shows") {
  std::mt19937 random(4);
  Bench bench;
  InterruptControl told;
  unsigned vfs = 0;
  bench.backend.on_virtual_functions = [&vfs](unsigned count) {
    CHECK(count != vfs);
    vfs = count;
  };
  for (unsigned round = 0; round < kRounds; ++round) {
    const Access access(random);
    if (round % 8 == 0) bench.set_config(config::kNumVfs, 1 + round % 4, 2);
    bench.backend.controls.clear();
    bench.function.config_write(access.offset, access.data);
    for (const InterruptControl& control : bench.backend.controls) {
      CHECK_FALSE(control == told);  // Only changes are told.
      told = control;
    }
    const ConfigSpace& config = bench.function.config();
    CHECK(told == InterruptControl{.msix_enabled = config.msix_enabled(),
                                   .function_masked = config.msix_function_masked(),
                                   .can_signal = config.bus_master_enabled() && config.in_d0()});
    CHECK(vfs == bench.function.vf_count());
    CHECK(vfs <= 4);
    bench.log.clear();
  }
}

}  // namespace aie4::pci::test
