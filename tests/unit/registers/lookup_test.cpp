// SPDX-License-Identifier: Apache-2.0
// Offsets to families, names and back. Expected offsets: AIE4 tile-array notes, by section.
#include <array>
#include <map>
#include <set>
#include <string>

#include "models/registers/array/events.hpp"
#include "models/registers/array/registers.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace aie4::registers;

constexpr std::array kKinds = {TileKind::Shim, TileKind::Memory, TileKind::Compute};
constexpr aie4::array::Geometry kNpu3;

/// Every element of a family, as index values, called with its offset by the strides of the data.
template <class Visit>
void for_each_element(const Family& family, const Visit& visit) {
  std::array<unsigned, 4> counts{1, 1, 1, 1};
  for (std::size_t i = 0; i < family.dimensions.size(); ++i) counts[i] = family.dimensions[i].count;
  for (unsigned half = 0; half < (family.has_b ? 2U : 1U); ++half) {
    for (unsigned n = 0; n < counts[0] * counts[1] * counts[2] * counts[3]; ++n) {
      std::array<unsigned, 4> indices{};
      unsigned rest = n;
      std::uint32_t offset = family.offset + half * kHalfB;
      bool present = true;
      for (std::size_t i = family.dimensions.size(); i-- > 0;) {
        const Dimension& dimension = family.dimensions[i];
        indices[i] = rest % counts[i];
        rest /= counts[i];
        offset += indices[i] * dimension.stride;
        const auto labels = half != 0 ? dimension.labels_b : dimension.labels_a;
        present &= labels.empty() || labels[indices[i]] != "-";
      }
      visit(offset, static_cast<Half>(half), indices, present);
    }
  }
}

}  // namespace

TEST_CASE("Every register is found at its offset, and its name leads back to it") {
  for (const TileKind kind : kKinds) {
    std::size_t registers = 0;
    std::map<std::string, std::uint32_t> names;
    for (std::size_t number = 0; number < families(kind).size(); ++number) {
      const Family& family = families(kind)[number];
      for_each_element(family, [&](std::uint32_t offset, Half half, const auto& indices, bool present) {
        if (!present) return;
        ++registers;
        const auto ref = lookup(kind, offset);
        REQUIRE(ref);
        INFO(family.name << " at " << std::hex << offset);
        REQUIRE(ref->number == number);
        REQUIRE(ref->family == &family);
        REQUIRE(ref->half == half);
        REQUIRE(ref->byte == 0);
        for (std::size_t i = 0; i < 4; ++i) REQUIRE(ref->indices[i] == indices[i]);
        REQUIRE(ref->offset() == offset);
        REQUIRE(ref->name().find_first_of("{}") == std::string::npos);
        REQUIRE(names.emplace(ref->name(), offset).second);
        const auto last = lookup(kind, offset + family.size - 1);
        REQUIRE(last);
        REQUIRE(last->family == &family);
        REQUIRE(last->byte == family.size - 1);
        REQUIRE(last->offset() == offset + family.size - 1);
      });
    }
    CHECK(registers > 1000);
    std::size_t checked = 0;
    for (const auto& [name, offset] : names) {
      if (checked++ % 7 != 0) continue;  // a search takes a while
      REQUIRE(offset_by_name(kind, name) == offset);
    }
  }
}

TEST_CASE("No two registers of a tile overlap") {
  for (const TileKind kind : kKinds) {
    std::map<std::uint32_t, std::uint32_t> ends;
    for (const Family& family : families(kind)) {
      for_each_element(family, [&](std::uint32_t offset, Half, const auto&, bool present) {
        if (present) REQUIRE(ends.emplace(offset, offset + family.size).second);
      });
    }
    std::uint32_t end = 0;
    for (const auto& [offset, next] : ends) {
      REQUIRE(offset >= end);
      end = next;
    }
  }
}

TEST_CASE("Offsets agree with the documents") {
  // 2.2 and 2.3
  CHECK(offset_of(MemoryRegister::dma_s2mm_bd, Half::A, 0, 0, 0) == 0x8000);
  CHECK(offset_of(MemoryRegister::dma_s2mm_bd, Half::B, 0, 0, 0) == 0x48000);  // S2MM 4
  CHECK(offset_of(MemoryRegister::dma_s2mm_bd, Half::B, 3, 15, 10) == 0x48000 + 3 * 0x300 + 15 * 0x30 + 40);
  CHECK(offset_of(MemoryRegister::dma_mm2s_bd, Half::A, 4, 1, 9) == 0x8C00 + 4 * 0x300 + 0x30 + 36);
  CHECK(offset_of(MemoryRegister::dma_s2mm_start_queue, Half::A, 3) == 0x9E1C);
  CHECK(offset_of(MemoryRegister::dma_mm2s_status, Half::B, 4) == 0x49F10);
  CHECK(offset_of(ShimRegister::dma_s2mm_task_queue) == 0x18544);
  CHECK(offset_of(ShimRegister::dma_s2mm_task_queue, Half::B) == 0x58544);
  CHECK(offset_of(ShimRegister::dma_trace_s2mm_status) == 0x18574);
  CHECK(offset_of(ShimRegister::dma_bd, Half::B, 1, 8) == 0x58050);
  CHECK(offset_of(ShimRegister::dma_control_mm2s_bd, Half::A, 7, 1) == 0x18300 + 7 * 0x30 + 4);
  CHECK(offset_of(ComputeRegister::dma_bd, Half::A, 15, 5) == 0xAC1F4);
  CHECK(offset_of(ComputeRegister::dma_s2mm_status, Half::A, 1) == 0xACF04);
  // 3
  CHECK(offset_of(MemoryRegister::lock_value, Half::B, 31) == 0x501F0);
  CHECK(offset_of(ShimRegister::lock_request, Half::B) == 0x54000);
  CHECK(offset_of(ComputeRegister::locks_underflow) == 0xAE130);
  // 4.2, 4.5, 4.6
  CHECK(offset_of(ShimRegister::stream_switch_32b_manager_config, Half::A, 0) == 0x8190);  // uC
  CHECK(offset_of(ComputeRegister::stream_switch_manager_config, Half::A, 30) == 0xB4078);
  CHECK(offset_of(ComputeRegister::tile_control_packet_handler_status) == 0xB4F10);
  // 5, 6, 9
  CHECK(offset_of(ComputeRegister::pc_event, Half::A, 9) == 0xA3044);
  CHECK(offset_of(ShimRegister::uc_module_aximm_offset, Half::B) == 0x6C030);
  CHECK(offset_of(ShimRegister::column_clock_control) == 0xE0090);
}

