// SPDX-License-Identifier: Apache-2.0
#include "sim/host/elf/patch.hpp"

#include <array>
#include <span>

#include "tests/support/catch.hpp"

namespace aie4::host::elf {
namespace {

template <std::size_t N>
std::array<std::uint32_t, N> patched(PatchSchema schema, std::array<std::uint32_t, N> words, std::uint64_t value,
                                     std::uint32_t mask = 0) {
  apply(schema, std::as_writable_bytes(std::span(words)), value, mask);
  return words;
}

TEST_CASE("shim_dma_57_aie4 adds address and shim offset and keeps the upper bits of word 0") {
  // 0xF0000000'0 upper attribute bits, base 0x1'0000'1000.
  CHECK(patched<2>(PatchSchema::shim_dma_57_aie4, {0xFE00'0001, 0x1000}, 0x7'0000'0000) ==
        std::array<std::uint32_t, 2>{0xFE00'0008, 0x8000'1000});
}

TEST_CASE("shim_dma_57_aie4 carries into the upper word and wraps at 57 bits") {
  CHECK(patched<2>(PatchSchema::shim_dma_57_aie4, {0, 0x8000'0000}, 0) == std::array<std::uint32_t, 2>{1, 0});
  CHECK(patched<2>(PatchSchema::shim_dma_57_aie4, {0x01FF'FFFF, 0xFFFF'F000}, 0x1000) ==
        std::array<std::uint32_t, 2>{0, 0x8000'0000});
}

TEST_CASE("control_packet_57_aie4 patches the two words after the packet header") {
  CHECK(patched<3>(PatchSchema::control_packet_57_aie4, {0x1234, 0x0200'0001, 0x10}, 0x20) ==
        std::array<std::uint32_t, 3>{0x1234, 0x0200'0001, 0x8000'0030});
}

TEST_CASE("control_packet_48 keeps the upper bits of word 3 and the address aligned") {
  CHECK(patched<4>(PatchSchema::control_packet_48, {1, 2, 0x103, 0xABCD'E001}, 0x4) ==
        std::array<std::uint32_t, 4>{1, 2, 0x8000'0104, 0xABCD'E001});
}

TEST_CASE("shim_dma_48 adds to word 1 and the lower half of word 2") {
  CHECK(patched<3>(PatchSchema::shim_dma_48, {7, 0x8000'0000, 0xABCD'0000}, 0) ==
        std::array<std::uint32_t, 3>{7, 0, 0xABCD'0001});
}

TEST_CASE("address_64 overwrites and scalar_32 writes under its mask") {
  CHECK(patched<2>(PatchSchema::address_64, {~0U, ~0U}, 0x1'2345'6789) == std::array<std::uint32_t, 2>{0x2345'6789, 1});
  CHECK(patched<1>(PatchSchema::scalar_32, {0xAAAA'AAAA}, 0x1234'5678, 0xFFFF) ==
        std::array<std::uint32_t, 1>{0xAAAA'5678});
  CHECK(patched<1>(PatchSchema::scalar_32, {0xAAAA'AAAA}, 0x1234'5678, 0) == std::array<std::uint32_t, 1>{0xAAAA'AAAA});
}

TEST_CASE("rules of other generations and unassigned numbers do not apply") {
  CHECK(find_rule(2)->words == 0);
  CHECK(find_rule(7)->words == 0);
  CHECK_FALSE(find_rule(0));
  CHECK_FALSE(find_rule(12));
  CHECK(find_rule(6)->name == "shim_dma_57_aie4");
}

}  // namespace
}  // namespace aie4::host::elf
