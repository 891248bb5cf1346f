// SPDX-License-Identifier: Apache-2.0
// Registers: any width at any alignment, access rights, side effects once, unknown offsets by name.
#include "models/common/register_file.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

constexpr std::uint32_t kA = 0x00;
constexpr std::uint32_t kB = 0x04;
constexpr std::uint32_t kReadOnly = 0x08;
constexpr std::uint32_t kWriteOnly = 0x0C;
constexpr std::uint32_t kHole = 0x10;
constexpr RegisterInfo kRegisters[] = {
    {"A", kA, 0x1122'3344},
    {"B", kB, 0x5566'7788},
    {"RO", kReadOnly, 0xAABB'CCDD, RegisterAccess::ReadOnly},
    {"WO", kWriteOnly, 0, RegisterAccess::WriteOnly},
};
constexpr RegisterBlock kBlock{"TEST", 0x20, kRegisters};

struct Bench {
  std::vector<Diagnostic> seen;
  Diagnostics diagnostics{[this](const Diagnostic& diagnostic) { seen.push_back(diagnostic); }};
  RegisterFile file{kBlock, "pf TEST", diagnostics};

  template <typename T>
  T read(std::uint64_t offset) {
    std::array<std::byte, sizeof(T)> data{};
    file.read(offset, data);
    T value{};
    std::memcpy(&value, data.data(), sizeof(T));
    return value;
  }
  template <typename T>
  void write(std::uint64_t offset, T value) {
    file.write(offset, std::as_bytes(std::span(&value, 1)));
  }
};

TEST_CASE("Registers start at the reset values of the table and return to them") {
  Bench bench;
  CHECK(bench.read<std::uint32_t>(kA) == 0x1122'3344);
  bench.write<std::uint32_t>(kA, 1);
  bench.file.set(kReadOnly, 2);
  CHECK(bench.file.value(kA) == 1);
  bench.file.reset();
  CHECK(bench.read<std::uint32_t>(kA) == 0x1122'3344);
  CHECK(bench.read<std::uint32_t>(kReadOnly) == 0xAABB'CCDD);
}

TEST_CASE("Reads of any width and alignment are composed of the registers they touch") {
  Bench bench;
  CHECK(bench.read<std::uint8_t>(kA) == 0x44);
  CHECK(bench.read<std::uint8_t>(kA + 3) == 0x11);
  CHECK(bench.read<std::uint16_t>(kA + 1) == 0x2233);
  CHECK(bench.read<std::uint16_t>(kA + 3) == 0x8811);
  CHECK(bench.read<std::uint32_t>(kA + 2) == 0x7788'1122);
  CHECK(bench.read<std::uint64_t>(kA) == 0x5566'7788'1122'3344);
}

TEST_CASE("A narrow write keeps the other bytes of the register") {
  Bench bench;
  bench.write<std::uint8_t>(kA + 1, 0xEE);
  CHECK(bench.file.value(kA) == 0x1122'EE44);
  bench.write<std::uint16_t>(kA + 3, 0xBBAA);
  CHECK(bench.file.value(kA) == 0xAA22'EE44);
  CHECK(bench.file.value(kB) == 0x5566'77BB);
  bench.write<std::uint64_t>(kA, 0x0102'0304'0506'0708);
  CHECK(bench.file.value(kA) == 0x0506'0708);
  CHECK(bench.file.value(kB) == 0x0102'0304);
}

TEST_CASE("A read-only register ignores writes of the bus and keeps what the device stores") {
  Bench bench;
  unsigned calls = 0;
  bench.file.on_write(kReadOnly, [&](std::uint32_t) { ++calls; });
  bench.write<std::uint32_t>(kReadOnly, 1);
  bench.write<std::uint8_t>(kReadOnly + 2, 1);
  CHECK(calls == 0);
  CHECK(bench.read<std::uint32_t>(kReadOnly) == 0xAABB'CCDD);
  bench.file.set(kReadOnly, 7);
  CHECK(bench.read<std::uint32_t>(kReadOnly) == 7);
  CHECK(bench.seen.empty());
}

TEST_CASE("A write-only register reads as zero, whatever was written") {
  Bench bench;
  unsigned reads = 0;
  bench.file.on_read(kWriteOnly, [&] {
    ++reads;
    return 5U;
  });
  bench.write<std::uint32_t>(kWriteOnly, 0xFFFF'FFFF);
  CHECK(bench.read<std::uint32_t>(kWriteOnly) == 0);
  CHECK(reads == 0);
  CHECK(bench.file.value(kWriteOnly) == 0xFFFF'FFFF);
}

TEST_CASE("Side effects happen once for each register that an access touches") {
  Bench bench;
  std::vector<std::pair<char, std::uint32_t>> writes;
  unsigned reads = 0;
  bench.file.on_write(kA, [&](std::uint32_t value) {
    CHECK(bench.file.value(kA) == value);  // Stored before the handler runs.
    writes.emplace_back('A', value);
  });
  bench.file.on_write(kB, [&](std::uint32_t value) { writes.emplace_back('B', value); });
  bench.file.on_read(kA, [&] {
    ++reads;
    return 0xCAFE'F00D;
  });
  bench.write<std::uint8_t>(kA, 0x99);
  bench.write<std::uint64_t>(kA, 0x2'0000'0001);
  bench.write<std::uint16_t>(kA + 3, 0);
  CHECK(writes ==
        std::vector<std::pair<char, std::uint32_t>>{{'A', 0x1122'3399}, {'A', 1}, {'B', 2}, {'A', 1}, {'B', 0}});
  CHECK(bench.read<std::uint64_t>(kA) == 0xCAFE'F00D);
  CHECK(bench.read<std::uint16_t>(kA + 2) == 0xCAFE);
  CHECK(reads == 2);
}

TEST_CASE("Storing and looking from the device side has no side effects") {
  Bench bench;
  unsigned calls = 0;
  bench.file.on_write(kA, [&](std::uint32_t) { ++calls; });
  bench.file.on_read(kA, [&] {
    ++calls;
    return 0U;
  });
  bench.file.set(kA, 3);
  CHECK(bench.file.value(kA) == 3);
  bench.file.reset();
  CHECK(calls == 0);
}

TEST_CASE("An offset that the table does not know reads zero and is named by block, offset and direction") {
  Bench bench;
  CHECK(bench.read<std::uint32_t>(kHole) == 0);
  bench.write<std::uint32_t>(kHole + 4, 1);
  REQUIRE(bench.seen.size() == 2);
  CHECK(bench.seen[0].came == "TEST offset 0x10");
  CHECK(bench.seen[0].where == "pf TEST read");
  CHECK(bench.seen[1].came == "TEST offset 0x14");
  CHECK(bench.seen[1].where == "pf TEST write");
  const auto burndown = bench.diagnostics.burndown();
  REQUIRE(burndown.size() == 2);
  CHECK(burndown[0].kind == "register");
}

TEST_CASE("An access that is half known does the known half") {
  Bench bench;
  bench.write<std::uint32_t>(kWriteOnly, 0);
  bench.write<std::uint64_t>(kWriteOnly, 0x9'0000'0008);
  CHECK(bench.file.value(kWriteOnly) == 8);
  CHECK(bench.diagnostics.burndown().size() == 1);
}

TEST_CASE("A TLM transaction is served in both directions and never fails") {
  Bench bench;
  std::uint32_t value = 0x42;
  tlm::tlm_generic_payload payload;
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  payload.set_address(kB);
  payload.set_write();
  bench.file.serve(payload);
  CHECK(payload.is_response_ok());
  CHECK(bench.file.value(kB) == 0x42);
  payload.set_read();
  payload.set_address(kHole);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  bench.file.serve(payload);
  CHECK(payload.is_response_ok());
  CHECK(value == 0);
}

TEST_CASE("Fields are cut out of a register by position and width") {
  CHECK(extract(0x8123'4567, {"low", 0, 24}) == 0x23'4567);
  CHECK(extract(0x8123'4567, {"top", 31, 1}) == 1);
  CHECK(extract(0x8123'4567, {"all", 0, 32}) == 0x8123'4567);
  CHECK(kBlock.find(0x08)->name == "RO");
  CHECK(kBlock.find(0x09) == nullptr);
}

}  // namespace
}  // namespace aie4
