// SPDX-License-Identifier: Apache-2.0
// Programs set whole stream switches. Numbers of registers: AIE4 register tables.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "sim/workload/array_registers.hpp"
#include "tests/support/catch.hpp"

namespace aie4::workload {
namespace {

using enum registers::PortGroup;

constexpr std::uint32_t kEnable = 1U << 31;

/// The word for a register, which has to be written once.
std::uint32_t word_at(const std::vector<RegisterWrite>& writes, std::uint32_t offset) {
  std::vector<std::uint32_t> found;
  for (const RegisterWrite& write : writes) {
    const std::uint32_t begin = write.address & 0xF'FFFFU;
    if (offset >= begin && offset < begin + 4 * write.words.size()) found.push_back(write.words[(offset - begin) / 4]);
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

std::size_t enabled(const std::vector<RegisterWrite>& writes) {
  std::size_t count = 0;
  for (const RegisterWrite& write : writes) {
    for (const std::uint32_t word : write.words) count += word >> 31U;
  }
  return count;
}

TEST_CASE("A compute tile's switch has the circuits of the program and no others") {
  const array::TileId tile = compute_tile(0, 1);
  const std::vector<Circuit> circuits = {{tile, {South, 0}, {Dma, 0}}, {tile, {South, 0}, {North, 0}}};
  const std::vector<RegisterWrite> writes = write_switch(tile, circuits);
  for (std::uint32_t port = 0; port < 32; ++port) {
    INFO("manager " << port);
    const bool used = port == 2 || port == 16;  // dma_0, north_0
    CHECK(word_at(writes, 0xB'4000 + 4 * port) == (used ? kEnable | 5 : 0));
  }
  for (std::uint32_t port = 0; port < 30; ++port) {
    INFO("subordinate " << port);
    CHECK(word_at(writes, 0xB'4100 + 4 * port) == (port == 5 ? kEnable : 0));  // south_0
  }
}

TEST_CASE("Of shim and memory tiles both halves are set") {
  for (const auto& [tile, manager, managers, subordinate, subordinates] :
       {std::tuple{shim_tile(2), 0x8000U, 16U, 0x8040U, 15U}, {memory_tile(1), 0x2'0000U, 15U, 0x2'0040U, 16U}}) {
    const std::vector<RegisterWrite> writes = write_switch(tile, {});
    CHECK(enabled(writes) == 0);
    for (const std::uint32_t half : {0U, 0x4'0000U}) {
      for (std::uint32_t port = 0; port < managers; ++port) CHECK(word_at(writes, half + manager + 4 * port) == 0);
      for (std::uint32_t port = 0; port < subordinates; ++port)
        CHECK(word_at(writes, half + subordinate + 4 * port) == 0);
    }
  }
  const std::vector<Circuit> circuits = {{memory_tile(1), {Dma, 5}, {North, 4}}};
  CHECK(enabled(write_switch(memory_tile(1), circuits)) == 2);
}

TEST_CASE("A circuit that there is not is a defect") {
  const array::TileId tile = shim_tile(0);
  CHECK_THROWS_AS(write_switch(tile, std::vector<Circuit>{{tile, {Dma, 0}, {Fifo, 0}}}), std::logic_error);
}

}  // namespace
}  // namespace aie4::workload
