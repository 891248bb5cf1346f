// SPDX-License-Identifier: Apache-2.0
// The receiving end of a stream: what a DMA S2MM channel, tile control, a microcontroller or a core does for a route.
// The sending end is stream_source.hpp.
//
// Words travel in bursts. A burst is handed over when its first beat leaves the sender and carries the times of its
// beats, so one event a side moves kilobytes. A sender never runs ahead of a receiver by more than the receiver's
// credit: what its running buffer descriptor still takes plus the FIFOs on the way. So a receiver that stands still
// stops its sender within the depth of these FIFOs, as hardware does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <systemc>

#include "models/array/stream/stream_buffer.hpp"
#include "models/array/stream/stream_timing.hpp"

namespace aie4::array {

/// Words of one packet or buffer descriptor, in order. The receivers of a multicast share the buffer; a copy of a burst
/// shares it too, so a receiver keeps what it cannot use yet by keeping the burst.
struct StreamBurst {
  StreamBuffer buffer;
  std::uint32_t offset = 0;          ///< Of the first word in the buffer.
  std::uint32_t count = 0;           ///< Words, at least 1.
  std::uint32_t beat_words = 16;     ///< Words of a beat, on the narrowest switch of the route.
  bool header = false;               ///< The first word is a packet header that no switch dropped.
  bool tlast = false;                ///< The last word carries TLAST.
  std::uint64_t flow = 0;            ///< Ties the descriptors at both ends together on a timeline; 0: nothing.
  sc_core::sc_time first_beat = {};  ///< When the first beat is at the receiver; now or later.
  sc_core::sc_time last_beat = {};   ///< When the last one is: first_beat + (beats - 1) * period.

  [[nodiscard]] std::span<const std::uint32_t> words() const { return buffer.words(offset, count); }
};

/// When a word of a burst arrives. Bursts of one word a beat come from narrow switches.
[[nodiscard]] inline sc_core::sc_time word_arrival(const StreamBurst& burst, std::uint32_t word,
                                                   const sc_core::sc_time& cycle) {
  if (word + 1 == burst.count) return burst.last_beat;
  const bool narrow = burst.count > 1 && burst.last_beat - burst.first_beat >= cycle * (0.9 * (burst.count - 1));
  const std::uint32_t header = burst.header ? 1 : 0;
  const std::uint32_t beat = narrow || word < header ? word : header + (word - header) / burst.beat_words;
  return std::min(burst.last_beat, burst.first_beat + cycle * beat);
}

/// The receiving end of a route.
class StreamSink {
 public:
  StreamSink() = default;
  StreamSink(const StreamSink&) = delete;
  StreamSink& operator=(const StreamSink&) = delete;
  virtual ~StreamSink() = default;

  /// Words that a sender may hand over now, given that the FIFOs of its route hold `route_words`. Shrinks only by
  /// deliveries and resets.
  ///
  /// Beats move as a whole (16 words on the 512-bit switch, 1 on the narrow one): a sender with more to send waits for
  /// credit of a whole beat. `route_words` is several beats, so a receiver that counts its empty FIFOs never starves.
  [[nodiscard]] virtual std::uint32_t credit(std::uint32_t route_words) const = 0;
  /// When the first beat of a next burst may arrive without overrunning FIFOs of `route_words`; may lie in the past.
  [[nodiscard]] virtual sc_core::sc_time ready_at(std::uint32_t route_words) const = 0;
  /// Takes a burst of at most `credit()` words. Bursts of one route arrive in order. Called on the sender's process at
  /// or before `first_beat`.
  virtual void deliver(const StreamBurst& burst) = 0;

 protected:
  /// To be called whenever credit grows or ready_at becomes earlier: wakes the senders that wait. Nearly free if none
  /// does.
  void credit_grew() {
    for (sc_core::sc_event* sender : senders_) sender->notify(sc_core::SC_ZERO_TIME);
    senders_.clear();
  }

 private:
  friend class StreamSource;
  void wake_on_credit(sc_core::sc_event& sender) { senders_.push_back(&sender); }
  void forget(const sc_core::sc_event& sender) { std::erase(senders_, &sender); }

  std::vector<sc_core::sc_event*> senders_;  // In order of arrival.
};

}  // namespace aie4::array
