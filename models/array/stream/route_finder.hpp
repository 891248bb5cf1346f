// SPDX-License-Identifier: Apache-2.0
// Follows the configuration of the switches from a sender to all receivers. Only reads it, and spends no time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/array/stream/stream_network.hpp"
#include "models/array/stream/stream_route.hpp"
#include "models/registers/array/streams.hpp"

namespace aie4::array {

class RouteFinder {
 public:
  explicit RouteFinder(StreamNetwork& network) : network_(network) {}

  /// Fills in `route`. `first_word`: of the packet; none: not known (yet).
  void find(const StreamPortAddress& from, std::optional<std::uint32_t> first_word, Route& route);

 private:
  /// Beats that arrive at a subordinate.
  struct Arrival {
    StreamPortAddress at;
    std::uint32_t cycles = 0;
    std::uint32_t fifo_words = 0;
    bool header_dropped = false;
  };

  void enter(const Arrival& arrival);
  void enter_circuit(const Arrival& arrival);
  void enter_packet(const Arrival& arrival);
  void leave(const Arrival& arrival, unsigned manager, bool packet);
  void tap(const StreamPortAddress& port, registers::PortDirection direction, std::uint32_t cycles);
  void close(Route::Blame blame, const char* problem, const StreamPortAddress& at, registers::PortDirection direction);

  [[nodiscard]] std::optional<StreamPortAddress> far_end(const StreamPortAddress& manager);
  [[nodiscard]] std::uint8_t link_index(const StreamPortAddress& port, registers::PortDirection direction);
  [[nodiscard]] std::optional<std::uint8_t> link_port(TileId tile, registers::Switch which, registers::PortGroup group,
                                                      unsigned index);
  [[nodiscard]] bool closed() const { return route_->state != Route::State::Open; }

  StreamNetwork& network_;
  Route* route_ = nullptr;
  std::optional<std::uint32_t> first_word_;
  std::vector<StreamPortAddress> visited_;
};

}  // namespace aie4::array
