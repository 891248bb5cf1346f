// SPDX-License-Identifier: Apache-2.0
// The words that one execution of a BD visits, as runs of consecutive addresses, with zero padding in between. Pure.
// Source: AIE4 tile-array notes 2.5 and 2.6.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/array/dma/buffer_descriptor.hpp"

namespace aie4::array {

/// Walks a BD in pieces of any size.
///
/// The k-th data word has the index k mod W0 in dimension 0, (k / W0) mod W1 in dimension 1 and so on; a wrap of 0
/// leaves its dimension unbounded, and the last dimension has none. Its address is Base + Iteration_Current *
/// Iteration_Stepsize + sum of index * step, modulo the width of the address field, so that a two's-complement step
/// walks backwards.
///
/// Padding (memory tile, MM2S) surrounds rows, planes and boxes in the order of the stream and is not part of
/// Buffer_Length. Assumed: a row, plane or box that the length cuts short has nothing after it. Padding that
/// padding_error() refuses is left out.
class AddressGenerator {
 public:
  /// Consecutive words, of memory or of padding.
  struct Run {
    std::uint64_t address = 0;  ///< Bytes; 0 for padding.
    std::uint32_t words = 0;
    bool padding = false;

    friend bool operator==(const Run&, const Run&) = default;
  };

  AddressGenerator() = default;  ///< Has nothing to give.
  AddressGenerator(BdKind kind, const BufferDescriptor& bd, bool padding);

  /// Words that next() will still give, padding included.
  [[nodiscard]] std::uint64_t remaining() const { return remaining_; }
  [[nodiscard]] bool padded() const { return padded_; }

  /// The next run: at least one word, at most `max_words`; no words if nothing remains or `max_words` is 0. Runs of
  /// rows that follow each other in memory are one.
  Run next(std::uint32_t max_words);

  /// At the start of a row, without padding: passes by rows that next() would give one by one, all but the last of
  /// them, with less ado: calls `visit(address in bytes, words)` for each. Returns their words, less than `max_words`;
  /// 0 if there are none.
  template <class Visit>
  std::uint32_t next_rows(std::uint32_t max_words, const Visit& visit) {
    const std::uint64_t row = wrap_[0];
    const std::uint64_t step = step_[1];
    if (row == 0 || row_left_ != row || padded_ || step == row * kWordBytes) return 0;
    std::uint64_t rows = std::min<std::uint64_t>(max_words, left_) / row;
    if (wrap_[1] != 0) rows = std::min(rows, wrap_[1] - index_[1]);
    // The last one may end more than a row. Around the end of the address space next() goes alone.
    if (rows <= 1 || step > mask_ / rows || address_ + rows * step + row * kWordBytes > mask_) return 0;
    --rows;
    for (std::uint64_t i = 0; i < rows; ++i, address_ += step) visit(address_, static_cast<std::uint32_t>(row));
    row_address_ = address_;
    index_[1] += rows;
    left_ -= rows * row;
    remaining_ -= rows * row;
    row_left_ = std::min(left_, row);
    return static_cast<std::uint32_t>(rows * row);
  }

 private:
  static constexpr unsigned kMaxDimensions = 4;
  static constexpr std::uint64_t kWordBytes = 4;

  struct Pad {
    std::uint64_t before = 0;  ///< Words, already multiplied by the size of what is padded.
    std::uint64_t after = 0;
  };

  void set_padding(const BufferDescriptor& bd);
  void end_row();
  /// At the start of a row: passes by rows that follow each other in memory, all but the last. Returns their words.
  std::uint32_t dense_rows(std::uint32_t max_words);

  unsigned dimensions_ = 0;
  bool padded_ = false;
  std::uint64_t mask_ = 0;                            // Of byte addresses.
  std::uint64_t remaining_ = 0;                       // Stream words.
  std::uint64_t left_ = 0;                            // Memory words.
  std::uint64_t pending_padding_ = 0;                 // Padding words before the next memory word or the end.
  std::uint64_t row_left_ = 0;                        // Memory words of the present row.
  std::uint64_t address_ = 0;                         // Bytes, of the next word.
  std::uint64_t row_address_ = 0;                     // Bytes, of the first word of the row.
  std::array<std::uint64_t, kMaxDimensions> step_{};  // Bytes.
  std::array<std::uint64_t, kMaxDimensions> wrap_{};
  std::array<std::uint64_t, kMaxDimensions> index_{};
  std::array<Pad, kMaxDimensions> pad_{};
};

}  // namespace aie4::array
