// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/arbiter.hpp"

#include <algorithm>

namespace aie4::array {

void Arbiter::request(ArbiterClient& client, std::uint8_t input) {
  if (holder_ == &client) return;
  const bool known = std::ranges::any_of(claims_, [&](const Claim& claim) { return claim.client == &client; });
  if (!known) claims_.push_back({&client, input});
}

bool Arbiter::grant(const ArbiterClient& client, const sc_core::sc_time& now) {
  if (holder_ == nullptr && now >= free_at_) {
    const Claim* winner = next();
    if (winner != nullptr) {
      holder_ = winner->client;
      last_input_ = winner->input;
      if (order_) advance_order();
      const bool other = winner->client != &client;
      ArbiterClient* woken = winner->client;
      claims_.erase(claims_.begin() + (winner - claims_.data()));
      if (other) woken->arbiter_changed(now);
    }
  }
  return holder_ == &client;
}

void Arbiter::release(const ArbiterClient& client, const sc_core::sc_time& at) {
  std::erase_if(claims_, [&](const Claim& claim) { return claim.client == &client; });
  if (holder_ != &client) return;
  holder_ = nullptr;
  free_at_ = at;
  tell_claimants(at);
}

void Arbiter::set_merge_order(const std::optional<MergeOrder>& order) {
  if (order == order_) return;
  order_ = order;
  if (order_ && std::ranges::all_of(*order_, [](const MergeEntry& entry) { return entry.packets == 0; })) {
    order_.reset();
  }
  entry_ = 0;
  served_ = 0;
  tell_claimants(free_at_);
}

void Arbiter::reset() {
  const sc_core::sc_time free_at = sc_core::sc_time_stamp();
  holder_ = nullptr;
  free_at_ = free_at;
  last_input_ = 0xFF;
  order_.reset();
  entry_ = 0;
  served_ = 0;
  tell_claimants(free_at);
  claims_.clear();
}

const Arbiter::Claim* Arbiter::next() const {
  const Claim* best = nullptr;
  const auto turn = input_on_turn();
  // Distance from the input served last, in the order of ids: 0 is the one after it.
  const auto distance = [this](const Claim& claim) {
    return static_cast<std::uint8_t>(claim.input - last_input_ - 1U);
  };
  for (const Claim& claim : claims_) {
    if (turn && claim.input != *turn) continue;
    if (best == nullptr || distance(claim) < distance(*best)) best = &claim;
  }
  return best;
}

std::optional<std::uint8_t> Arbiter::input_on_turn() const {
  if (!order_) return std::nullopt;
  // At least one entry counts: set_merge_order saw to it.
  std::uint8_t entry = entry_;
  while ((*order_)[entry].packets == 0) entry = static_cast<std::uint8_t>((entry + 1U) % order_->size());
  return (*order_)[entry].input;
}

void Arbiter::advance_order() {
  while ((*order_)[entry_].packets == 0) entry_ = static_cast<std::uint8_t>((entry_ + 1U) % order_->size());
  if (++served_ < (*order_)[entry_].packets) return;
  served_ = 0;
  entry_ = static_cast<std::uint8_t>((entry_ + 1U) % order_->size());
}

void Arbiter::tell_claimants(const sc_core::sc_time& at) {
  for (const Claim& claim : claims_) claim.client->arbiter_changed(at);
}

}  // namespace aie4::array
