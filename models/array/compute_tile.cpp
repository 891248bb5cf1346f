// SPDX-License-Identifier: Apache-2.0
#include "models/array/compute_tile.hpp"

#include "models/array/tile_event_ids.hpp"

namespace aie4::array {
namespace {

constexpr unsigned kLocks = 16;
constexpr unsigned kBanks = 8;
constexpr std::uint32_t kRowBytes = 32;

TileMemory::Shape shape_of(const Parameters& parameters) {
  return {.bytes = ComputeTile::kDataBytes,
          .banks = kBanks,
          .row_bytes = kRowBytes,
          .bytes_per_cycle = static_cast<std::uint32_t>(parameters.memory_compute_bytes_per_cycle)};
}

}  // namespace

ComputeTile::ComputeTile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric, TileId id)
    : Tile(name, environment, fabric, id, kLocks),
      data_(environment, path(), shape_of(environment.parameters)),
      program_(kProgramBytes),
      control_(environment, data_, &program_),
      port_(environment, 0, {&data_}),
      lock_space_(kLocks, {&locks()}) {
  add_window(registers::offset_of(registers::ComputeRegister::datamemory), data_.storage());
  add_window(registers::offset_of(registers::ComputeRegister::program_memory), program_);
  add_part(control_);
  data_.on_conflict = [this](unsigned bank) { events().raise(bank_conflict_event_id(TileKind::Compute, bank)); };
  add_dma(port_, lock_space_);
}

void ComputeTile::power_off() {
  Tile::power_off();
  data_.clear();
  program_.clear();
}

}  // namespace aie4::array
