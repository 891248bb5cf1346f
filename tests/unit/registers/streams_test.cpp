// SPDX-License-Identifier: Apache-2.0
// Ports and circuits against the routes that real programs use (AIE4 tile-array notes 4.1, 4.2, appendix C).
#include "models/registers/array/streams.hpp"

#include <fmt/format.h>

#include "tests/support/catch.hpp"

namespace {

using namespace aie4::registers;

const StreamPort& manager(TileKind kind, PortGroup group, unsigned index, Switch which = Switch::Wide512) {
  const StreamPort* port = find_port(kind, which, PortDirection::Manager, group, index);
  REQUIRE(port != nullptr);
  return *port;
}

const StreamPort& subordinate(TileKind kind, PortGroup group, unsigned index, Switch which = Switch::Wide512) {
  const StreamPort* port = find_port(kind, which, PortDirection::Subordinate, group, index);
  REQUIRE(port != nullptr);
  return *port;
}

bool legal(TileKind kind, PortGroup from, unsigned from_index, PortGroup to, unsigned to_index) {
  return legal_circuit_route(kind, manager(kind, to, to_index).physical, subordinate(kind, from, from_index).physical);
}

}  // namespace

TEST_CASE("Ports are numbered as in executed routes") {
  CHECK(subordinate(TileKind::Shim, PortGroup::North, 0).physical == 18);
  CHECK(subordinate(TileKind::Shim, PortGroup::North, 1).physical == 19);
  CHECK(subordinate(TileKind::Shim, PortGroup::DmaControl, 0).physical == 26);
  CHECK(subordinate(TileKind::Memory, PortGroup::South, 2).physical == 18);
  CHECK(subordinate(TileKind::Memory, PortGroup::South, 3).physical == 19);
  CHECK(subordinate(TileKind::Compute, PortGroup::South, 7).physical == 12);
  CHECK(subordinate(TileKind::Memory, PortGroup::Dma, 5).name == "dma_6");
  CHECK(subordinate(TileKind::Memory, PortGroup::Dma, 5).physical == 6);
  CHECK(manager(TileKind::Shim, PortGroup::Dma, 1).name == "dma_2");
  CHECK(manager(TileKind::Shim, PortGroup::DmaTrace, 0).name == "dma_1");
}

TEST_CASE("Registers of ports lie where executed routes write them") {
  const auto config = [](TileKind kind, PortDirection direction, const StreamPort& port,
                         Switch which = Switch::Wide512) { return config_offset(kind, which, direction, port); };
  using enum PortDirection;
  CHECK(config(TileKind::Memory, Manager, manager(TileKind::Memory, PortGroup::South, 0)) == 0x20014);
  CHECK(config(TileKind::Shim, Manager, manager(TileKind::Shim, PortGroup::Dma, 0)) == 0x8000);
  CHECK(config(TileKind::Shim, Manager, manager(TileKind::Shim, PortGroup::Dma, 1)) == 0x48000);
  CHECK(config(TileKind::Shim, Manager, manager(TileKind::Shim, PortGroup::North, 2)) == 0x48020);
  CHECK(config(TileKind::Memory, Manager, manager(TileKind::Memory, PortGroup::Dma, 5)) == 0x60004);
  CHECK(config(TileKind::Shim, Manager, manager(TileKind::Shim, PortGroup::TileControl, 0)) == 0x8038);
  CHECK(config(TileKind::Compute, Subordinate, subordinate(TileKind::Compute, PortGroup::SouthControl, 0)) == 0xB416C);
  CHECK(config(TileKind::Shim, Manager, manager(TileKind::Shim, PortGroup::Microcontroller, 0, Switch::Narrow32),
               Switch::Narrow32) == 0x8190);
  CHECK(slot_offset(TileKind::Shim, Switch::Narrow32,
                    subordinate(TileKind::Shim, PortGroup::North, 1, Switch::Narrow32), 3) == 0x4821C);
  CHECK(slot_offset(TileKind::Compute, Switch::Wide512, subordinate(TileKind::Compute, PortGroup::Dma, 1), 2) ==
        0xB4228);
}

