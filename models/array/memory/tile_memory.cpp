// SPDX-License-Identifier: Apache-2.0
#include "models/array/memory/tile_memory.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace aie4::array {
namespace {

std::byte* zeroed(std::size_t size) {
  void* data = std::calloc(size, 1);  // NOLINT: pages of the host are taken when they are touched
  if (data == nullptr) throw std::bad_alloc();
  return static_cast<std::byte*>(data);
}

}  // namespace

void ZeroedBytes::Free::operator()(std::byte* data) const {
  std::free(data);  // NOLINT
}

ZeroedBytes::ZeroedBytes(std::size_t size) : size_(size), data_(zeroed(size)), part_((size + kParts - 1) / kParts) {}

void ZeroedBytes::recall(std::uint64_t offset, std::uint64_t bytes, bool write) {
  const auto races = [&](const Loan& loan) {
    return offset < loan.end && loan.begin < offset + bytes && (write || loan.writes);
  };
  for (auto loan = std::ranges::find_if(loans_, races); loan != loans_.end();
       loan = std::ranges::find_if(loans_, races)) {
    MemoryBorrower& borrower = *loan->borrower;
    borrower.recall();
    give_back(borrower);
  }
}

void ZeroedBytes::clear(std::uint64_t offset, std::uint64_t bytes) {
  if (!loans_.empty()) recall(offset, bytes, true);
  const std::uint64_t end = offset + bytes;
  for (std::uint64_t left = dirty_; left != 0; left &= left - 1) {
    const auto part = static_cast<unsigned>(std::countr_zero(left));
    const std::uint64_t part_begin = part * part_;
    const std::uint64_t part_end = std::min<std::uint64_t>(part_begin + part_, size_);
    const std::uint64_t from = std::max(offset, part_begin);
    const std::uint64_t to = std::min(end, part_end);
    if (from >= to) continue;
    std::memset(data_.get() + from, 0, to - from);
    if (from == part_begin && to == part_end) dirty_ &= ~(std::uint64_t{1} << part);
  }
}

TileMemory::TileMemory(const Environment& environment, const std::string& owner, const Shape& shape)
    : environment_(environment),
      shape_(shape),
      storage_(shape.bytes),
      use_(environment.resources.add(owner + "/memory")),
      rows_per_bank_((shape.bytes / shape.row_bytes + shape.banks - 1) / shape.banks),
      load_(shape.banks),
      free_at_(shape.banks) {
  if (shape.banks > kMaxBanks) throw std::invalid_argument("a memory has at most 64 banks");
}

unsigned TileMemory::bank_of(std::uint32_t row) const {
  return interleaved_ ? row % shape_.banks : row / rows_per_bank_;
}

std::uint64_t TileMemory::touch(std::uint32_t offset, std::uint32_t bytes) {
  const std::uint32_t first = offset / shape_.row_bytes;
  const std::uint32_t last = (offset + bytes - 1) / shape_.row_bytes;
  const std::uint32_t rows = last - first + 1;
  if (rows == 1) {
    load(bank_of(first), 1);
  } else if (interleaved_) {
    if (rows >= shape_.banks) {
      for (unsigned bank = 0; bank < shape_.banks; ++bank) load(bank, rows / shape_.banks);
    }
    for (std::uint32_t row = last + 1 - rows % shape_.banks; row <= last; ++row) load(bank_of(row), 1);
  } else {
    for (std::uint32_t row = first; row <= last;) {
      const unsigned bank = bank_of(row);
      const std::uint32_t end = std::min(last + 1, (bank + 1) * rows_per_bank_);
      load(bank, end - row);
      row = end;
    }
  }
  use_.bytes += bytes;
  const std::uint32_t rows_per_cycle = std::max(1U, shape_.bytes_per_cycle / shape_.row_bytes);
  return (rows + rows_per_cycle - 1) / rows_per_cycle;
}

