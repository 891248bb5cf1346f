// SPDX-License-Identifier: Apache-2.0
// What ties the tiles of an array together.
#pragma once

#include "models/array/cycle_clock.hpp"
#include "models/array/event/event_network.hpp"
#include "models/array/stream/stream_network.hpp"

namespace aie4::array {

/// All of it outlives the tiles.
struct Fabric {
  StreamNetwork& streams;
  EventNetwork& events;
  const CycleClock& cycles;
};

}  // namespace aie4::array
