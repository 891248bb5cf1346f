// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/dma_registers.hpp"

#include <set>

#include "tests/support/catch.hpp"

namespace aie4::array {
namespace {

constexpr TileKind kTiles[] = {TileKind::Shim, TileKind::Memory, TileKind::Compute};

TEST_CASE("each tile has the channels, pools and actors of the inventory") {
  CHECK(dma_channels(TileKind::Compute).size() == 3);
  CHECK(dma_channels(TileKind::Memory).size() == 18);
  CHECK(dma_channels(TileKind::Shim).size() == 9);
  for (const TileKind tile : kTiles) {
    std::set<unsigned> actors;
    for (const DmaChannelInfo& channel : dma_channels(tile)) {
      actors.insert(channel.actor);
      CHECK(channel.pool < dma_pools(tile).size());
    }
    CHECK(actors.size() == dma_channels(tile).size());
  }
  const auto& last = dma_channels(TileKind::Memory)[dma_channel_index(TileKind::Memory, DmaDirection::Mm2s, 9)];
  CHECK(last.name == "MM2S_9");
  CHECK(last.actor == 26);
  CHECK(last.half == 1);
  const auto& control =
      dma_channels(TileKind::Shim)[dma_channel_index(TileKind::Shim, DmaDirection::Mm2s, 1, DmaRole::Control)];
  CHECK(control.actor == 17);
  CHECK(control.queue_depth == 8);
  CHECK(dma_pools(TileKind::Shim)[control.pool].bds == 8);
  CHECK_THROWS(dma_channel_index(TileKind::Compute, DmaDirection::Mm2s, 1));
}

TEST_CASE("the queue value of a public program is BD 2, six times, without a token") {
  CHECK(decode_task(0x0005'0002, 16) == DmaTask{false, 5, 2});
  CHECK(decode_task(0x8FFF'000F, 16) == DmaTask{true, 4095, 15});
  CHECK(encode_task({true, 4095, 15}) == 0x8FFF'000F);
}

TEST_CASE("half-B queues of the shim take BD ids 16 to 31 as well as 0 to 15") {
  CHECK(decode_task(0x11, 16).start_bd_id == 1);
  CHECK(decode_task(0x1, 16).start_bd_id == 1);
}

TEST_CASE("each control register has its fields where they belong") {
  const auto at = [](TileKind tile, DmaDirection direction, DmaRole role = DmaRole::Data) -> const DmaChannelInfo& {
    return dma_channels(tile)[dma_channel_index(tile, direction, 0, role)];
  };
  using enum DmaDirection;
  const std::uint32_t all = 0xFFFF'FFFF;
  CHECK(encode_control(TileKind::Compute, at(TileKind::Compute, S2mm),
                       decode_control(TileKind::Compute, at(TileKind::Compute, S2mm), all)) == 0x0003'FF0A);
  CHECK(encode_control(TileKind::Compute, at(TileKind::Compute, Mm2s),
                       decode_control(TileKind::Compute, at(TileKind::Compute, Mm2s), all)) == 0x0000'FF02);
  CHECK(encode_control(TileKind::Memory, at(TileKind::Memory, Mm2s),
                       decode_control(TileKind::Memory, at(TileKind::Memory, Mm2s), all)) == 0x0000'FF1E);
  CHECK(encode_control(TileKind::Shim, at(TileKind::Shim, S2mm),
                       decode_control(TileKind::Shim, at(TileKind::Shim, S2mm), all)) == 0x0003'FF4C);
  CHECK(encode_control(TileKind::Shim, at(TileKind::Shim, Mm2s),
                       decode_control(TileKind::Shim, at(TileKind::Shim, Mm2s), all)) == 0x0000'FF7C);
  CHECK(encode_control(TileKind::Shim, at(TileKind::Shim, S2mm, DmaRole::Trace),
                       decode_control(TileKind::Shim, at(TileKind::Shim, S2mm, DmaRole::Trace), all)) == 0x0000'FF04);
}

TEST_CASE("status words survive a round trip and idle is what control code polls for") {
  DmaStatusWord status;
  CHECK((encode_status(status) & kDmaBusyMask) == 0);
  status.cur_bd = 15;
  status.error_dm_access_to_unavail = true;
  status.task_queue_overflow = true;
  CHECK((encode_status(status) & kDmaBusyMask) == 0);
  CHECK(decode_status(encode_status(status)) == status);
  status = {};
  status.task_queue_size = 1;
  CHECK((encode_status(status) & kDmaBusyMask) != 0);
  status = {};
  status.channel_running = true;
  CHECK((encode_status(status) & kDmaBusyMask) == 1U << 19);
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    const std::uint32_t word = 1U << bit;
    const bool reserved = bit == 6 || bit == 7 || (bit >= 14 && bit <= 17) || bit == 25 || bit == 26 || bit == 31;
    CHECK(encode_status(decode_status(word)) == (reserved ? 0 : word));
  }
}

TEST_CASE("a count that is not valid reads as zero") {
  CHECK(encode_fot_count(TileKind::Memory, {}) == 0);
  CHECK(encode_fot_count(TileKind::Memory, {true, true, 5, 0x7F'FFFF}) == 0xC57F'FFFF);
  CHECK(encode_fot_count(TileKind::Shim, {true, false, 1, 0x7F'FFFF}) == 0x8103'FFFF);
}

}  // namespace
}  // namespace aie4::array
