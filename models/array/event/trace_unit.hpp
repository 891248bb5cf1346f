// SPDX-License-Identifier: Apache-2.0
// A trace unit: watches eight events between a start and a stop event and sends what it saw as packets into the 32-bit
// switch. Source: AIE4 tile-array notes 7.5.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/event/event_timer.hpp"
#include "models/array/event/event_unit.hpp"
#include "models/array/event/trace_encoder.hpp"
#include "models/array/stream/stream_source.hpp"

namespace aie4::array {

/// Event-time mode only; the other modes of core traces are reported as unmodelled. A packet is a header with the ID
/// and type of control1 and seven words of frames; the stop event fills up the last one.
///
/// Events come to light out of order by the length of a burst, so they are encoded some time after they happened.
class TraceUnit : public sc_core::sc_module, public RegisterPart, public EventListener {
 public:
  SC_HAS_PROCESS(TraceUnit);
  /// `index`: trace0 or trace1 of a compute tile, else 0. `owner`: "column 0/memory tile 1/trace A".
  TraceUnit(sc_core::sc_module_name name, const Environment& environment, std::string owner, TileId tile,
            registers::Half half, unsigned index, EventUnit& events, const EventTimer& timer, StreamSource& out);

  [[nodiscard]] bool owns(const registers::RegisterRef& ref) const override {
    return ref.half == half_ && ref.indices[0] == index_;
  }
  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  void reset(registers::Half half) override;
  void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) override;

 private:
  static constexpr unsigned kSlots = 8;

  enum class State : std::uint8_t { Idle, Running, Overrun };
  struct Sighting {
    std::uint64_t timer = 0;
    std::uint8_t slots = 0;
    EventPhase phase = EventPhase::Pulse;
  };

  void listen();
  void begin(const sc_core::sc_time& at);
  void end(const sc_core::sc_time& at);
  void encode_until(std::uint64_t timer);
  void advance_to(std::uint64_t timer);
  void hand_over();
  void send_packets();

  const Environment& environment_;
  std::string owner_;
  TileId tile_;
  registers::Half half_;
  unsigned index_;
  EventUnit& events_;
  const EventTimer& timer_;
  StreamSource& out_;
  WaitRegistry::Process process_;

  std::uint32_t control0_ = 0;
  std::uint32_t control1_ = 0;
  std::array<std::uint8_t, kSlots> slots_{};
  State state_ = State::Idle;
  std::vector<Sighting> sightings_;  // Not encoded yet.
  TraceEncoder encoder_;
  std::uint8_t lasting_ = 0;   // Slots whose events last.
  bool other_frame_ = false;   // The frame before is not that of the lasting slots.
  std::uint64_t covered_ = 0;  // Up to this cycle, exclusive, everything is encoded.
  std::deque<TraceEncoder::Payload> packets_;
  sc_core::sc_event more_;
};

}  // namespace aie4::array
