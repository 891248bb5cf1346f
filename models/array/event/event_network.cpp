// SPDX-License-Identifier: Apache-2.0
#include "models/array/event/event_network.hpp"

#include <functional>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

namespace aie4::array {
namespace {

using registers::Half;

constexpr EventUnit::Side opposite(EventUnit::Side side) {
  switch (side) {
    case EventUnit::kSouth:
      return EventUnit::kNorth;
    case EventUnit::kNorth:
      return EventUnit::kSouth;
    case EventUnit::kWest:
      return EventUnit::kEast;
    default:
      return EventUnit::kWest;
  }
}

std::optional<TileId> neighbour(const Geometry& geometry, TileId tile, EventUnit::Side side) {
  switch (side) {
    case EventUnit::kSouth:
      if (tile.row == 0) return std::nullopt;
      --tile.row;
      break;
    case EventUnit::kNorth:
      ++tile.row;
      break;
    case EventUnit::kWest:
      if (tile.column == 0) return std::nullopt;
      --tile.column;
      break;
    default:
      ++tile.column;
      break;
  }
  if (!geometry.contains(tile)) return std::nullopt;
  return tile;
}

}  // namespace

EventNetwork::EventNetwork(const Environment& environment)
    : environment_(environment),
      geometry_(environment.geometry()),
      units_(2 * std::size_t{geometry_.columns} * geometry_.rows(), nullptr),
      isolated_(units_.size() / 2) {}

bool EventNetwork::passes(TileId from, TileId to, Half half, EventUnit::Side side, unsigned line) const {
  if (half == Half::B && (side == EventUnit::kWest || side == EventUnit::kEast)) return false;
  const std::size_t source = index_of(from, half);
  const std::size_t target = index_of(to, half);
  if (units_[target] == nullptr) return false;
  if ((isolated_[source / 2] >> side & 1U) != 0 || (isolated_[target / 2] >> opposite(side) & 1U) != 0) return false;
  return !units_[source]->blocks(side, line) && !units_[target]->blocks(opposite(side), line);
}

void EventNetwork::drive(TileId from, Half half, unsigned line, EventPhase phase, const sc_core::sc_time& at) {
  // By distance, then by place: the order is defined, whatever the times.
  struct Arrival {
    std::uint64_t cycles = 0;
    TileId tile;
    bool operator>(const Arrival& other) const {
      return std::tuple(cycles, tile.column, tile.row) > std::tuple(other.cycles, other.tile.column, other.tile.row);
    }
  };
  std::vector<bool> reached(units_.size() / 2);
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> front;
  front.push({0, from});
  while (!front.empty()) {
    const Arrival here = front.top();
    front.pop();
    const std::size_t place = index_of(here.tile, half);
    if (reached[place / 2]) continue;
    reached[place / 2] = true;
    if (here.cycles != 0) units_[place]->receive(line, phase, at + environment_.clock.cycles(here.cycles));
    for (const auto side : {EventUnit::kSouth, EventUnit::kWest, EventUnit::kNorth, EventUnit::kEast}) {
      const auto next = neighbour(geometry_, here.tile, side);
      if (!next || reached[index_of(*next, half) / 2] || !passes(here.tile, *next, half, side, line)) continue;
      const bool vertical = side == EventUnit::kSouth || side == EventUnit::kNorth;
      front.push({here.cycles + (vertical ? environment_.parameters.event_vertical_hop_cycles
                                          : environment_.parameters.event_horizontal_hop_cycles),
                  *next});
    }
  }
}

}  // namespace aie4::array
