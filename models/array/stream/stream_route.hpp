// SPDX-License-Identifier: Apache-2.0
// What lies between a sender's subordinate port and the receivers that its words reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/array/stream/arbiter.hpp"
#include "models/array/stream/stream_endpoint.hpp"
#include "models/array/stream/stream_port.hpp"

namespace aie4::array {

struct PortUse;

/// Hears what happens at the ports that a half's event_port_selection names: the event logic of the tile. What is
/// neither running nor stalled is idle.
class StreamPortObserver {
 public:
  virtual ~StreamPortObserver() = default;
  /// Beats pass from `begin` to `end`, absolute, now or a little later; the first of them was ready to pass at `ready`
  /// and stood until `begin`. `tlast`: the last one carries TLAST. `event_port`: 0..7 of the half.
  virtual void port_passed(unsigned event_port, const sc_core::sc_time& ready, const sc_core::sc_time& begin,
                           const sc_core::sc_time& end, bool tlast) = 0;
};

/// All times are whole cycles of the AIE clock, from the sender's port on.
struct Route {
  struct Receiver {
    StreamSink* sink = nullptr;
    std::uint32_t cycles = 0;      ///< Until the first beat is there.
    std::uint32_t fifo_words = 0;  ///< What the FIFOs on the way to it hold.
    bool header_dropped = false;
  };
  /// In the order of the path; a packet takes them in that order.
  struct Crossing {
    Arbiter* arbiter = nullptr;
    std::uint8_t input = 0;
    std::uint32_t cycles = 0;  ///< Until the first beat can be arbitrated.
    bool contended = false;    ///< More than this input of the switch uses the arbiter.
  };
  struct Manager {
    PortUse* use = nullptr;
    std::uint32_t cycles = 0;
  };
  /// A port on the way whose events somebody watches.
  struct Tap {
    StreamPortObserver* observer = nullptr;
    std::uint8_t event_port = 0;
    std::uint32_t cycles = 0;
  };
  enum class State : std::uint8_t {
    Unresolved,
    Open,            ///< Words flow to `receivers`; there may be none, if all managers lead out of the array.
    NeedsFirstWord,  ///< A packet-switched input on the way: the route depends on the first word of the packet.
    Closed,          ///< Some port on the way is not configured to take or to pass the words: `problem`.
  };

  /// Who is to blame that a route is closed, if somebody is: words may simply come before the configuration.
  enum class Blame : std::uint8_t { Nobody, Guest, Unmodelled };

  State state = State::Unresolved;
  std::uint64_t generation = 0;  ///< Of the network's configuration.
  bool by_packet = false;        ///< Depends on the first word of the packet.
  std::uint32_t beat_words = 0;  ///< 16, or 1 if the narrow switch is used anywhere.
  std::vector<Receiver> receivers;
  std::vector<Crossing> crossings;
  std::vector<Manager> managers;
  std::vector<Tap> taps;
  // If Closed:
  Blame blame = Blame::Nobody;
  const char* problem = "";  ///< "no slot of the input takes this packet ID".
  std::string closed_at;     ///< "column 0/memory tile 1/stream switch/subordinate south_0".
};

}  // namespace aie4::array
