// SPDX-License-Identifier: Apache-2.0
#include "models/array/memory/tile_memory.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "models/common/time.hpp"

namespace aie4::array {
namespace {

std::byte* zeroed(std::size_t size) {
  void* data = std::calloc(size, 1);  // NOLINT: pages of the host are taken when they are touched
  if (data == nullptr) throw std::bad_alloc();
  return static_cast<std::byte*>(data);
}

/// The least bits for which 2^bits is not less.
unsigned bits_for(std::uint64_t size) {
  return static_cast<unsigned>(std::countr_zero(std::bit_ceil(size)));
}

/// Whole words. DMAs move many short runs of few sizes, for which a call costs more than the move.
void copy_words(void* to, const void* from, std::size_t bytes) {
  switch (bytes) {
    case 4:
      std::memcpy(to, from, 4);
      return;
    case 8:
      std::memcpy(to, from, 8);
      return;
    case 16:
      std::memcpy(to, from, 16);
      return;
    case 32:
      std::memcpy(to, from, 32);
      return;
    case 64:
      std::memcpy(to, from, 64);
      return;
    default:
      std::memcpy(to, from, bytes);
  }
}

}  // namespace

void ZeroedBytes::Free::operator()(std::byte* data) const {
  std::free(data);  // NOLINT
}

ZeroedBytes::ZeroedBytes(std::size_t size)
    : size_(size), data_(zeroed(size)), part_bits_(bits_for((size + kParts - 1) / kParts)) {}

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
    const std::uint64_t part_begin = std::uint64_t{part} << part_bits_;
    const std::uint64_t part_end = std::min<std::uint64_t>(std::uint64_t{part + 1} << part_bits_, size_);
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
      row_bits_(bits_for(shape.row_bytes)),
      rows_per_bank_((shape.bytes / shape.row_bytes + shape.banks - 1) / shape.banks),
      rows_per_cycle_(std::max(1U, shape.bytes_per_cycle / shape.row_bytes)),
      load_(shape.banks),
      free_at_(shape.banks) {
  if (shape.banks > kMaxBanks) throw std::invalid_argument("a memory has at most 64 banks");
  if (!std::has_single_bit(shape.row_bytes)) throw std::invalid_argument("rows of a memory have a power of two bytes");
}

unsigned TileMemory::bank_of(std::uint32_t row) {
  if (interleaved_) return row % shape_.banks;
  if (row - last_bank_row_ >= rows_per_bank_) {  // Unsigned: what lies before is far behind.
    last_bank_ = row / rows_per_bank_;
    last_bank_row_ = last_bank_ * rows_per_bank_;
  }
  return last_bank_;
}

std::uint64_t TileMemory::touch(std::uint32_t offset, std::uint32_t bytes) {
  const std::uint32_t first = offset >> row_bits_;
  const std::uint32_t last = (offset + bytes - 1) >> row_bits_;
  const std::uint32_t rows = last - first + 1;
  use_.bytes += bytes;
  if (rows == 1) {
    load(bank_of(first), 1);
    return 1;
  }
  if (interleaved_) {
    const std::uint32_t of_all = rows / shape_.banks;
    loaded_all_ += of_all;
    for (std::uint32_t row = first + of_all * shape_.banks; row <= last; ++row) load(bank_of(row), 1);
  } else {
    for (std::uint32_t row = first; row <= last;) {
      const unsigned bank = bank_of(row);
      const std::uint32_t end = std::min(last + 1, (bank + 1) * rows_per_bank_);
      load(bank, end - row);
      row = end;
    }
  }
  return (rows + rows_per_cycle_ - 1) / rows_per_cycle_;
}

sc_core::sc_time TileMemory::book(const sc_core::sc_time& start) {
  const sc_core::sc_time now = time_now();
  std::uint64_t rows = 0;
  const sc_core::sc_time done = loaded_ == 0 && loaded_all_ != 0 && level(std::min(start, now))
                                    ? book_all(start, now, rows)
                                    : book_each(start, now, rows);
  ++use_.operations;
  use_.busy += share_of(rows);
  return done;
}

const sc_core::sc_time& TileMemory::share_of(std::uint64_t rows) {
  if (rows != share_rows_ || environment_.clock.mhz() != share_mhz_) {
    share_rows_ = rows;
    share_mhz_ = environment_.clock.mhz();
    share_ = environment_.clock.cycles(rows) / static_cast<double>(shape_.banks);
  }
  return share_;
}

bool TileMemory::level(const sc_core::sc_time& past) {
  if (!level_ && free_at_last_ <= past) level_ = true;
  return level_;
}

sc_core::sc_time TileMemory::book_all(const sc_core::sc_time& start, const sc_core::sc_time& now, std::uint64_t& rows) {
  const sc_core::sc_time time = environment_.clock.cycles(loaded_all_);
  if (free_at_last_ > start && on_conflict) {
    for (unsigned bank = 0; bank < shape_.banks; ++bank) on_conflict(bank);
  }
  // Booked from the present on, not from `start`: who asks ahead of time must not hold up those who ask in time.
  free_at_last_ = std::max(free_at_last_, now) + time;
  rows = loaded_all_ * shape_.banks;
  loaded_all_ = 0;
  return std::max(free_at_last_, start + time);
}

sc_core::sc_time TileMemory::book_each(const sc_core::sc_time& start, const sc_core::sc_time& now,
                                       std::uint64_t& rows) {
  if (std::exchange(level_, false)) std::ranges::fill(free_at_, free_at_last_);
  if (loaded_all_ != 0) {
    for (unsigned bank = 0; bank < shape_.banks; ++bank) load(bank, loaded_all_);
    loaded_all_ = 0;
  }
  sc_core::sc_time done = start;
  for (; loaded_ != 0; loaded_ &= loaded_ - 1) {
    const auto bank = static_cast<unsigned>(std::countr_zero(loaded_));
    const sc_core::sc_time time = environment_.clock.cycles(load_[bank]);
    if (free_at_[bank] > start && on_conflict) on_conflict(bank);
    free_at_[bank] = std::max(free_at_[bank], now) + time;
    free_at_last_ = std::max(free_at_last_, free_at_[bank]);
    done = std::max({done, free_at_[bank], start + time});
    rows += load_[bank];
    load_[bank] = 0;
  }
  return done;
}

TileMemoryPort::TileMemoryPort(const Environment& environment, std::uint64_t base, std::vector<TileMemory*> memories)
    : environment_(environment), base_(base), memories_(std::move(memories)) {
  for (const TileMemory* memory : memories_) {
    if (memory != nullptr) window_ = memory->shape().bytes;
  }
}

bool TileMemoryPort::look_up(std::uint64_t address) {
  if (address < base_) return false;
  const std::uint64_t index = (address - base_) / window_;
  if (index >= memories_.size() || memories_[index] == nullptr) return false;
  found_ = memories_[index];
  found_at_ = base_ + index * window_;
  return true;
}

bool TileMemoryPort::available(std::span<const MemoryRun> runs) {
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
  const TileMemory* last = nullptr;
  for (const MemoryRun& run : runs) {
    std::uint64_t address = run.address;
    std::uint64_t left = std::uint64_t{run.words} * 4;
    while (left != 0) {
      const Piece part = piece(address, left);
      part.memory->storage().touch(part.offset, part.bytes, write);
      move(part.memory->bytes().subspan(part.offset, part.bytes), word);
      cycles += part.memory->touch(part.offset, part.bytes);
      if (last != part.memory && std::ranges::find(touched_, part.memory) == touched_.end()) {
        touched_.push_back(part.memory);
      }
      last = part.memory;
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
    copy_words(words.data() + word, memory.data(), memory.size());
  });
}

DmaMemory::Result TileMemoryPort::write(unsigned /*channel*/, std::span<const MemoryRun> runs,
                                        std::span<const std::uint32_t> words, sc_core::sc_time start) {
  return transfer(runs, start, true, [&](std::span<std::byte> memory, std::size_t word) {
    copy_words(memory.data(), words.data() + word, memory.size());
  });
}

}  // namespace aie4::array
