// SPDX-License-Identifier: Apache-2.0
// The cascade: 512 bits a cycle from a core to the one in the south or in the east.
// Source: AIE4 tile-array notes 1.1, section 5; timing notes 1.4.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <systemc>

namespace aie4::array {

/// One input of a core. Beats travel in runs with the time of the first one: a sender never runs ahead by more than
/// what the receiver waits for and the FIFO holds.
class CascadeInput {
 public:
  static constexpr std::size_t kBeatBytes = 64;

  sc_core::sc_event space;   ///< Notified when `room` grows.
  sc_core::sc_event filled;  ///< Notified when beats come.

  explicit CascadeInput(std::uint64_t fifo_beats) : fifo_beats_(fifo_beats) {}

  /// Beats that may be sent now.
  [[nodiscard]] std::uint64_t room() const { return std::max(fifo_beats_ + wanted_, queued_) - queued_; }
  /// Whole beats, at most `room`; the first is there at `first`, absolute, and one each `cycle` after it.
  void send(std::span<const std::byte> beats, const sc_core::sc_time& first) {
    runs_.push_back({{beats.begin(), beats.end()}, 0, first});
    queued_ += beats.size() / kBeatBytes;
    filled.notify(sc_core::SC_ZERO_TIME);
  }

  /// The core is about to take so many beats.
  void want(std::uint64_t beats) {
    wanted_ = beats;
    space.notify(sc_core::SC_ZERO_TIME);
  }
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  struct Taken {
    std::size_t beats = 0;
    sc_core::sc_time first;  ///< When the first of them was there.
  };
  /// What is there of the first run, at most as much as fits. Not if `empty`.
  Taken take(std::span<std::byte> into, const sc_core::sc_time& cycle) {
    Run& run = runs_.front();
    const std::size_t bytes = std::min(into.size(), run.bytes.size() - run.used);
    std::copy_n(run.bytes.begin() + static_cast<std::ptrdiff_t>(run.used), bytes, into.begin());
    const Taken taken{bytes / kBeatBytes, run.first + cycle * static_cast<double>(run.used / kBeatBytes)};
    run.used += bytes;
    if (run.used == run.bytes.size()) runs_.pop_front();
    queued_ -= taken.beats;
    wanted_ -= std::min<std::uint64_t>(wanted_, taken.beats);
    space.notify(sc_core::SC_ZERO_TIME);
    return taken;
  }

  void reset() {
    runs_.clear();
    queued_ = wanted_ = 0;
    space.notify(sc_core::SC_ZERO_TIME);
  }

 private:
  struct Run {
    std::vector<std::byte> bytes;
    std::size_t used = 0;
    sc_core::sc_time first;
  };

  std::uint64_t fifo_beats_;
  std::uint64_t queued_ = 0;
  std::uint64_t wanted_ = 0;
  std::deque<Run> runs_;
};

}  // namespace aie4::array
