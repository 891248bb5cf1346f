// SPDX-License-Identifier: Apache-2.0
// MSI-X semantics of PCI Local Bus Specification 3.0, 6.8.2: what is delivered, what waits, what is lost.
#include "models/soc/msix_table.hpp"

#include <array>
#include <cstring>

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

struct Bench {
  explicit Bench(unsigned vectors = 16) : table(vectors) {
    table.deliver = [this](unsigned vector) { delivered.push_back(vector); };
  }
  MsixTable table;
  std::vector<unsigned> delivered;

  template <typename T>
  void write(std::uint64_t offset, T value) {
    table.write_table(offset, std::as_bytes(std::span(&value, 1)));
  }
  template <typename T>
  [[nodiscard]] T read(std::uint64_t offset) const {
    std::array<std::byte, sizeof(T)> data{};
    table.read_table(offset, data);
    T value{};
    std::memcpy(&value, data.data(), sizeof(T));
    return value;
  }
  [[nodiscard]] std::uint64_t pba(std::uint64_t offset = 0) const {
    std::array<std::byte, 8> data{};
    table.read_pba(offset, data);
    std::uint64_t value = 0;
    std::memcpy(&value, data.data(), 8);
    return value;
  }
  void mask(unsigned vector, bool masked) { write<std::uint32_t>(16 * vector + 12, masked ? 1 : 0); }
  void unmask_all() {
    for (unsigned vector = 0; vector < table.size(); ++vector) mask(vector, false);
  }
  void enable(bool function_masked = false, bool can_signal = true) {
    table.set_control(true, function_masked, can_signal);
  }
};

TEST_CASE("After reset every entry is zero but masked, and nothing is pending") {
  Bench bench(3);
  CHECK(bench.table.size() == 3);
  for (unsigned vector = 0; vector < 3; ++vector) {
    CHECK(bench.read<std::uint64_t>(16 * vector) == 0);
    CHECK(bench.read<std::uint32_t>(16 * vector + 8) == 0);
    CHECK(bench.read<std::uint32_t>(16 * vector + 12) == 1);
  }
  CHECK(bench.pba() == 0);
}

TEST_CASE("A free vector is delivered at once and never pends") {
  Bench bench;
  bench.unmask_all();
  bench.enable();
  bench.table.raise(3);
  bench.table.raise(3);
  CHECK(bench.delivered == std::vector<unsigned>{3, 3});
  CHECK(bench.pba() == 0);
}

TEST_CASE("A masked vector pends and is delivered once on unmasking, however often it was raised") {
  Bench bench;
  bench.enable();
  for (unsigned i = 0; i < 5; ++i) bench.table.raise(2);
  CHECK(bench.delivered.empty());
  CHECK(bench.pba() == 0b100);
  CHECK(bench.table.pending(2));
  bench.mask(2, false);
  CHECK(bench.delivered == std::vector<unsigned>{2});
  CHECK(bench.pba() == 0);
  bench.mask(2, true);
  bench.mask(2, false);
  CHECK(bench.delivered.size() == 1);
}

TEST_CASE("Masking one vector leaves the others alone") {
  Bench bench;
  bench.unmask_all();
  bench.enable();
  bench.mask(1, true);
  bench.table.raise(0);
  bench.table.raise(1);
  bench.table.raise(2);
  CHECK(bench.delivered == std::vector<unsigned>{0, 2});
  CHECK(bench.pba() == 0b10);
}

TEST_CASE("The function mask makes every vector pend, clearing it delivers the unmasked ones, lowest first") {
  Bench bench;
  bench.unmask_all();
  bench.mask(4, true);
  bench.enable(true);
  for (const unsigned vector : {9U, 4U, 1U, 9U}) bench.table.raise(vector);
  CHECK(bench.delivered.empty());
  CHECK(bench.pba() == ((1U << 9) | (1U << 4) | (1U << 1)));
  bench.enable(false);
  CHECK(bench.delivered == std::vector<unsigned>{1, 9});
  CHECK(bench.pba() == 1U << 4);
}

TEST_CASE("A vector pends while the function may not signal and goes out when it may") {
  Bench bench;
  bench.unmask_all();
  bench.enable(false, false);
  bench.table.raise(5);
  CHECK(bench.delivered.empty());
  CHECK(bench.pba() == 1U << 5);
  bench.enable(false, true);
  CHECK(bench.delivered == std::vector<unsigned>{5});
}

