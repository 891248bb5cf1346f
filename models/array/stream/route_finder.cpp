// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/route_finder.hpp"

#include <algorithm>

#include "models/array/stream/packet.hpp"

namespace aie4::array {
namespace {

using registers::PortDirection;
using registers::PortGroup;
using registers::StreamPort;
using registers::Switch;

bool is_external(PortGroup group) {
  switch (group) {
    case PortGroup::South:
    case PortGroup::North:
    case PortGroup::West:
    case PortGroup::East:
    case PortGroup::NorthControl:
    case PortGroup::SouthControl:
    case PortGroup::Pl:
      return true;
    default:
      return false;
  }
}

std::uint32_t beat_words(Switch which, const StreamTiming& timing) {
  return which == Switch::Wide512 ? timing.wide_beat : kNarrowBeatWords;
}

/// The side of the neighbour that a manager leads to: its isolation bit, the step to it, the group of the far end.
struct Side {
  unsigned isolation_bit;
  unsigned far_isolation_bit;
  int columns;
  int rows;
  PortGroup far_group;
};
std::optional<Side> side_of(PortGroup group) {
  constexpr unsigned kSouth = 0;
  constexpr unsigned kWest = 1;
  constexpr unsigned kNorth = 2;
  constexpr unsigned kEast = 3;
  switch (group) {
    case PortGroup::South:
      return Side{kSouth, kNorth, 0, -1, PortGroup::North};
    case PortGroup::North:
      return Side{kNorth, kSouth, 0, 1, PortGroup::South};
    case PortGroup::NorthControl:
      return Side{kNorth, kSouth, 0, 1, PortGroup::SouthControl};
    case PortGroup::West:
      return Side{kWest, kEast, -1, 0, PortGroup::East};
    case PortGroup::East:
      return Side{kEast, kWest, 1, 0, PortGroup::West};
    default:
      return std::nullopt;
  }
}

}  // namespace

void RouteFinder::find(const StreamPortAddress& from, std::optional<std::uint32_t> first_word, Route& route) {
  route.state = Route::State::Open;
  route.generation = network_.generation();
  route.by_packet = false;
  route.beat_words = beat_words(from.which, network_.timing_);
  route.receivers.clear();
  route.crossings.clear();
  route.managers.clear();
  route.taps.clear();
  route.blame = Route::Blame::Nobody;
  route.problem = "";
  route.closed_at.clear();
  route_ = &route;
  first_word_ = first_word;
  visited_.clear();
  enter({.at = from, .fifo_words = network_.timing_.subordinate_fifo * beat_words(from.which, network_.timing_)});
}

void RouteFinder::enter(const Arrival& arrival) {
  if (std::ranges::find(visited_, arrival.at) != visited_.end()) {
    close(Route::Blame::Guest, "the stream comes back to an input that it has passed", arrival.at,
          PortDirection::Subordinate);
    return;
  }
  visited_.push_back(arrival.at);
  tap(arrival.at, PortDirection::Subordinate, arrival.cycles);
  route_->beat_words = std::min(route_->beat_words, beat_words(arrival.at.which, network_.timing_));
  const SubordinateConfig& config = network_.switch_at(arrival.at.tile, arrival.at.which).subordinate(arrival.at.port);
  if (!config.enable) {
    close(Route::Blame::Nobody, "the input is not enabled", arrival.at, PortDirection::Subordinate);
  } else if (config.packet) {
    enter_packet(arrival);
  } else {
    enter_circuit(arrival);
  }
}

void RouteFinder::enter_circuit(const Arrival& arrival) {
  const StreamSwitch& here = network_.switch_at(arrival.at.tile, arrival.at.which);
  bool any = false;
  for (unsigned manager = 0; manager < here.managers() && !closed(); ++manager) {
    if (!here.manager(manager).takes_circuit(arrival.at.port)) continue;
    if (!network_.circuit_exists({arrival.at.tile, arrival.at.which, static_cast<std::uint8_t>(manager)})) continue;
    any = true;
    leave(arrival, manager, false);
  }
  if (!any) close(Route::Blame::Nobody, "no output takes the input", arrival.at, PortDirection::Subordinate);
}

void RouteFinder::enter_packet(const Arrival& arrival) {
  route_->by_packet = true;
  if (!first_word_) {
    route_->state = Route::State::NeedsFirstWord;
    return;
  }
  if (arrival.header_dropped) {
    close(Route::Blame::Unmodelled, "a packet-switched input behind an output that drops headers", arrival.at,
          PortDirection::Subordinate);
    return;
  }
  StreamSwitch& here = network_.switch_at(arrival.at.tile, arrival.at.which);
  const auto slot = here.slot_for(arrival.at.port, packet_id(*first_word_));
  if (!slot) {
    close(Route::Blame::Guest, "no slot of the input takes the packet ID", arrival.at, PortDirection::Subordinate);
    return;
  }
  route_->crossings.push_back({.arbiter = &here.arbiter(slot->arbiter),
                               .input = arrival.at.port,
                               .cycles = arrival.cycles,
                               .contended = here.inputs_of(slot->arbiter) > 1});
  Arrival arbitrated = arrival;
  arbitrated.cycles += network_.timing_.arbitration;
  bool any = false;
  for (unsigned manager = 0; manager < here.managers() && !closed(); ++manager) {
    if (!here.manager(manager).takes_packet(slot->arbiter, slot->msel)) continue;
    any = true;
    leave(arbitrated, manager, true);
  }
  if (!any) {
    close(Route::Blame::Nobody, "no output listens to the arbiter and msel of the slot", arrival.at,
          PortDirection::Subordinate);
  }
}

void RouteFinder::leave(const Arrival& arrival, unsigned manager, bool packet) {
  const StreamTiming& timing = network_.timing_;
  const TileId tile = arrival.at.tile;
  const Switch which = arrival.at.which;
  const TileKind kind = network_.geometry_.kind(tile);
  StreamSwitch& here = network_.switch_at(tile, which);
  const StreamPort& from = registers::ports(kind, which, PortDirection::Subordinate)[arrival.at.port];
  const StreamPort& port = registers::ports(kind, which, PortDirection::Manager)[manager];
  const StreamPortAddress address{tile, which, static_cast<std::uint8_t>(manager)};
  const std::uint32_t words = beat_words(which, timing);

  Arrival next = arrival;
  next.cycles += is_external(from.group) || is_external(port.group) ? timing.external_hop : timing.local_hop;
  next.header_dropped = arrival.header_dropped || (packet && here.manager(manager).drop_header);
  route_->managers.push_back({&network_.use_of(address), next.cycles});
  tap(address, PortDirection::Manager, next.cycles);

  switch (port.group) {
    case PortGroup::South:
    case PortGroup::North:
    case PortGroup::NorthControl:
    case PortGroup::West:
    case PortGroup::East: {
      const auto far = far_end(address);
      if (!far) return;  // Out of the array: accepted and dropped [XT].
      next.at = *far;
      next.cycles += timing.link;
      next.fifo_words += timing.link_fifo * words;
      enter(next);
      return;
    }
    case PortGroup::Fifo:
    case PortGroup::Switch32b:
    case PortGroup::Switch512b: {
      const bool fifo = port.group == PortGroup::Fifo;
      const Switch other = which == Switch::Wide512 ? Switch::Narrow32 : Switch::Wide512;
      const PortGroup far_group = fifo                                 ? PortGroup::Fifo
                                  : port.group == PortGroup::Switch32b ? PortGroup::Switch512b
                                                                       : PortGroup::Switch32b;
      const Switch far_switch = fifo ? which : other;
      const StreamPort* far = registers::find_port(kind, far_switch, PortDirection::Subordinate, far_group, port.index);
      if (far == nullptr) return;
      next.at = {tile, far_switch, far->physical};
      next.fifo_words += fifo ? timing.fifo_port * words
                              : timing.manager_fifo * words + timing.subordinate_fifo * beat_words(far_switch, timing);
      enter(next);
      return;
    }
    case PortGroup::Pl:
      network_.environment_.diagnostics.unmodelled(
          "stream port", port.name, "a stream that leads into programmable logic; its words are dropped");
      return;
    default:
      break;
  }
  StreamSink* sink = here.ends[manager].sink;
  if (sink == nullptr) {
    close(Route::Blame::Unmodelled, "nothing receives at the output", address, PortDirection::Manager);
    return;
  }
  route_->receivers.push_back({.sink = sink,
                               .cycles = next.cycles,
                               .fifo_words = next.fifo_words + timing.manager_fifo * words,
                               .header_dropped = next.header_dropped});
}

std::optional<StreamPortAddress> RouteFinder::far_end(const StreamPortAddress& manager) {
  const Geometry& geometry = network_.geometry_;
  const StreamPort& port =
      registers::ports(geometry.kind(manager.tile), manager.which, PortDirection::Manager)[manager.port];
  const auto side = side_of(port.group);
  const int column = manager.tile.column + side->columns;
  const int row = manager.tile.row + side->rows;
  if (column < 0 || row < 0 || column >= geometry.columns || row >= static_cast<int>(geometry.rows())) {
    return std::nullopt;
  }
  const TileId far{static_cast<std::uint8_t>(column), static_cast<std::uint8_t>(row)};
  if ((network_.isolated(manager.tile) >> side->isolation_bit & 1U) != 0 ||
      (network_.isolated(far) >> side->far_isolation_bit & 1U) != 0) {
    return std::nullopt;
  }
  const std::uint8_t index = link_index(manager, PortDirection::Manager);
  const auto id = index == StreamPort::kNoIndex ? std::nullopt : link_port(far, manager.which, side->far_group, index);
  if (!id) {
    network_.environment_.diagnostics.unmodelled("stream link", network_.port_name(manager, PortDirection::Manager),
                                                 "nothing is known to be at its far end");
    return std::nullopt;
  }
  return StreamPortAddress{far, manager.which, *id};
}

// Compute tiles have a slot x between ports 1 and 2 of managers South and subordinates North. The register map counts
// it as no port, the driver counts through it (4.1, "Caution"). Here the map is right until x is configured.
namespace {

constexpr bool may_count_x(TileKind kind, Switch which, PortDirection direction, PortGroup group) {
  return kind == TileKind::Compute && which == Switch::Wide512 &&
         group == (direction == PortDirection::Manager ? PortGroup::South : PortGroup::North);
}
constexpr unsigned kSlotOfX = 2;

}  // namespace

std::uint8_t RouteFinder::link_index(const StreamPortAddress& port, PortDirection direction) {
  const TileKind kind = network_.geometry_.kind(port.tile);
  const auto ports = registers::ports(kind, port.which, direction);
  const StreamPort& self = ports[port.port];
  if (!may_count_x(kind, port.which, direction, self.group)) return self.index;
  const auto first = std::ranges::find(ports, self.group, &StreamPort::group);
  const StreamSwitch& here = network_.switch_at(port.tile, port.which);
  const auto x = static_cast<unsigned>(first - ports.begin()) + kSlotOfX;
  const bool counted = direction == PortDirection::Manager ? here.manager(x).enable : here.subordinate(x).enable;
  if (!counted) return self.index;
  network_.environment_.diagnostics.unmodelled(
      "stream port numbering", ports[x].name,
      network_.port_name(port, direction) + ": the slot is configured and taken for port 2 of its group");
  return static_cast<std::uint8_t>(port.port - (first - ports.begin()));
}

std::optional<std::uint8_t> RouteFinder::link_port(TileId tile, Switch which, PortGroup group, unsigned index) {
  const TileKind kind = network_.geometry_.kind(tile);
  const auto ports = registers::ports(kind, which, PortDirection::Subordinate);
  for (const StreamPort& port : ports) {
    if (port.group != group) continue;
    if (link_index({tile, which, port.physical}, PortDirection::Subordinate) == index) return port.physical;
  }
  return std::nullopt;
}

void RouteFinder::tap(const StreamPortAddress& port, PortDirection direction, std::uint32_t cycles) {
  if (port.which != Switch::Wide512) return;
  const StreamSwitch& here = network_.switch_at(port.tile, port.which);
  for (unsigned half = 0; half < here.watches.size(); ++half) {
    const StreamSwitch::Watch& watch = here.watches[half];
    if (watch.observer == nullptr) continue;
    std::uint32_t ports = watch.event_ports & here.event_ports_at(half, direction == PortDirection::Manager, port.port);
    for (std::uint8_t event_port = 0; ports != 0; ++event_port, ports >>= 1) {
      if ((ports & 1U) != 0) route_->taps.push_back({watch.observer, event_port, cycles});
    }
  }
}

void RouteFinder::close(Route::Blame blame, const char* problem, const StreamPortAddress& at, PortDirection direction) {
  if (closed()) return;
  route_->state = Route::State::Closed;
  route_->blame = blame;
  route_->problem = problem;
  route_->closed_at = network_.port_name(at, direction);
}

}  // namespace aie4::array
