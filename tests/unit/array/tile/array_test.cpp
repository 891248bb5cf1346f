// SPDX-License-Identifier: Apache-2.0
// The array through its socket: memories, locks, registers without behaviour, holes, resets.
#include "models/array/array.hpp"

#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {
namespace {

using bench::ns;
using bench::settle;

// Typed in a second time on purpose.
constexpr std::uint64_t kColumn = 1ULL << 25;
constexpr std::uint64_t kMemory = 0x10'0000;
constexpr std::uint64_t kMemoryData = 0x20'0000;
constexpr std::uint64_t kCompute = 0x60'0000;  // Logical row 2.
constexpr std::uint64_t kHalfB = 0x4'0000;

struct Bench : Surroundings {
  std::unique_ptr<Array> array;
  bench::Initiator master{"master"};

  explicit Bench(std::uint64_t columns = 3) {
    parameters.columns = columns;
    array = std::make_unique<Array>("array", environment, clock);
    master.socket.bind(array->masters);
    settle();
  }
  [[nodiscard]] std::uint32_t read(std::uint64_t address) { return master.read(address); }
  void write(std::uint64_t address, std::uint32_t value) { master.write(address, value); }
};

TEST_CASE("Every memory of every tile holds bursts of any size and alignment") {
  Bench bench;
  std::vector<std::byte> data(5000);
  for (std::size_t index = 0; index < data.size(); ++index) data[index] = static_cast<std::byte>(index * 7);
  for (const std::uint64_t address : {kMemoryData + 1, kMemoryData + 0x30'0000 - 5000, 2 * kColumn + kCompute + 3,
                                      kCompute + 0x10'0000 + 0x1'0000, kColumn + kCompute + 0x8'0000}) {
    INFO("address " << address);
    bench.master.access(tlm::TLM_WRITE_COMMAND, address, data);
    CHECK(bench.master.ok());
    CHECK(bench.master.delay == ns(60));
    std::vector<std::byte> back(data.size());
    bench.master.access(tlm::TLM_READ_COMMAND, address, back);
    CHECK(back == data);
  }
  CHECK(bench.seen.empty());
}

TEST_CASE("Beyond the end of a memory there is an error and nothing is written") {
  Bench bench;
  std::vector<std::byte> data(16, std::byte{0xFF});
  for (const std::uint64_t address : {kMemoryData + 0x30'0000 - 8, kCompute + 0x2'0000 - 8, kCompute + 0x8'8000 - 8}) {
    INFO("address " << address);
    bench.master.access(tlm::TLM_WRITE_COMMAND, address, data);
    CHECK(bench.master.status == tlm::TLM_GENERIC_ERROR_RESPONSE);
    CHECK(bench.read(address) == 0);
    CHECK(bench.master.ok());
  }
  CHECK(bench.read(kMemoryData + 0x30'0000) == 0);
  CHECK_FALSE(bench.master.ok());
  CHECK(bench.count(FaultCategory::Unmodelled, "column 0/memory tile 1") == 1);
}

TEST_CASE("Locks are registers in every tile and half, and are requested by reading") {
  Bench bench;
  struct Place {
    std::uint64_t values;
    std::uint64_t window;
    unsigned locks;
  };
  for (const Place& place :
       {Place{kCompute + 0xA'E000, kCompute + 0xB'0000, 16}, Place{kMemory + 0x1'0000, kMemory + 0x1'8000, 32},
        Place{kMemory + kHalfB + 0x1'0000, kMemory + kHalfB + 0x1'8000, 32},
        Place{kColumn + 0x1'0000, kColumn + 0x1'4000, 16},
        Place{kColumn + kHalfB + 0x1'0000, kColumn + kHalfB + 0x1'4000, 16}}) {
    INFO("values at " << place.values);
    for (unsigned lock = 0; lock < place.locks; ++lock) bench.write(place.values + 0x10 * lock, lock + 1);
    for (unsigned lock = 0; lock < place.locks; ++lock) {
      REQUIRE(bench.read(place.values + 0x10 * lock) == lock + 1);
      const std::uint64_t acquire = place.window + 0x400 * lock + 0x200;
      const std::uint64_t release = place.window + 0x400 * lock;
      REQUIRE(bench.read(acquire + (((-64) & 0x7F) << 2)) == 0);
      REQUIRE(bench.read(acquire + (((-1) & 0x7F) << 2)) == 1);  // At least 1.
      REQUIRE(bench.read(place.values + 0x10 * lock) == lock);
      REQUIRE(bench.read(release + (5 << 2)) == 1);
      REQUIRE(bench.read(acquire + ((lock + 4) << 2)) == 0);
      REQUIRE(bench.read(acquire + ((lock + 5) << 2)) == 1);  // Equal.
      REQUIRE(bench.read(place.values + 0x10 * lock) == 0);
    }
  }
  CHECK(bench.seen.empty());
}

TEST_CASE("Overflow and underflow are sticky registers of one bit a lock") {
  Bench bench;
  const std::uint64_t window = kMemory + kHalfB + 0x1'8000;
  CHECK(bench.read(window + 0x400 * 31 + (((-1) & 0x7F) << 2)) == 1);
  CHECK(bench.read(kMemory + kHalfB + 0x1'0230) == 0x8000'0000);
  CHECK(bench.read(kMemory + 0x1'0230) == 0);
  bench.write(kMemory + kHalfB + 0x1'0000, 63);
  CHECK(bench.read(window + (1 << 2)) == 1);
  CHECK(bench.read(kMemory + kHalfB + 0x1'0220) == 1);
  bench.write(kMemory + kHalfB + 0x1'0230, 0x8000'0000);
  CHECK(bench.read(kMemory + kHalfB + 0x1'0230) == 0);
  CHECK(bench.read(kMemory + kHalfB + 0x1'0220) == 1);
}

TEST_CASE("A register without behaviour is stored, counted and named, loudly if it should do something") {
  Bench bench;
  bench.write(kCompute + 0x9'5560, 0);  // sp, the core's stack pointer: 0 asks for nothing.
  CHECK(bench.seen.empty());
  bench.write(kCompute + 0x9'5560, 0x1);
  CHECK(bench.read(kCompute + 0x9'5560) == 0x1);
  bench.write(kCompute + 0xE'0034, 0xF);  // medium_grained_clock_gating_control: nobody can tell.
  CHECK(bench.read(kCompute + 0xE'0034) == 0xF);
  CHECK(bench.read(kCompute + 0x10'0000 + 0x9'5560) == 0);  // Of another tile.
  CHECK(bench.count(FaultCategory::Unmodelled, "compute tile sp") == 1);
  CHECK(bench.seen.size() == 1);
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
  for (const auto& entry : bench.diagnostics.burndown()) counts[{entry.kind, entry.name}] = entry.count;
  CHECK(counts[{"register", "compute tile sp"}] == 3);
  CHECK(counts[{"stored register", "compute tile sp"}] == 1);
  CHECK(counts[{"stored register", "compute tile medium_grained_clock_gating_control"}] == 2);
}

TEST_CASE("Holes read zero, answer with an error and are named, so are narrow accesses to registers") {
  Bench bench;
  CHECK(bench.read(kCompute + 0x4'0000) == 0);
  CHECK(bench.master.status == tlm::TLM_GENERIC_ERROR_RESPONSE);
  bench.write(2 * kColumn + 0x8'0000, 1);
  CHECK(bench.master.status == tlm::TLM_GENERIC_ERROR_RESPONSE);
  bench.master.write<std::uint8_t>(kMemory + 0x1'0000, 1);
  CHECK(bench.master.status == tlm::TLM_GENERIC_ERROR_RESPONSE);
  CHECK(bench.read(kMemory + 0x1'0000) == 0);
  CHECK(bench.count(FaultCategory::Unmodelled, "compute tile 0x40000") == 1);
  CHECK(bench.count(FaultCategory::Unmodelled, "shim 0x80000") == 1);
  for (const std::uint64_t address : {3 * kColumn, kColumn - 4, std::uint64_t{1} << 40}) {
    INFO("address " << address);
    CHECK(bench.read(address) == 0);
    CHECK(bench.master.status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  CHECK(bench.count(FaultCategory::GuestError,
                    "expected an address in one of 3 columns, came array address 0x6000000") == 1);
}

TEST_CASE("A burst over registers writes each of them") {
  Bench bench;
  std::vector<std::uint32_t> values(16);
  std::iota(values.begin(), values.end(), 10U);
  bench.master.access(tlm::TLM_WRITE_COMMAND, kMemory + 0x1'0000, std::as_writable_bytes(std::span(values).first(1)));
  CHECK(bench.master.ok());
  // Lock values lie 16 bytes apart; what is between is a hole.
  bench.master.access(tlm::TLM_WRITE_COMMAND, kMemory + 0x1'0000, std::as_writable_bytes(std::span(values)));
  CHECK_FALSE(bench.master.ok());
  CHECK(bench.read(kMemory + 0x1'0000) == 10);
  CHECK(bench.read(kMemory + 0x1'0010) == 14);
  CHECK(bench.read(kMemory + 0x1'0020) == 18);
  CHECK(bench.read(kMemory + 0x1'0030) == 22);
}

TEST_CASE("The reset of a half of a column resets its locks and keeps memories") {
  Bench bench;
  bench.write(0xE'00A0, 0);
  for (const std::uint64_t half : {std::uint64_t{0}, kHalfB}) {
    bench.write(kMemory + half + 0x1'0000, 5);
    bench.write(half + 0x1'0000, 6);
  }
  bench.write(kCompute + 0xA'E000, 7);
  bench.write(kMemoryData, 0x1234);
  bench.write(kColumn + kMemory + 0x1'0000, 8);
  bench.write(0xE'00A0, 2);
  CHECK(bench.read(kMemory + kHalfB + 0x1'0000) == 0);
  CHECK(bench.read(kHalfB + 0x1'0000) == 0);
  CHECK(bench.read(kMemory + 0x1'0000) == 5);
  CHECK(bench.read(0x1'0000) == 6);
  CHECK(bench.read(kCompute + 0xA'E000) == 7);
  bench.write(0xE'00A0, 3);
  CHECK(bench.read(kMemory + 0x1'0000) == 0);
  CHECK(bench.read(kCompute + 0xA'E000) == 0);
  CHECK(bench.read(kMemoryData) == 0x1234);
  CHECK(bench.read(kColumn + kMemory + 0x1'0000) == 8);
  bench.array->power_off();
  CHECK(bench.read(kMemoryData) == 0);
  CHECK(bench.read(kColumn + kMemory + 0x1'0000) == 0);
}

TEST_CASE("Zeroise clears a memory and clears itself when it is done") {
  Bench bench;
  const auto fill = [&](std::uint64_t address, std::size_t bytes) {
    std::vector<std::byte> ones(bytes, std::byte{0xFF});
    bench.master.access(tlm::TLM_WRITE_COMMAND, address, ones);
  };
  fill(kCompute, 128 << 10);
  fill(kCompute + 0x8'0000, 32 << 10);
  bench.write(kCompute + 0xF'0030, 1);
  CHECK(bench.read(kCompute + 0x1'FFFC) == 0);
  CHECK(bench.read(kCompute + 0x8'7FFC) == 0xFFFF'FFFF);
  CHECK(bench.read(kCompute + 0xF'0030) == 1);
  bench.write(kCompute + 0xE'0080, 1);
  CHECK(bench.read(kCompute + 0x8'7FFC) == 0);
  bench::run(ns(512));  // 128 KiB in 8 banks of 32 bytes.
  CHECK(bench.read(kCompute + 0xF'0030) == 0);
  fill(kMemoryData, 3 << 20);
  bench.write(kMemory + 0xE'0064, 1);
  CHECK(bench.read(kMemoryData + 0x17'FFFC) == 0);
  CHECK(bench.read(kMemoryData + 0x18'0000) == 0xFFFF'FFFF);
  bench.write(kMemory + 0xE'0068, 1);
  CHECK(bench.read(kMemoryData + 0x2F'FFFC) == 0);
  bench::run(ns(2047));
  CHECK(bench.read(kMemory + 0xE'0068) == 1);
  bench::run(ns(1));
  CHECK(bench.read(kMemory + 0xE'0068) == 0);
}

TEST_CASE("An array of sixty columns has every tile in its place") {
  Bench bench(60);
  for (std::uint64_t column = 0; column < 60; ++column) {
    bench.write(column * kColumn + kMemoryData, static_cast<std::uint32_t>(column) + 1);
    bench.write(column * kColumn + 0x90'0000, static_cast<std::uint32_t>(column) + 100);  // Row 5.
  }
  for (std::uint64_t column = 0; column < 60; ++column) {
    REQUIRE(bench.read(column * kColumn + kMemoryData) == column + 1);
    REQUIRE(bench.read(column * kColumn + 0x90'0000) == column + 100);
  }
  CHECK(bench.seen.empty());
}

}  // namespace
}  // namespace aie4::array
