// SPDX-License-Identifier: Apache-2.0
// The DMA of a tile at its registers, and what it tells the tile.
// Source: AIE4 tile-array notes 2.3.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "models/array/dma/dma_client.hpp"
#include "models/array/dma/dma_engine.hpp"
#include "models/array/tile/register_part.hpp"

namespace aie4::array {

class DmaPart : public RegisterPart, public DmaClient {
 public:
  /// Called for every event of a channel; empty: nobody listens.
  std::function<void(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at)> on_event;

  /// Takes a token into the queue of the half's tile control; false: it is full, see DmaEngine::token_queue_drained().
  std::function<bool(unsigned half, const TaskToken& token)> on_token;

  /// `memory` and `locks` outlive the part.
  DmaPart(const Environment& environment, TileId tile, DmaMemory& memory, const LockSpace& locks);

  [[nodiscard]] DmaEngine& engine() { return engine_; }

  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  [[nodiscard]] const sc_core::sc_event* not_before(std::uint8_t code, const registers::RegisterRef& ref,
                                                    std::uint32_t mask, std::uint32_t wanted) override;
  void reset(registers::Half half) override;

  void dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at) override;
  bool issue_token(unsigned channel, const TaskToken& token) override;

  /// dma_event_channel_selection of the halves: which channels feed the events Sel0 and Sel1. Memory tiles.
  [[nodiscard]] const std::array<std::uint32_t, 2>& event_selections() const { return event_selections_; }

 private:
  [[nodiscard]] unsigned channel_of(std::uint8_t code, const registers::RegisterRef& ref) const;
  [[nodiscard]] std::optional<unsigned> channel_by_name(std::string_view name) const;

  TileKind kind_;
  DmaEngine engine_;
  std::array<std::uint32_t, 2> event_selections_{};
};

}  // namespace aie4::array
