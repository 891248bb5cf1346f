// SPDX-License-Identifier: Apache-2.0
// What a hop costs and what the FIFOs on it hold, from the parameters stream.*. Cycles of the AIE clock; beats of the
// switch that they are in.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/common/parameters.hpp"

namespace aie4::array {

inline constexpr std::uint32_t kNarrowBeatWords = 1;

/// Words of a beat of the main switch: 16 (512 bits) in AIE4, 1 in AIE2.
[[nodiscard]] inline std::uint32_t wide_beat_words(const Parameters& parameters) {
  return static_cast<std::uint32_t>(parameters.stream_beat_words);
}

[[nodiscard]] constexpr std::uint32_t beats_of(std::uint32_t words, std::uint32_t beat_words) {
  return (words + beat_words - 1) / beat_words;
}

struct StreamTiming {
  std::uint32_t wide_beat;         ///< Words of a beat of the main switch.
  std::uint32_t local_hop;         ///< Through a switch, from a port of the tile to a port of the tile.
  std::uint32_t external_hop;      ///< Through a switch, if another tile is at either end.
  std::uint32_t link;              ///< From tile to tile, beside the switches.
  std::uint32_t arbitration;       ///< For each packet at each arbiter.
  std::uint32_t subordinate_fifo;  ///< Of a port of the tile.
  std::uint32_t manager_fifo;      ///< Of a port of the tile.
  std::uint32_t link_fifo;         ///< Of a link between tiles.
  std::uint32_t fifo_port;         ///< Of the FIFO ports.
  std::uint32_t burst_words;       ///< Whole beats.

  explicit StreamTiming(const Parameters& parameters)
      : wide_beat(wide_beat_words(parameters)),
        local_hop(narrow(parameters.stream_local_hop_cycles)),
        external_hop(narrow(parameters.stream_external_hop_cycles)),
        link(narrow(parameters.stream_link_cycles)),
        arbitration(narrow(parameters.stream_arbitration_cycles)),
        subordinate_fifo(narrow(parameters.stream_subordinate_fifo_beats)),
        manager_fifo(narrow(parameters.stream_manager_fifo_beats)),
        link_fifo(narrow(parameters.stream_link_fifo_beats)),
        fifo_port(narrow(parameters.stream_fifo_port_beats)),
        burst_words(std::max(wide_beat, narrow(parameters.stream_burst_bytes) / 4 / wide_beat * wide_beat)) {}

 private:
  [[nodiscard]] static std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
};

}  // namespace aie4::array
