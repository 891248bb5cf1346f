// SPDX-License-Identifier: Apache-2.0
// Events of a tile by number, and who hears of them.
#pragma once

#include <array>
#include <cstdint>

#include <systemc>

#include "models/array/dma/dma_client.hpp"

namespace aie4::array {

/// Numbers 0..255; 0 is no event.
class EventSet {
 public:
  void add(std::uint8_t event) {
    if (event != 0) bits_[event / 64] |= std::uint64_t{1} << event % 64;
  }
  void add(const EventSet& other) {
    for (std::size_t word = 0; word < bits_.size(); ++word) bits_[word] |= other.bits_[word];
  }
  [[nodiscard]] bool contains(std::uint8_t event) const { return (bits_[event / 64] >> event % 64 & 1U) != 0; }

 private:
  std::array<std::uint64_t, 4> bits_{};
};

class EventListener {
 public:
  virtual ~EventListener() = default;
  /// `at` may lie some time before or after the present: the length of a burst, or the way of a broadcast.
  virtual void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) = 0;
};

}  // namespace aie4::array
