// SPDX-License-Identifier: Apache-2.0
// A stream port through which a core gets words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>

#include <systemc>

#include "models/array/stream/stream_endpoint.hpp"
#include "models/array/stream/stream_timing.hpp"

namespace aie4::array {

/// Takes what a running `get` still wants, and what its FIFO holds.
class CoreStreamInput : public StreamSink {
 public:
  sc_core::sc_event filled;  ///< Notified when words come.

  explicit CoreStreamInput(const Parameters& parameters)
      : fifo_words_(static_cast<std::uint32_t>(parameters.core_stream_fifo_beats) * wide_beat_words(parameters)) {}

  void want(std::uint32_t words) {
    wanted_ = words;
    credit_grew();
  }
  [[nodiscard]] bool empty() const { return pending_.empty(); }
  struct Taken {
    std::uint32_t words = 0;
    sc_core::sc_time last;  ///< When the last of them was there.
  };
  /// What is there of the first burst, at most as much as fits. Not if `empty`.
  Taken take(std::span<std::byte> into, const sc_core::sc_time& cycle) {
    Pending& front = pending_.front();
    const auto words = std::min(static_cast<std::uint32_t>(into.size() / 4), front.burst.count - front.used);
    std::memcpy(into.data(), front.burst.words().data() + front.used, std::size_t{4} * words);
    const Taken taken{words, word_arrival(front.burst, front.used + words - 1, cycle)};
    front.used += words;
    if (front.used == front.burst.count) pending_.pop_front();
    queued_words_ -= words;
    wanted_ -= std::min(wanted_, words);
    credit_grew();
    return taken;
  }
  void reset() {
    pending_.clear();
    queued_words_ = wanted_ = 0;
    credit_grew();
  }

  [[nodiscard]] std::uint32_t credit(std::uint32_t route_words) const override {
    const std::uint32_t words = fifo_words_ + route_words + wanted_;
    return words - std::min(words, queued_words_);
  }
  [[nodiscard]] sc_core::sc_time ready_at(std::uint32_t /*route_words*/) const override {
    return sc_core::SC_ZERO_TIME;
  }
  void deliver(const StreamBurst& burst) override {
    pending_.push_back({burst, 0});
    queued_words_ += burst.count;
    filled.notify(sc_core::SC_ZERO_TIME);
  }

 private:
  struct Pending {
    StreamBurst burst;
    std::uint32_t used = 0;
  };

  std::uint32_t fifo_words_;
  std::uint32_t wanted_ = 0;
  std::uint32_t queued_words_ = 0;
  std::deque<Pending> pending_;
};

}  // namespace aie4::array
