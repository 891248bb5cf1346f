// SPDX-License-Identifier: Apache-2.0
// The two ends of a stream: what a sender (DMA MM2S, tile control, token and trace units, core) does to a route and
// what a receiver (DMA S2MM, tile control, microcontroller, core) does for it.
//
// Words travel in bursts. A burst is handed over when its first beat leaves the sender and carries the times of its
// beats, so one event a side moves kilobytes. A sender never runs ahead of a receiver by more than the receiver's
// credit: what its running buffer descriptor still takes plus the FIFOs on the way. So a receiver that stands still
// stops its sender within the depth of these FIFOs, as hardware does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <systemc>

namespace aie4::array {

/// Words of one packet or buffer descriptor, in order. Shared by the receivers of a multicast.
struct StreamBurst {
  std::shared_ptr<const std::vector<std::uint32_t>> words;
  bool header = false;          ///< The first word is a packet header that no switch dropped.
  bool tlast = false;           ///< The last word carries TLAST.
  std::uint64_t flow = 0;       ///< Ties the descriptors at both ends together on a timeline; 0: nothing.
  sc_core::sc_time first_beat;  ///< When the first beat is at the receiver.
  sc_core::sc_time last_beat;   ///< When the last one is: first_beat + (beats - 1) * period.
};

/// The receiving end of a route.
class StreamSink {
 public:
  virtual ~StreamSink() = default;

  /// Words that a sender may hand over now, given that the FIFOs of its route hold `route_words`.
  [[nodiscard]] virtual std::uint32_t credit(std::uint32_t route_words) const = 0;
  /// When the first beat of a next burst may arrive without overrunning FIFOs of `route_words`; may lie in the past.
  [[nodiscard]] virtual sc_core::sc_time ready_at(std::uint32_t route_words) const = 0;
  /// Takes a burst of at most `credit()` words. Bursts of one route arrive in order.
  virtual void deliver(const StreamBurst& burst) = 0;

  /// Notified whenever credit grows or a receiver starts.
  sc_core::sc_event credit_grew;
};

}  // namespace aie4::array
