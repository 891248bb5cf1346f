// SPDX-License-Identifier: Apache-2.0
// Tile controls with registers that only remember, on a network of switches.
#pragma once

#include <map>

#include "models/array/stream/tile_control.hpp"
#include "models/array/stream/token_counter.hpp"
#include "tests/unit/array/stream/stream_bench.hpp"

namespace aie4::array {

/// Accepts every address below `end`.
struct RememberingRegisters : TileRegisters {
  struct Write {
    std::uint32_t offset;
    std::uint32_t value;
    sc_core::sc_time time;
  };
  std::vector<Write> writes;
  std::map<std::uint32_t, std::uint32_t> values;
  std::uint32_t end = 0x10'0000;
  std::uint32_t errors = 0;
  unsigned reads = 0;

  [[nodiscard]] std::optional<std::uint32_t> read32(std::uint32_t offset) override {
    ++reads;
    if (offset >= end) return std::nullopt;
    return values[offset];
  }
  [[nodiscard]] bool write32(std::uint32_t offset, std::uint32_t value) override {
    if (offset >= end) return false;
    values[offset] = value;
    writes.push_back({offset, value, now()});
    return true;
  }
  void control_packet_error(unsigned /*half*/, std::uint32_t bits) override { errors |= bits; }
};

struct ControlBench : StreamBench {
  struct Tile {
    RememberingRegisters registers;
    std::unique_ptr<TileControl> control;
  };
  std::deque<Tile> tiles;

  using StreamBench::StreamBench;

  Tile& tile_control(TileId tile, unsigned half = 0) {
    Tile& made = tiles.emplace_back();
    const Geometry& geometry = network->geometry();
    made.control = std::make_unique<TileControl>(
        fmt::format("control{}", tiles.size()).c_str(), environment,
        fmt::format("{}/tile control {}", tile_name(geometry, tile), half == 0 ? 'A' : 'B'), tile, half,
        network->source(tile_control_out_port(geometry, tile, half).value()), made.registers);
    network->attach(tile_control_in_port(geometry, tile, half).value(), *made.control);
    return made;
  }
  StreamSource& control_mm2s(TileId tile, unsigned half = 0) {
    return network->source(control_mm2s_port(network->geometry(), tile, half).value());
  }
};

/// A control packet that writes `data` from `address` on.
inline std::vector<std::uint32_t> write_packet(std::uint32_t address, const std::vector<std::uint32_t>& data) {
  std::vector<std::uint32_t> words{
      encode(ControlHeader{.address = address, .words = static_cast<std::uint8_t>(data.size())})};
  words.insert(words.end(), data.begin(), data.end());
  return words;
}

inline std::vector<std::uint32_t> read_packet(std::uint32_t address, unsigned words, unsigned id) {
  return {encode(ControlHeader{.address = address,
                               .words = static_cast<std::uint8_t>(words),
                               .operation = ControlOperation::Read,
                               .response_id = static_cast<std::uint8_t>(id)})};
}

inline void append(std::vector<std::uint32_t>& words, const std::vector<std::uint32_t>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

}  // namespace aie4::array
