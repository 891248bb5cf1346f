// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/token_counter.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace aie4::array {

TokenCounter::TokenCounter(sc_core::sc_module_name name, const Environment& environment, std::string owner)
    : sc_module(name), arrived("arrived"), environment_(environment), owner_(std::move(owner)), due_("due") {
  SC_METHOD(land);
  sensitive << due_;
  dont_initialize();
}

bool TokenCounter::take(TileId tile, std::uint8_t actor, std::uint64_t count) {
  const auto found = counts_.find(key(tile, actor));
  if (count == 0) return true;
  if (found == counts_.end() || found->second < count) return false;
  found->second -= count;
  if (found->second == 0) counts_.erase(found);
  return true;
}

std::uint64_t TokenCounter::waiting(TileId tile, std::uint8_t actor) const {
  const auto found = counts_.find(key(tile, actor));
  return found == counts_.end() ? 0 : found->second;
}

void TokenCounter::reset() {
  counts_.clear();
  flights_.clear();
  inside_unit_ = false;
}

std::uint32_t TokenCounter::credit(std::uint32_t /*route_words*/) const {
  return std::numeric_limits<std::uint32_t>::max();
}

void TokenCounter::deliver(const StreamBurst& burst) {
  // The first word of a unit is the token; with FoT mode 2 a count follows it, which nobody reads (4.6).
  if (!inside_unit_) {
    flights_.push_back({burst.first_beat, burst.words().front()});
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    due_.notify(burst.first_beat > now ? burst.first_beat - now : sc_core::SC_ZERO_TIME);
  }
  inside_unit_ = !burst.tlast;
}

void TokenCounter::land() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  bool any = false;
  std::erase_if(flights_, [&](const Flight& flight) {
    if (flight.at > now) return false;
    if (const auto token = decode_token(flight.word)) {
      ++counts_[key(token->tile, token->actor)];
      ++received_;
      any = true;
    } else {
      environment_.diagnostics.unmodelled(
          "packet to a microcontroller", fmt::format("type {}", decode_packet_header(flight.word).packet_type), owner_);
    }
    return true;
  });
  if (!flights_.empty()) {
    const auto next = std::ranges::min_element(flights_, {}, &Flight::at);
    due_.notify(next->at - now);
  }
  if (any) arrived.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace aie4::array
