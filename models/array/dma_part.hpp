// SPDX-License-Identifier: Apache-2.0
// The DMA of a tile at its registers, and what it tells the tile.
// Source: AIE4 tile-array notes 2.3.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "models/array/dma_client.hpp"
#include "models/array/dma_engine.hpp"
#include "models/array/register_part.hpp"
#include "models/array/tile_control.hpp"

namespace aie4::array {

class DmaPart : public RegisterPart, public DmaClient {
 public:
  /// Called for every event of a channel; empty: nobody listens.
  std::function<void(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at)> on_event;

  /// `token_units`: tile control by half; both outlive the part.
  DmaPart(const Environment& environment, TileId tile, DmaMemory& memory, const LockSpace& locks,
          std::array<TileControl*, 2> token_units);

  [[nodiscard]] DmaEngine& engine() { return engine_; }

  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;

  void dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at) override;
  bool issue_token(unsigned channel, const TaskToken& token) override;

  /// dma_event_channel_selection: which channel feeds the events Sel0 and Sel1 of the half. Memory tiles.
  [[nodiscard]] std::uint32_t event_selection(registers::Half half) const {
    return event_selection_[static_cast<std::size_t>(half)];
  }

 private:
  [[nodiscard]] unsigned channel_of(std::uint8_t code, const registers::RegisterRef& ref) const;
  [[nodiscard]] std::optional<unsigned> channel_by_name(std::string_view name) const;

  TileKind kind_;
  std::array<TileControl*, 2> token_units_;
  DmaEngine engine_;
  std::array<std::uint32_t, 2> event_selection_{};
};

}  // namespace aie4::array