TEST_CASE("Every port is found through its register") {
  for (const TileKind kind : {TileKind::Shim, TileKind::Memory, TileKind::Compute}) {
    for (const Switch which : {Switch::Wide512, Switch::Narrow32}) {
      for (const PortDirection direction : {PortDirection::Manager, PortDirection::Subordinate}) {
        unsigned id = 0;
        for (const StreamPort& port : ports(kind, which, direction)) {
          INFO(port.name);
          CHECK(port.physical == id++);
          CHECK(port_at(kind, which, direction, port.half, port.slot) == &port);
          const auto ref = lookup(kind, config_offset(kind, which, direction, port));
          REQUIRE(ref);
          CHECK(ref->half == port.half);
          CHECK(ref->indices[0] == port.slot);
          CHECK(ref->name().ends_with(fmt::format("_{}", port.name)));
          if (direction == PortDirection::Subordinate) {
            const auto slot = lookup(kind, slot_offset(kind, which, port, 3));
            REQUIRE(slot);
            CHECK(slot->name().ends_with(fmt::format("_{}_slot3", port.name)));
          }
        }
        CHECK(id >= 8);
      }
    }
  }
  CHECK(port_at(TileKind::Shim, Switch::Narrow32, PortDirection::Manager, Half::B, 1) == nullptr);
  CHECK(find_port(TileKind::Memory, Switch::Wide512, PortDirection::Manager, PortGroup::West, 0) == nullptr);
}

TEST_CASE("Circuits are legal as executed programs use them") {
  using enum PortGroup;
  CHECK(legal(TileKind::Memory, Dma, 0, South, 0));
  CHECK(legal(TileKind::Memory, Dma, 1, South, 1));
  CHECK(legal(TileKind::Memory, South, 0, Dma, 0));
  CHECK(legal(TileKind::Memory, South, 2, Dma, 4));
  CHECK(legal(TileKind::Memory, South, 3, Dma, 5));
  CHECK(legal(TileKind::Memory, South, 0, North, 0));
  for (unsigned i = 0; i < 4; ++i) CHECK(legal(TileKind::Shim, Dma, i, North, i));
  CHECK(legal(TileKind::Shim, North, 0, Dma, 0));
  CHECK(legal(TileKind::Shim, North, 1, Dma, 1));
  CHECK(legal(TileKind::Shim, DmaControl, 0, TileControl, 0));
  CHECK(legal(TileKind::Compute, South, 0, Dma, 0));
  CHECK(legal(TileKind::Compute, South, 0, North, 0));

  CHECK_FALSE(legal(TileKind::Memory, Dma, 0, South, 1));
  CHECK_FALSE(legal(TileKind::Memory, Dma, 0, NorthControl, 0));
  CHECK_FALSE(legal(TileKind::Shim, DmaControl, 1, Dma, 0));
  CHECK_FALSE(legal(TileKind::Compute, AieCore, 0, AieCore, 0));
  CHECK_FALSE(legal(TileKind::Compute, Switch32b, 0, Switch32b, 0));
  CHECK_FALSE(legal_circuit_route(TileKind::Memory, 99, 0));
  CHECK_FALSE(legal_circuit_route(TileKind::Memory, 0, 99));
  CHECK_FALSE(legal_circuit_route(TileKind::Shim, manager(TileKind::Shim, Fifo, 0).physical,
                                  subordinate(TileKind::Shim, Dma, 0).physical));
}

TEST_CASE("With two applications circuits stay in their half") {
  using enum PortGroup;
  const auto half = [](TileKind kind, PortGroup from, unsigned from_index, PortGroup to, unsigned to_index) {
    return legal_circuit_route_of_half(kind, manager(kind, to, to_index).physical,
                                       subordinate(kind, from, from_index).physical);
  };
  CHECK(half(TileKind::Memory, Dma, 0, South, 0));
  CHECK(half(TileKind::Memory, Dma, 5, South, 2));  // the same route of half B
  CHECK_FALSE(half(TileKind::Memory, Dma, 5, South, 0));
  CHECK(half(TileKind::Shim, North, 2, Dma, 1));
  CHECK_FALSE(half(TileKind::Shim, North, 1, Dma, 1));
  CHECK(legal(TileKind::Shim, North, 1, Dma, 1));
}
