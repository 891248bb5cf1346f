// SPDX-License-Identifier: Apache-2.0
#include "models/array/array.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>

#include "models/array/fabric.hpp"
#include "models/array/tile/compute_tile.hpp"
#include "models/array/tile/memory_tile.hpp"
#include "models/array/tile/shim_tile.hpp"
#include "models/common/time.hpp"
#include "models/soc/microcontroller.hpp"
#include "models/soc/poll_hint.hpp"

namespace aie4::array {

struct FabricParts {
  CycleClock cycles;
  StreamNetwork streams;
  EventNetwork events;

  explicit FabricParts(const Environment& environment)
      : cycles("cycles", environment.clock), streams(environment), events(environment) {}
  [[nodiscard]] Fabric fabric() { return {streams, events, cycles}; }
};

Array::Array(sc_core::sc_module_name name, const Environment& environment, const ClockDomain& noc_clock)
    : sc_module(name),
      masters("masters"),
      environment_(environment),
      geometry_(environment.geometry()),
      fabric_(std::make_unique<FabricParts>(environment_)) {
  const Fabric fabric = fabric_->fabric();
  masters.register_b_transport(this, &Array::b_transport);
  for (std::uint8_t column = 0; column < geometry_.columns; ++column) {
    for (std::uint8_t row = 0; row < geometry_.rows(); ++row) {
      const TileId id{column, row};
      const std::string tile = fmt::format("tile_{}_{}", column, row);
      switch (geometry_.kind(id)) {
        case TileKind::Shim: {
          auto shim = std::make_unique<ShimTile>(tile.c_str(), environment_, fabric, noc_clock, id);
          shim->on_reset = [this, column](registers::Half half) { reset_column(column, half); };
          shim->interrupts().interrupt = [this] {
            if (interrupt) interrupt();
          };
          shim_tiles_.push_back(shim.get());
          tiles_.push_back(std::move(shim));
          break;
        }
        case TileKind::Memory:
          tiles_.push_back(std::make_unique<MemoryTile>(tile.c_str(), environment_, fabric, id));
          break;
        case TileKind::Compute:
          tiles_.push_back(std::make_unique<ComputeTile>(tile.c_str(), environment_, fabric, id));
          break;
      }
    }
  }
  connect_memory_tiles();
  connect_compute_tiles();
}

void Array::connect_memory_tiles() {
  constexpr int kReach = MemoryTile::kReach;
  for (int column = 0; column < geometry_.columns; ++column) {
    for (unsigned row = 1; row <= geometry_.memory_rows; ++row) {
      const auto at = [&](int place) -> MemoryTile* {
        if (place < 0 || place >= geometry_.columns) return nullptr;
        return static_cast<MemoryTile*>(&tile({static_cast<std::uint8_t>(place), static_cast<std::uint8_t>(row)}));
      };
      std::array<MemoryTile*, 2 * kReach + 1> neighbours{};
      for (int distance = -kReach; distance <= kReach; ++distance) {
        neighbours[static_cast<std::size_t>(distance + kReach)] = at(column + distance);
      }
      at(column)->connect(neighbours);
    }
  }
}

void Array::connect_compute_tiles() {
  const auto at = [&](int column, int row) -> ComputeTile* {
    const TileId id{static_cast<std::uint8_t>(column), static_cast<std::uint8_t>(row)};
    if (column < 0 || row < 0 || !geometry_.contains(id) || geometry_.kind(id) != TileKind::Compute) return nullptr;
    return &compute_tile(id);
  };
  for (int column = 0; column < geometry_.columns; ++column) {
    for (int row = 0; row < static_cast<int>(geometry_.rows()); ++row) {
      ComputeTile* tile = at(column, row);
      if (tile == nullptr) continue;
      tile->connect(at(column, row - 1), at(column - 1, row), at(column, row + 1), at(column + 1, row));
    }
  }
}

ComputeTile& Array::compute_tile(TileId id) {
  return static_cast<ComputeTile&>(tile(id));
}

Array::~Array() = default;

void Array::attach(const std::vector<Microcontroller*>& microcontrollers) {
  for (std::size_t index = 0; index < microcontrollers.size(); ++index) {
    ShimTile& shim = *shim_tiles_.at(index / 2);
    Microcontroller& microcontroller = *microcontrollers[index];
    const bool half_b = index % 2 != 0;
    (half_b ? shim.microcontroller_b : shim.microcontroller_a).bind(microcontroller.array);
    shim.attach(half_b ? registers::Half::B : registers::Half::A, microcontroller);
  }
}

void Array::power_off() {
  for (const auto& tile : tiles_) tile->power_off();
}

void Array::reset_column(unsigned column, registers::Half half) {
  for (std::uint8_t row = 0; row < geometry_.rows(); ++row) {
    const TileId id{static_cast<std::uint8_t>(column), row};
    if (half == registers::Half::B && geometry_.kind(id) == TileKind::Compute) continue;
    tile(id).reset(half);
  }
}

void Array::b_transport(int /*master*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::span<std::byte> data(reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length());
  delay += nanoseconds(environment_.parameters.register_access_ns);
  const auto place = geometry_.locate(address);
  if (!place) {
    environment_.diagnostics.report({.category = FaultCategory::GuestError,
                                     .where = payload.is_read() ? "array read" : "array write",
                                     .expected = fmt::format("an address in one of {} columns", geometry_.columns),
                                     .came = fmt::format("array address {:#x}", address),
                                     .blame = "the control code or the firmware"});
    if (payload.is_read()) std::memset(data.data(), 0, data.size());
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  Tile& target = tile(place->tile);
  const AccessOutcome outcome =
      payload.is_read() ? target.read(place->offset, data) : target.write(place->offset, data);
  if (auto* hint = payload.get_extension<PollHint>(); hint != nullptr && outcome == AccessOutcome::Ok) {
    hint->until = target.not_before(place->offset, hint->mask, hint->value);
  }
  payload.set_response_status(outcome == AccessOutcome::Ok ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
}

}  // namespace aie4::array
