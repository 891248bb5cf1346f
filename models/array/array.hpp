// SPDX-License-Identifier: Apache-2.0
// The array: columns of one shim tile, memory tiles and compute tiles, and their window on the bus.
// Source: AIE4 tile-array notes, section 1.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/array/environment.hpp"

namespace aie4 {
class Microcontroller;
namespace registers {
enum class Half : std::uint8_t;
}
}  // namespace aie4

namespace aie4::array {

class ComputeTile;
struct FabricParts;
class ShimTile;
class Tile;

/// An access costs noc.register_access_ns once, whatever its size; engines that move words one after the other add what
/// that takes. A hole inside a tile answers with a generic error (SLVERR), an address outside of all tiles with an
/// address error (DECERR); reads of either give 0.
class Array : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Array> masters;  ///< By array-relative address.
  std::function<void()> interrupt;  ///< One NoC interrupt line, towards the management controller.

  /// `noc_clock`: of the host side of shim DMAs.
  Array(sc_core::sc_module_name name, const Environment& environment, const ClockDomain& noc_clock);
  ~Array() override;

  /// Joins the microcontrollers, index 2 * column + half, to their shim tiles; binds `Microcontroller::array`.
  void attach(const std::vector<Microcontroller*>& microcontrollers);
  /// Power lost: everything to reset values, memories zero, microcontrollers held in reset until released.
  void power_off();

  [[nodiscard]] const Geometry& geometry() const { return geometry_; }
  [[nodiscard]] Tile& tile(TileId id) { return *tiles_.at(index_of(id)); }
  /// Of a compute row.
  [[nodiscard]] ComputeTile& compute_tile(TileId id);
  [[nodiscard]] ShimTile& shim_tile(unsigned column) { return *shim_tiles_.at(column); }

 private:
  void b_transport(int master, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void connect_memory_tiles();
  void connect_compute_tiles();
  void reset_column(unsigned column, registers::Half half);
  [[nodiscard]] std::size_t index_of(TileId id) const {
    return static_cast<std::size_t>(id.column) * geometry_.rows() + id.row;
  }

  Environment environment_;
  Geometry geometry_;
  std::unique_ptr<FabricParts> fabric_;
  std::vector<std::unique_ptr<Tile>> tiles_;  // By column, then row.
  std::vector<ShimTile*> shim_tiles_;
};

}  // namespace aie4::array
