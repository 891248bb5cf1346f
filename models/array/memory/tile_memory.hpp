// SPDX-License-Identifier: Apache-2.0
// Data memories of the tiles: their bytes, the time their banks need, and the windows in which DMAs see them.
// Source: AIE4 tile-array notes 1.4 (sizes, banks, windows) and timing notes 1.4 and 3.5 (rates, conflicts).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/environment.hpp"
#include "models/array/memory/dma_memory.hpp"

namespace aie4::array {

/// Somebody who computes on memory while its simulated time passes: a core that runs a kernel.
class MemoryBorrower {
 public:
  virtual ~MemoryBorrower() = default;
  /// Somebody else is about to access what it has on loan, in a way that races: it finishes and gives all back.
  virtual void recall() = 0;
};

/// Bytes that are zero until written and take no memory of the host before.
class ZeroedBytes {
 public:
  explicit ZeroedBytes(std::size_t size);

  /// Whoever writes says so by `touch`.
  [[nodiscard]] std::span<std::byte> bytes() { return {data_.get(), size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_.get(), size_}; }
  /// Zeroes everything, or a range; costs what was written there since the last time.
  void clear() { clear(0, size_); }
  void clear(std::uint64_t offset, std::uint64_t bytes);

  /// The borrower reads these bytes, or writes them too, until it gives all of its loans back.
  void lend(MemoryBorrower& borrower, std::uint64_t offset, std::uint64_t bytes, bool writes) {
    loans_.push_back({&borrower, offset, offset + bytes, writes});
    if (writes && bytes != 0) mark(offset, bytes);
  }
  void give_back(const MemoryBorrower& borrower) {
    std::erase_if(loans_, [&](const Loan& loan) { return loan.borrower == &borrower; });
  }
  /// To be called before an access: recalls what is on loan to somebody whose results the access could see or change.
  void touch(std::uint64_t offset, std::uint64_t bytes, bool write) {
    if (!loans_.empty()) recall(offset, bytes, write);
    if (write && bytes != 0) mark(offset, bytes);
  }

 private:
  static constexpr unsigned kParts = 64;

  void mark(std::uint64_t offset, std::uint64_t bytes) {
    for (std::uint64_t part = offset >> part_bits_; part <= (offset + bytes - 1) >> part_bits_; ++part) {
      dirty_ |= std::uint64_t{1} << part;
    }
  }

  struct Loan {
    MemoryBorrower* borrower = nullptr;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool writes = false;
  };
  void recall(std::uint64_t offset, std::uint64_t bytes, bool write);

  struct Free {
    void operator()(std::byte* data) const;
  };
  std::size_t size_;
  std::unique_ptr<std::byte, Free> data_;
  unsigned part_bits_;       // 2^this bytes are a part; the last one may have fewer.
  std::uint64_t dirty_ = 0;  // Parts that may hold something else than zeros, as bits.
  std::vector<Loan> loans_;
};

/// One memory: a number of single-ported banks that each serve one row in a clock cycle.
class TileMemory {
 public:
  struct Shape {
    std::uint32_t bytes = 0;
    unsigned banks = 1;
    std::uint32_t row_bytes = 32;        ///< Width of a bank, a power of two.
    std::uint32_t bytes_per_cycle = 32;  ///< What one DMA channel moves at most.
  };

  /// `owner`: "column 0/memory tile 1".
  TileMemory(const Environment& environment, const std::string& owner, const Shape& shape);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::span<std::byte> bytes() { return storage_.bytes(); }
  [[nodiscard]] ZeroedBytes& storage() { return storage_; }
  /// Zeroes everything: power-on and zeroise.
  void clear() { storage_.clear(); }

  /// memory_interleaving: neighbouring rows lie in neighbouring banks, instead of each bank being one block. Which bits
  /// hardware takes is not public; only `touch` knows.
  void set_interleaved(bool interleaved) { interleaved_ = interleaved; }

  /// Notes that a burst touches `bytes` at `offset`, inside the memory. Returns the cycles one channel needs for them.
  std::uint64_t touch(std::uint32_t offset, std::uint32_t bytes);
  /// Books what was touched since the last call from `start` on. Returns when the last bank is through with it.
  sc_core::sc_time book(const sc_core::sc_time& start);

