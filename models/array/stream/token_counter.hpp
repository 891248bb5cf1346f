// SPDX-License-Identifier: Apache-2.0
// Where task-complete tokens end: the manager port uC of a shim half counts them for its microcontroller.
// Source: AIE4 tile-array notes 4.6; control-code notes, WAIT_TCTS.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/stream/packet.hpp"
#include "models/array/stream/stream_endpoint.hpp"

namespace aie4::array {

/// Tokens that arrived and that nobody took yet, by tile and actor. Never full [assumed].
class TokenCounter : public sc_core::sc_module, public StreamSink {
 public:
  SC_HAS_PROCESS(TokenCounter);
  /// `owner` for messages: "column 0/shim tile 0/uC A".
  TokenCounter(sc_core::sc_module_name name, const Environment& environment, std::string owner);

  /// Takes `count` tokens of that actor if so many have arrived. Logical row: 0 shim, then memory, then compute rows.
  [[nodiscard]] bool take(TileId tile, std::uint8_t actor, std::uint64_t count);
  [[nodiscard]] std::uint64_t waiting(TileId tile, std::uint8_t actor) const;
  [[nodiscard]] std::uint64_t received() const { return received_; }
  /// Forgets all tokens.
  void reset();

  /// Notified when tokens have arrived.
  sc_core::sc_event arrived;

  [[nodiscard]] std::uint32_t credit(std::uint32_t route_words) const override;
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t /*route_words*/) const override { return {}; }
  void deliver(const StreamBurst& burst) override;

 private:
  using Key = std::pair<std::uint16_t, std::uint8_t>;  // Column and row; actor.
  [[nodiscard]] static Key key(TileId tile, std::uint8_t actor) {
    return {static_cast<std::uint16_t>(tile.column << 8U | tile.row), actor};
  }
  void land();

  const Environment& environment_;
  std::string owner_;
  std::map<Key, std::uint64_t> counts_;
  std::uint64_t received_ = 0;
  bool inside_unit_ = false;  // The next word does not begin a TLAST unit.

  struct Flight {
    sc_core::sc_time at;
    std::uint32_t word = 0;
  };
  std::vector<Flight> flights_;  // Tokens whose beat has not arrived yet, in order.
  sc_core::sc_event due_;
};

}  // namespace aie4::array
