// SPDX-License-Identifier: Apache-2.0
// Which port of the array a sender or a receiver sits at.
#pragma once

#include <cstdint>
#include <optional>

#include "models/array/geometry.hpp"

namespace aie4::registers {
enum class Switch : std::uint8_t;
}

namespace aie4::array {

/// Senders sit at subordinates (inputs of a switch), receivers at managers (outputs).
struct StreamPortAddress {
  TileId tile;
  registers::Switch which{};  ///< The 512-bit or the 32-bit switch of the tile.
  std::uint8_t port = 0;      ///< Physical id.

  friend constexpr bool operator==(const StreamPortAddress&, const StreamPortAddress&) = default;
};

/// Subordinate of MM2S channel 0..: 1 in compute, 10 in memory, 4 in shim tiles. None: there is no such channel.
[[nodiscard]] std::optional<StreamPortAddress> mm2s_port(const Geometry& geometry, TileId tile, unsigned channel);
/// Manager of S2MM channel 0..: 2 in compute, 8 in memory, 2 in shim tiles.
[[nodiscard]] std::optional<StreamPortAddress> s2mm_port(const Geometry& geometry, TileId tile, unsigned channel);
/// Shim tiles: subordinate of the control MM2S of half 0 or 1; manager of the trace S2MM.
[[nodiscard]] std::optional<StreamPortAddress> control_mm2s_port(const Geometry& geometry, TileId tile, unsigned half);
[[nodiscard]] std::optional<StreamPortAddress> trace_s2mm_port(const Geometry& geometry, TileId tile);
/// Compute tiles: manager through which the core gets words (index 0, 1), subordinate into which it puts them (0).
[[nodiscard]] std::optional<StreamPortAddress> core_in_port(const Geometry& geometry, TileId tile, unsigned index);
[[nodiscard]] std::optional<StreamPortAddress> core_out_port(const Geometry& geometry, TileId tile);
/// Of half 0 or 1: manager tile_ctrl of the 512-bit switch (control packets come in), subordinate tile_ctrl of the
/// 32-bit switch (responses and tokens go out), manager uC of the 32-bit switch of a shim tile (tokens end).
[[nodiscard]] std::optional<StreamPortAddress> tile_control_in_port(const Geometry& geometry, TileId tile,
                                                                    unsigned half);
[[nodiscard]] std::optional<StreamPortAddress> tile_control_out_port(const Geometry& geometry, TileId tile,
                                                                     unsigned half);
[[nodiscard]] std::optional<StreamPortAddress> token_port(const Geometry& geometry, TileId tile, unsigned half);

}  // namespace aie4::array