sc_core::sc_time TileMemory::book(const sc_core::sc_time& start) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  sc_core::sc_time done = start;
  std::uint64_t rows = 0;
  for (; loaded_ != 0; loaded_ &= loaded_ - 1) {
    const auto bank = static_cast<unsigned>(std::countr_zero(loaded_));
    const sc_core::sc_time time = environment_.clock.cycles(load_[bank]);
    if (free_at_[bank] > start && on_conflict) on_conflict(bank);
    // Booked from the present on, not from `start`: who asks ahead of time must not hold up those who ask in time.
    free_at_[bank] = std::max(free_at_[bank], now) + time;
    done = std::max({done, free_at_[bank], start + time});
    rows += load_[bank];
    load_[bank] = 0;
  }
  ++use_.operations;
  use_.busy += environment_.clock.cycles(rows) / static_cast<double>(shape_.banks);
  return done;
}

TileMemoryPort::TileMemoryPort(const Environment& environment, std::uint64_t base, std::vector<TileMemory*> memories)
    : environment_(environment), base_(base), memories_(std::move(memories)) {
  for (const TileMemory* memory : memories_) {
    if (memory != nullptr) window_ = memory->shape().bytes;
  }
}

TileMemoryPort::Piece TileMemoryPort::piece(std::uint64_t address, std::uint64_t bytes) const {
  if (address < base_) return {};
  const std::uint64_t index = (address - base_) / window_;
  if (index >= memories_.size() || memories_[index] == nullptr) return {};
  const std::uint64_t offset = (address - base_) % window_;
  return {memories_[index], static_cast<std::uint32_t>(offset),
          static_cast<std::uint32_t>(std::min(bytes, window_ - offset))};
}

bool TileMemoryPort::available(std::span<const MemoryRun> runs) const {
  for (const MemoryRun& run : runs) {
    std::uint64_t address = run.address;
    std::uint64_t left = std::uint64_t{run.words} * 4;
    while (left != 0) {
      const Piece part = piece(address, left);
      if (part.memory == nullptr) return false;
      address += part.bytes;
      left -= part.bytes;
    }
  }
  return true;
}

template <typename Move>
DmaMemory::Result TileMemoryPort::transfer(std::span<const MemoryRun> runs, sc_core::sc_time start, bool write,
                                           const Move& move) {
  if (!available(runs)) return {.status = MemoryStatus::Unavailable, .done = start, .next = start};
  std::uint64_t cycles = 0;
  std::size_t word = 0;
  touched_.clear();
  for (const MemoryRun& run : runs) {
    std::uint64_t address = run.address;
    std::uint64_t left = std::uint64_t{run.words} * 4;
    while (left != 0) {
      const Piece part = piece(address, left);
      part.memory->storage().touch(part.offset, part.bytes, write);
      move(part.memory->bytes().subspan(part.offset, part.bytes), word);
      cycles += part.memory->touch(part.offset, part.bytes);
      if (std::ranges::find(touched_, part.memory) == touched_.end()) touched_.push_back(part.memory);
      word += part.bytes / 4;
      address += part.bytes;
      left -= part.bytes;
    }
  }
  sc_core::sc_time next = start + environment_.clock.cycles(cycles);
  for (TileMemory* memory : touched_) next = std::max(next, memory->book(start));
  const sc_core::sc_time latency = environment_.clock.cycles(environment_.parameters.memory_latency_cycles);
  return {.status = MemoryStatus::Ok, .done = next + latency, .next = next};
}

DmaMemory::Result TileMemoryPort::read(unsigned /*channel*/, std::span<const MemoryRun> runs,
                                       std::span<std::uint32_t> words, sc_core::sc_time start) {
  return transfer(runs, start, false, [&](std::span<std::byte> memory, std::size_t word) {
    std::memcpy(words.data() + word, memory.data(), memory.size());
  });
}

DmaMemory::Result TileMemoryPort::write(unsigned /*channel*/, std::span<const MemoryRun> runs,
                                        std::span<const std::uint32_t> words, sc_core::sc_time start) {
  return transfer(runs, start, true, [&](std::span<std::byte> memory, std::size_t word) {
    std::memcpy(memory.data(), words.data() + word, memory.size());
  });
}

}  // namespace aie4::array
