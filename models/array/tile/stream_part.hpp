// SPDX-License-Identifier: Apache-2.0
// The stream switches of a tile at its registers, and its isolation from neighbours.
// Source: AIE4 tile-array notes 4.2; isolation: section 9.
#pragma once

#include <cstdint>

#include "models/array/fabric.hpp"
#include "models/array/tile/register_part.hpp"

namespace aie4::array {

class StreamPart : public RegisterPart {
 public:
  StreamPart(const Fabric& fabric, TileId tile) : network_(fabric.streams), events_(fabric.events), tile_(tile) {}

  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  /// The ports of the half are switched off.
  void reset(registers::Half half) override;
  void power_off() override;

 private:
  void isolate(std::uint32_t sides);

  StreamNetwork& network_;
  EventNetwork& events_;
  TileId tile_;
  std::uint32_t isolation_ = 0;
};

}  // namespace aie4::array
