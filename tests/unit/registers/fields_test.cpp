// SPDX-License-Identifier: Apache-2.0
// Fields against register values of real control code (AIE4 tile-array notes 2.2, 2.3, 4.2).
#include <array>
#include <cstdint>

#include "models/registers/array/registers.hpp"
#include "models/registers/generated/compute_fields.hpp"
#include "models/registers/generated/memory_fields.hpp"
#include "models/registers/generated/shim_fields.hpp"
#include "tests/support/catch.hpp"

using namespace aie4::registers;

TEST_CASE("A memory-tile descriptor of real control code reads as documented") {
  namespace bd = memory::dma_s2mm_bd;
  const std::array<std::uint32_t, 11> words = {0x0081BB60, 0xFE003700, 0x1DA00BB7, 0x140,      0x20,      1,
                                               1,          0,          0,          0x01600400, 0x0C000000};
  CHECK(get(bd::Base_Address, words) == 0x81BB60);
  CHECK(get(bd::Buffer_Length, words) == 0x3700);
  CHECK(get(bd::Lock_Acq_ID, words) == 474);
  CHECK(get_signed(bd::Lock_Acq_Value, words) == -1);
  CHECK(get(bd::Lock_Acq_Enable, words) == 1);
  CHECK(get(bd::Lock_Rel_ID, words) == 475);
  CHECK(get_signed(bd::Lock_Rel_Value, words) == 1);
  CHECK(get(bd::D1_Stepsize, words) == 0x140);
  CHECK(get(bd::D2_Stepsize, words) == 0x20);
  CHECK(get(bd::D0_Wrap, words) == 32);
  CHECK(get(bd::D1_Wrap, words) == 44);
  CHECK(get(bd::Next_BD, words) == 1);
  CHECK(get(bd::Use_Next_BD, words) == 1);
}

TEST_CASE("A compute-tile descriptor of real control code reads as documented") {
  namespace bd = compute::dma_bd;
  const std::array<std::uint32_t, 6> words = {0x1FE00004, 0, 0x00010000, 1, 1, 0x00043FE0};
  CHECK(get(bd::Base_Address, words) == 0x1FE0);
  CHECK(get(bd::Buffer_Length, words) == 4);
  CHECK(get(bd::D1_Stepsize, words) == 1);
  CHECK(get(bd::Lock_Acq_ID, words) == 0);
  CHECK(get(bd::Lock_Acq_Enable, words) == 1);
  CHECK(get_signed(bd::Lock_Acq_Value, words) == -1);
  CHECK(get(bd::Lock_Rel_ID, words) == 1);
  CHECK(get_signed(bd::Lock_Rel_Value, words) == 1);
}

TEST_CASE("A shim descriptor of real control code reads as documented") {
  namespace bd = shim::dma_bd;
  const std::array<std::uint32_t, 9> words = {0, 0x00735000, 0x400, 0x03000000, 0, 1, 1, 0x20000001, 0x400};
  CHECK(get(bd::Base_Address_Low, words) == 0x00735000 >> 2);
  CHECK(get(bd::Buffer_Length, words) == 0x400);
  CHECK(get(bd::Burst_Length, words) == 3);
  CHECK(get(bd::AxCACHE, words) == 2);
  CHECK(get(bd::D3_Stepsize, words) == 1);
  CHECK(get(bd::Iteration_Wrap, 0x21405B80U) == 5);
  CHECK(get(bd::Iteration_Stepsize, 0x21405B80U) == 0x5B80);
  CHECK(get(bd::Next_BD, 0x1C000001U) == 3);
}

TEST_CASE("Fields can be set and keep their neighbours") {
  namespace queue = shim::dma_s2mm_task_queue;
  std::uint32_t value = set(queue::Repeat_Count, 0, 5);
  value = set(queue::Start_BD_ID, value, 2);
  CHECK(value == 0x0005'0002);
  CHECK(set(queue::Start_BD_ID, 0xFFFF'FFFF, 0x13) == 0xFFFF'FFF3);
  CHECK(get(queue::Enable_Token_Issue, 0x8000'0000U) == 1);
  std::array<std::uint32_t, 9> words{};
  set(shim::dma_bd::Buffer_Length, words, 0xFFFF'FFFF);
  CHECK(words[2] == 0xFFFF'FFFF);
  set(shim::dma_bd::Packet_ID, words, 7);
  CHECK(words[8] == 7);
}

TEST_CASE("A field of a word that a descriptor does not have reads as 0") {
  const std::array<std::uint32_t, 2> words = {~0U, ~0U};
  CHECK(get(memory::dma_s2mm_bd::Next_BD, words) == 0);
  CHECK(get_signed(memory::dma_s2mm_bd::Lock_Rel_Value, std::span<const std::uint32_t>()) == 0);
}

TEST_CASE("A register knows which fields of its family it holds") {
  const auto word1 = lookup(TileKind::Memory, 0x8004);
  CHECK(word1->holds(memory::dma_s2mm_bd::Buffer_Length));
  CHECK_FALSE(word1->holds(memory::dma_s2mm_bd::Base_Address));
  CHECK(lookup(TileKind::Shim, 0x18554)->holds(shim::dma_mm2s_task_queue::Start_BD_ID));
  CHECK(memory::dma_s2mm_bd::Iteration_Current.confidence == Confidence::PositionUnknown);
  CHECK(memory::dma_s2mm_bd::Base_Address.confidence == Confidence::Executed);
}