  /// Called with the bank for each burst that had to wait for another requester; empty: nobody listens.
  std::function<void(unsigned bank)> on_conflict;

 private:
  static constexpr unsigned kMaxBanks = 64;

  [[nodiscard]] unsigned bank_of(std::uint32_t row);
  void load(unsigned bank, std::uint64_t rows) {
    load_[bank] += rows;
    loaded_ |= std::uint64_t{1} << bank;
  }

  /// The time that the rows take if all banks share them.
  [[nodiscard]] const sc_core::sc_time& share_of(std::uint64_t rows);
  /// Whether all banks are free at the same time, as far as a burst can tell that does not look before `past`.
  [[nodiscard]] bool level(const sc_core::sc_time& past);
  [[nodiscard]] sc_core::sc_time book_all(const sc_core::sc_time& start, const sc_core::sc_time& now,
                                          std::uint64_t& rows);
  [[nodiscard]] sc_core::sc_time book_each(const sc_core::sc_time& start, const sc_core::sc_time& now,
                                           std::uint64_t& rows);

  const Environment& environment_;
  Shape shape_;
  ZeroedBytes storage_;
  ResourceUse& use_;
  bool interleaved_ = false;
  unsigned row_bits_;  // 2^this bytes are a row.
  std::uint32_t rows_per_bank_;
  std::uint32_t rows_per_cycle_;
  unsigned last_bank_ = 0;  // That a row was in, and its first row.
  std::uint32_t last_bank_row_ = 0;
  // Of the burst being noted: rows of each bank, and those that all banks have besides.
  std::vector<std::uint64_t> load_;
  std::uint64_t loaded_ = 0;  // Banks that have any of their own, as bits.
  std::uint64_t loaded_all_ = 0;
  // When each bank is free, unless all are as long busy as the last one: interleaved memories mostly are.
  std::vector<sc_core::sc_time> free_at_;
  sc_core::sc_time free_at_last_;
  bool level_ = true;
  // What share_of() said last: bursts are mostly of one size.
  std::uint64_t share_rows_ = 0;
  std::uint64_t share_mhz_ = 0;
  sc_core::sc_time share_;
};

/// What the DMA of one tile sees: memories side by side in its address space.
class TileMemoryPort : public DmaMemory {
 public:
  /// The own memory of a memory tile starts at this word of its DMA's address space.
  static constexpr std::uint64_t kMemoryTileOwnWord = 0x80'0000;
  static constexpr unsigned kMemoryTileReach = 7;  ///< Neighbours to either side; the west lies below.

  /// `memories[i]` lies at `base` + i * its size, all of one size; null: no tile there.
  TileMemoryPort(const Environment& environment, std::uint64_t base, std::vector<TileMemory*> memories);

  Result read(unsigned channel, std::span<const MemoryRun> runs, std::span<std::uint32_t> words,
              sc_core::sc_time start) override;
  Result write(unsigned channel, std::span<const MemoryRun> runs, std::span<const std::uint32_t> words,
               sc_core::sc_time start) override;

 private:
  struct Piece {
    TileMemory* memory = nullptr;
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
  };
  /// The part of the range that lies in one memory; null memory: none does.
  [[nodiscard]] Piece piece(std::uint64_t address, std::uint64_t bytes) {
    // Unsigned: what lies before is far behind.
    if ((found_ == nullptr || address - found_at_ >= window_) && !look_up(address)) return {};
    const std::uint64_t offset = address - found_at_;
    return {found_, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(std::min(bytes, window_ - offset))};
  }
  /// Finds the memory at the address.
  [[nodiscard]] bool look_up(std::uint64_t address);
  [[nodiscard]] bool available(std::span<const MemoryRun> runs);
  template <typename Move>
  Result transfer(std::span<const MemoryRun> runs, sc_core::sc_time start, bool write, const Move& move);

  const Environment& environment_;
  std::uint64_t base_;
  std::uint64_t window_ = 0;  // Bytes.
  std::vector<TileMemory*> memories_;
  std::vector<TileMemory*> touched_;
  TileMemory* found_ = nullptr;  // At the last address that was looked up.
  std::uint64_t found_at_ = 0;
};

}  // namespace aie4::array
