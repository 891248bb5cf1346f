// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/stream_port.hpp"

#include "models/registers/array/streams.hpp"

namespace aie4::array {
namespace {

using registers::PortDirection;
using registers::PortGroup;
using registers::Switch;

std::optional<StreamPortAddress> find(const Geometry& geometry, TileId tile, Switch which, PortDirection direction,
                                      PortGroup group, unsigned index) {
  if (!geometry.contains(tile)) return std::nullopt;
  const registers::StreamPort* port = registers::find_port(geometry.kind(tile), which, direction, group, index);
  if (port == nullptr) return std::nullopt;
  return StreamPortAddress{tile, which, port->physical};
}

}  // namespace

std::optional<StreamPortAddress> mm2s_port(const Geometry& geometry, TileId tile, unsigned channel) {
  // Compute tiles have the register slot of a second channel, but no such channel.
  if (geometry.kind(tile) == TileKind::Compute && channel > 0) return std::nullopt;
  return find(geometry, tile, Switch::Wide512, PortDirection::Subordinate, PortGroup::Dma, channel);
}

std::optional<StreamPortAddress> s2mm_port(const Geometry& geometry, TileId tile, unsigned channel) {
  return find(geometry, tile, Switch::Wide512, PortDirection::Manager, PortGroup::Dma, channel);
}

std::optional<StreamPortAddress> control_mm2s_port(const Geometry& geometry, TileId tile, unsigned half) {
  return find(geometry, tile, Switch::Wide512, PortDirection::Subordinate, PortGroup::DmaControl, half);
}

std::optional<StreamPortAddress> trace_s2mm_port(const Geometry& geometry, TileId tile) {
  return find(geometry, tile, Switch::Wide512, PortDirection::Manager, PortGroup::DmaTrace, 0);
}

std::optional<StreamPortAddress> core_in_port(const Geometry& geometry, TileId tile, unsigned index) {
  return find(geometry, tile, Switch::Wide512, PortDirection::Manager, PortGroup::AieCore, index);
}

std::optional<StreamPortAddress> core_out_port(const Geometry& geometry, TileId tile) {
  return find(geometry, tile, Switch::Wide512, PortDirection::Subordinate, PortGroup::AieCore, 0);
}

std::optional<StreamPortAddress> tile_control_in_port(const Geometry& geometry, TileId tile, unsigned half) {
  return find(geometry, tile, Switch::Wide512, PortDirection::Manager, PortGroup::TileControl, half);
}

std::optional<StreamPortAddress> tile_control_out_port(const Geometry& geometry, TileId tile, unsigned half) {
  return find(geometry, tile, Switch::Narrow32, PortDirection::Subordinate, PortGroup::TileControl, half);
}

std::optional<StreamPortAddress> token_port(const Geometry& geometry, TileId tile, unsigned half) {
  return find(geometry, tile, Switch::Narrow32, PortDirection::Manager, PortGroup::Microcontroller, half);
}

}  // namespace aie4::array
