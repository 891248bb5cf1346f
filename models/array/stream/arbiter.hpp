// SPDX-License-Identifier: Apache-2.0
// Who may use an arbiter of a stream switch: one packet at a time, from its first beat until its TLAST.
// Source: AIE4 tile-array notes 4.2, 4.3 (round robin and deterministic merge as in AIE-ML [P]).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <systemc>

namespace aie4::array {

/// Something that asks arbiters for the right to send a packet.
class ArbiterClient {
 public:
  virtual ~ArbiterClient() = default;
  /// The arbiter may go to somebody else from `at` on: ask again then.
  virtual void arbiter_changed(const sc_core::sc_time& at) = 0;
};

/// One of the eight arbiters of a switch. Inputs are physical ids of subordinates.
class Arbiter {
 public:
  struct MergeEntry {
    std::uint8_t input = 0;
    std::uint8_t packets = 0;  ///< 0: the entry is skipped.

    friend constexpr bool operator==(const MergeEntry&, const MergeEntry&) = default;
  };
  using MergeOrder = std::array<MergeEntry, 4>;

  /// `client` has a packet at `input`. Asking again changes nothing.
  void request(ArbiterClient& client, std::uint8_t input);
  /// Gives the arbiter to somebody who asked, if it is free at `now`. True: `client` has it.
  [[nodiscard]] bool grant(const ArbiterClient& client, const sc_core::sc_time& now);
  /// `client` asks no longer, or gives the arbiter up; the next packet is arbitrated from `at` on.
  void release(const ArbiterClient& client, const sc_core::sc_time& at);

  [[nodiscard]] bool held_by(const ArbiterClient& client) const { return holder_ == &client; }
  [[nodiscard]] bool held() const { return holder_ != nullptr; }
  /// From when on the next packet may be arbitrated.
  [[nodiscard]] const sc_core::sc_time& free_at() const { return free_at_; }

  /// Serve the listed inputs in their order, so many packets each, cyclically, and nobody else. None: round robin.
  void set_merge_order(const std::optional<MergeOrder>& order);
  /// As after a reset of the switch: nobody holds it, nobody asks.
  void reset();

 private:
  struct Claim {
    ArbiterClient* client = nullptr;
    std::uint8_t input = 0;
  };

  [[nodiscard]] const Claim* next() const;
  [[nodiscard]] std::optional<std::uint8_t> input_on_turn() const;
  void advance_order();
  void tell_claimants(const sc_core::sc_time& at);

  const ArbiterClient* holder_ = nullptr;
  sc_core::sc_time free_at_;
  std::uint8_t last_input_ = 0xFF;  // So that input 0 comes first.
  std::vector<Claim> claims_;       // At most one of each client.
  std::optional<MergeOrder> order_;
  std::uint8_t entry_ = 0;   // Of order_, on turn.
  std::uint8_t served_ = 0;  // Packets of that entry.
};

}  // namespace aie4::array