TEST_CASE("While MSI-X is disabled a vector is dropped, and disabling drops what pends") {
  Bench bench;
  bench.unmask_all();
  bench.table.raise(0);
  CHECK(bench.pba() == 0);
  bench.enable(true);
  bench.table.raise(1);
  CHECK(bench.pba() == 0b10);
  bench.table.set_control(false, true, true);
  CHECK(bench.pba() == 0);
  bench.enable();
  CHECK(bench.delivered.empty());
}

TEST_CASE("A vector beyond the table is dropped") {
  Bench bench(2);
  bench.unmask_all();
  bench.enable();
  bench.table.raise(2);
  bench.table.raise(0xFFFF'FFFF);
  CHECK(bench.delivered.empty());
  CHECK(bench.pba() == 0);
}

TEST_CASE("Masks that the host keeps itself count as clear, but the function mask does not") {
  Bench bench;
  bench.enable();
  bench.table.raise(3);
  CHECK(bench.pba() == 0b1000);
  bench.table.set_masks_held_by_host(true);
  CHECK(bench.delivered == std::vector<unsigned>{3});
  bench.table.raise(4);
  CHECK(bench.delivered == std::vector<unsigned>{3, 4});
  bench.enable(true);
  bench.table.raise(5);
  CHECK(bench.delivered.size() == 2);
  CHECK(bench.pba() == 1U << 5);
}

TEST_CASE("The table is written and read with any width") {
  Bench bench;
  bench.write<std::uint64_t>(16, 0x1122'3344'5566'7788);
  bench.write<std::uint32_t>(24, 0xAABB'CCDD);
  CHECK(bench.read<std::uint32_t>(16) == 0x5566'7788);
  CHECK(bench.read<std::uint32_t>(20) == 0x1122'3344);
  CHECK(bench.read<std::uint16_t>(26) == 0xAABB);
  bench.write<std::uint16_t>(18, 0xFFFF);
  bench.write<std::uint8_t>(16, 0);
  CHECK(bench.read<std::uint64_t>(16) == 0x1122'3344'FFFF'7700);
}

TEST_CASE("Unmasking works through a byte, a word and the second half of a quadword") {
  for (const unsigned width : {1U, 4U, 8U}) {
    INFO("width " << width);
    Bench bench;
    bench.enable();
    bench.table.raise(1);
    if (width == 1) bench.write<std::uint8_t>(16 + 12, 0);
    if (width == 4) bench.write<std::uint32_t>(16 + 12, 0);
    if (width == 8) bench.write<std::uint64_t>(16 + 8, 0xFEE0'0000);
    CHECK(bench.delivered == std::vector<unsigned>{1});
  }
}

TEST_CASE("Writing address and data of a masked vector does not let it out") {
  Bench bench;
  bench.enable();
  bench.table.raise(0);
  bench.write<std::uint64_t>(0, 0xFEE0'0000);
  bench.write<std::uint32_t>(8, 0x40);
  CHECK(bench.delivered.empty());
  CHECK(bench.table.pending(0));
}

TEST_CASE("Beyond the end the table reads zero and swallows writes, also when an access starts inside") {
  Bench bench(1);
  bench.write<std::uint64_t>(12, 0xFFFF'FFFF'0000'0000);
  CHECK(bench.read<std::uint32_t>(12) == 0);
  CHECK(bench.read<std::uint64_t>(12) == 0);
  CHECK(bench.read<std::uint32_t>(16) == 0);
  bench.write<std::uint32_t>(1'000'000, 1);
  CHECK(bench.read<std::uint64_t>(0) == 0);
}

TEST_CASE("The pending bits of more than eight vectors are found byte by byte") {
  Bench bench(64);
  bench.enable();
  for (const unsigned vector : {0U, 7U, 8U, 33U, 63U}) bench.table.raise(vector);
  CHECK(bench.pba() == ((1ULL << 63) | (1ULL << 33) | (1U << 8) | (1U << 7) | 1U));
  std::array<std::byte, 1> byte{};
  bench.table.read_pba(4, byte);
  CHECK(byte[0] == std::byte{0b10});
  CHECK(bench.pba(8) == 0);
}

TEST_CASE("A reset masks every vector and forgets what pends, whatever the configuration space says meanwhile") {
  Bench bench;
  bench.unmask_all();
  bench.enable(true);
  bench.table.raise(1);
  bench.write<std::uint64_t>(32, ~0ULL);
  bench.table.reset();
  CHECK(bench.pba() == 0);
  CHECK(bench.read<std::uint64_t>(32) == 0);
  CHECK(bench.read<std::uint32_t>(12) == 1);
  bench.enable();
  bench.table.raise(1);
  CHECK(bench.delivered.empty());
}

}  // namespace
}  // namespace aie4
