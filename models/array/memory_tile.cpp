// SPDX-License-Identifier: Apache-2.0
#include "models/array/memory_tile.hpp"

#include <utility>
#include <vector>

#include "models/array/tile_event_ids.hpp"

namespace aie4::array {
namespace {

constexpr unsigned kLocks = 64;
constexpr std::uint32_t kRowBytes = 64;

TileMemory::Shape shape_of(const Parameters& parameters) {
  return {.bytes = static_cast<std::uint32_t>(parameters.mem_tile_bytes),
          .banks = static_cast<unsigned>(parameters.memory_mem_tile_banks),
          .row_bytes = kRowBytes,
          .bytes_per_cycle = static_cast<std::uint32_t>(parameters.memory_mem_tile_bytes_per_cycle)};
}

}  // namespace

MemoryTile::MemoryTile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric, TileId id)
    : Tile(name, environment, fabric, id, kLocks),
      data_(environment, path(), shape_of(environment.parameters)),
      control_(environment, data_, nullptr) {
  add_window(registers::offset_of(registers::MemoryRegister::datamemory), data_.storage());
  add_part(control_);
  data_.on_conflict = [this](unsigned bank) { events().raise(bank_conflict_event_id(TileKind::Memory, bank)); };
}

void MemoryTile::connect(const std::array<MemoryTile*, 2 * kReach + 1>& neighbours) {
  std::vector<TileMemory*> memories;
  std::vector<LockUnit*> locks;
  for (MemoryTile* neighbour : neighbours) {
    memories.push_back(neighbour == nullptr ? nullptr : &neighbour->data_);
    locks.push_back(neighbour == nullptr ? nullptr : &neighbour->locks());
  }
  const std::uint64_t window = data_.shape().bytes;
  port_ = std::make_unique<TileMemoryPort>(environment_, 4 * TileMemoryPort::kMemoryTileOwnWord - kReach * window,
                                           std::move(memories));
  lock_space_ = std::make_unique<LockSpace>(LockSpace::kMemoryWindow, std::move(locks));
  add_dma(*port_, *lock_space_);
}

void MemoryTile::power_off() {
  Tile::power_off();
  data_.clear();
}

}  // namespace aie4::array