TEST_CASE("Names of half B follow the hardware's numbering") {
  CHECK(name_of(TileKind::Memory, 0x48000) == "dma_s2mm_4_bd0_0");
  CHECK(name_of(TileKind::Memory, 0x48C00 + 0x30) == "dma_mm2s_6_bd1_0");
  CHECK(name_of(TileKind::Memory, 0x10) == "performance_reset_4_5");
  CHECK(name_of(TileKind::Memory, 0x40010) == "performance_reset_10_11");
  CHECK(name_of(TileKind::Memory, 0xA0 + 60) == "event_broadcast_a_15");
  CHECK(name_of(TileKind::Memory, 0x400A0) == "event_broadcast_b_0");
  CHECK(name_of(TileKind::Shim, 0x58544) == "dma_s2mm_1_task_queue");
  CHECK(name_of(TileKind::Shim, 0x58000 + 15 * 0x30 + 0x20) == "dma_bd31_8");
  CHECK(name_of(TileKind::Shim, 0x48190) == "stream_switch_32b_manager_config_ucontroller_1");
  CHECK(name_of(TileKind::Shim, 0x48078) == "stream_switch_subordinate_config_32b_switch_1");
  CHECK(name_of(TileKind::Memory, 0x60180) == "stream_switch_deterministic_merge_arb4_subordinate0_1");
  CHECK(name_of(TileKind::Shim, 0x5C01C) == "interrupt_controller_status_b");
  CHECK(name_of(TileKind::Compute, 0xAE010) == "lock1_value");
}

TEST_CASE("Holes, ends and odd bytes of the map are not taken for registers") {
  CHECK_FALSE(lookup(TileKind::Shim, 0x10));
  CHECK_FALSE(lookup(TileKind::Shim, 0xF'FFFC));
  CHECK_FALSE(lookup(TileKind::Memory, 0x8000 + 0x2C));          // after word 10
  CHECK_FALSE(lookup(TileKind::Memory, 0x400EC));                // west blocking of half B
  CHECK_FALSE(lookup(TileKind::Shim, 0x48194));                  // narrow west port of half B
  CHECK_FALSE(lookup(TileKind::Memory, 0x10'0000 + 0x40'0000));  // after the window of the data memory
  CHECK_FALSE(lookup(TileKind::Compute, 0xFFFF'FFFF));
  CHECK(lookup(TileKind::Memory, 0x10'0000 + 0x3F'FFFF)->name() == "datamemory+0x3FFFFF");
  CHECK(lookup(TileKind::Compute, 0xAC002)->byte == 2);
  CHECK(name_of(TileKind::Shim, 0x10) == "0x00010");
  CHECK_FALSE(offset_by_name(TileKind::Shim, "lock32_value"));
  CHECK_FALSE(offset_by_name(TileKind::Shim, ""));
}

TEST_CASE("Addresses are described by column, tile and register") {
  CHECK(describe(0x1'8544, kNpu3) == "column 0 shim dma_s2mm_0_task_queue");
  CHECK(describe(0x10'9ED0, kNpu3) == "column 0 memory tile 1 dma_s2mm_status_0");
  CHECK(describe(0x206B'4078, kNpu3) == "array 0x206B4078 (no tile)");
  CHECK(describe(0x26B'4078, kNpu3) == "column 1 compute tile 2 stream_switch_manager_config_tile_ctrl_0");
  CHECK(describe(0x20'0040, kNpu3) == "column 0 memory tile 1 datamemory+0x40");
  CHECK(describe(0x90'0004, kNpu3) == "column 0 compute tile 5 datamemory+0x4");
}

TEST_CASE("Events have numbers and names") {
  CHECK(static_cast<int>(ShimEvent::dma_s2mm_0_finished_bd) == 50);
  CHECK(static_cast<int>(MemoryEvent::user_event_7) == 201);
  CHECK(static_cast<int>(ComputeEvent::group_errors_0) == 86);
  CHECK(event_name(TileKind::Shim, 255) == "user_event_7");
  CHECK(event_name(TileKind::Compute, 59).empty());
  CHECK(event_by_name(TileKind::Memory, "true") == 1);
  CHECK(event_by_name(TileKind::Memory, "conflict_dm_bank_23") == 161);
  CHECK_FALSE(event_by_name(TileKind::Memory, "conflict_dm_bank_24"));
  CHECK_FALSE(event_by_name(TileKind::Memory, ""));
}
