// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/stream_network.hpp"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "models/array/stream/route_finder.hpp"
#include "models/array/stream/switch_register.hpp"
#include "models/registers/array/streams.hpp"

namespace aie4::array {

using registers::PortDirection;
using registers::PortGroup;
using registers::Switch;

StreamNetwork::StreamNetwork(const Environment& environment)
    : environment_(environment),
      geometry_(environment.geometry()),
      timing_(environment.parameters),
      pool_(timing_.burst_words + 1),
      isolated_(std::size_t{geometry_.columns} * geometry_.rows()) {
  for (std::uint8_t column = 0; column < geometry_.columns; ++column) {
    for (std::uint8_t row = 0; row < geometry_.rows(); ++row) {
      const TileKind kind = geometry_.kind({column, row});
      switches_.push_back(std::make_unique<StreamSwitch>(kind, Switch::Wide512));
      switches_.push_back(std::make_unique<StreamSwitch>(kind, Switch::Narrow32));
    }
  }
}

StreamNetwork::~StreamNetwork() = default;

StreamSource& StreamNetwork::source(const StreamPortAddress& subordinate) {
  StreamSource*& source = switch_at(subordinate.tile, subordinate.which).sources.at(subordinate.port);
  if (source == nullptr) {
    sources_.push_back(std::make_unique<StreamSource>(*this, subordinate));
    source = sources_.back().get();
  }
  return *source;
}

void StreamNetwork::attach(const StreamPortAddress& manager, StreamSink& sink) {
  StreamSwitch::ManagerEnd& end = switch_at(manager.tile, manager.which).ends.at(manager.port);
  if (end.sink != nullptr) {
    throw std::logic_error(port_name(manager, PortDirection::Manager) + " has a receiver already");
  }
  end.sink = &sink;
  configuration_changed();
}

void StreamNetwork::detach(const StreamPortAddress& manager) {
  switch_at(manager.tile, manager.which).ends.at(manager.port).sink = nullptr;
  configuration_changed();
}

Route StreamNetwork::resolve(const StreamPortAddress& subordinate, std::uint32_t first_word) {
  Route route;
  RouteFinder(*this).find(subordinate, first_word, route);
  return route;
}

std::optional<std::uint32_t> StreamNetwork::read(TileId tile, const registers::RegisterRef& ref) const {
  const auto found = switch_register(ref);
  if (!found) return std::nullopt;
  return switch_at(tile, found->which).read(found->reg);
}

bool StreamNetwork::write(TileId tile, const registers::RegisterRef& ref, std::uint32_t value) {
  const auto found = switch_register(ref);
  if (!found) return false;
  if (!switch_at(tile, found->which).write(found->reg, value)) return true;
  configuration_changed();
  if (found->reg.kind != StreamSwitch::Register::Kind::Manager) return true;
  const StreamPortAddress manager{tile, found->which, found->reg.port};
  const ManagerConfig& config = switch_at(tile, found->which).manager(found->reg.port);
  if (config.enable && !config.packet && !circuit_exists(manager)) {
    const StreamPortAddress subordinate{tile, found->which, config.configuration};
    environment_.diagnostics.report(
        {.category = FaultCategory::GuestError,
         .where = port_name(manager, PortDirection::Manager),
         .expected = "a circuit that the switch can make",
         .came = "one from " + port_name(subordinate, PortDirection::Subordinate),
         .blame = "the control code that configures the switch; the circuit carries nothing"});
  }
  return true;
}

void StreamNetwork::reset(TileId tile) {
  switch_at(tile, Switch::Wide512).reset();
  switch_at(tile, Switch::Narrow32).reset();
  configuration_changed();
}

void StreamNetwork::isolate(TileId tile, std::uint32_t sides) {
  if (std::exchange(isolated_[index_of(tile)], static_cast<std::uint8_t>(sides & 0xFU)) != (sides & 0xFU)) {
    configuration_changed();
  }
}

void StreamNetwork::observe(TileId tile, unsigned half, StreamPortObserver* observer, std::uint32_t event_ports) {
  switch_at(tile, Switch::Wide512).watches.at(half) = {observer, event_ports};
  configuration_changed();
}

std::size_t StreamNetwork::index_of(TileId tile) const {
  return std::size_t{tile.column} * geometry_.rows() + tile.row;
}

StreamSwitch& StreamNetwork::switch_at(TileId tile, Switch which) {
  return *switches_.at(2 * index_of(tile) + (which == Switch::Narrow32 ? 1U : 0U));
}

const StreamSwitch& StreamNetwork::switch_at(TileId tile, Switch which) const {
  return *switches_.at(2 * index_of(tile) + (which == Switch::Narrow32 ? 1U : 0U));
}

std::string StreamNetwork::port_name(const StreamPortAddress& port, PortDirection direction) const {
  const auto ports = registers::ports(geometry_.kind(port.tile), port.which, direction);
  return fmt::format("{}/{}/{} {}", tile_name(geometry_, port.tile),
                     port.which == Switch::Wide512 ? "stream switch" : "32-bit stream switch",
                     direction == PortDirection::Manager ? "manager" : "subordinate",
                     port.port < ports.size() ? std::string(ports[port.port].name) : fmt::format("{}", port.port));
}

PortUse& StreamNetwork::use_of(const StreamPortAddress& manager) {
  PortUse& use = switch_at(manager.tile, manager.which).ends[manager.port].use;
  if (use.resource == nullptr) {
    use.resource = &environment_.resources.add(port_name(manager, PortDirection::Manager));
    if (environment_.probe != nullptr) use.track = environment_.probe->track(use.resource->name);
  }
  return use;
}

bool StreamNetwork::circuit_exists(const StreamPortAddress& manager) const {
  const unsigned subordinate = switch_at(manager.tile, manager.which).manager(manager.port).configuration;
  const TileKind kind = geometry_.kind(manager.tile);
  const auto managers = registers::ports(kind, manager.which, PortDirection::Manager);
  const auto subordinates = registers::ports(kind, manager.which, PortDirection::Subordinate);
  if (subordinate >= subordinates.size()) return false;
  // The table covers neither the narrow switch nor ports that the driver does not expose.
  if (manager.which == Switch::Narrow32 || !managers[manager.port].exposed || !subordinates[subordinate].exposed) {
    return true;
  }
  return registers::legal_circuit_route(kind, manager.port, subordinate);
}

void StreamNetwork::configuration_changed() {
  ++generation_;
  if (waiting_.empty()) return;
  for (sc_core::sc_event* sender : waiting_) sender->notify(sc_core::SC_ZERO_TIME);
  waiting_.clear();
}

}  // namespace aie4::array
