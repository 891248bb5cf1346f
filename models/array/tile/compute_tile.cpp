// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/compute_tile.hpp"

#include "models/array/tile/tile_event_ids.hpp"

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
  core_ = std::make_unique<Core>("core", environment, fabric.streams, id, path(), events(), program_,
                                 [this](std::uint32_t offset, std::uint32_t value) {
                                   return write(offset, std::as_bytes(std::span(&value, 1))) == AccessOutcome::Ok;
                                 });
  add_part(core_->control());
}

void ComputeTile::connect(ComputeTile* south, ComputeTile* west, ComputeTile* north, ComputeTile* east) {
  Core::Neighbourhood around;
  const std::array<ComputeTile*, 4> tiles{south, west, north, this};  // As compute::CoreNeighbour.
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    if (tiles[tile] == nullptr) continue;
    around.memories[tile] = &tiles[tile]->data_.storage();
    around.locks[tile] = &tiles[tile]->locks();
  }
  if (south != nullptr) around.cascade_south = &south->core().cascade_from_north();
  if (east != nullptr) around.cascade_east = &east->core().cascade_from_west();
  core_->connect(around);
}

void ComputeTile::power_off() {
  Tile::power_off();
  data_.clear();
  program_.clear();
}

}  // namespace aie4::array
