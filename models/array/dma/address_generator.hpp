// SPDX-License-Identifier: Apache-2.0
// The words that one execution of a BD visits, as runs of consecutive addresses, with zero padding in between. Pure.
// Source: AIE4 tile-array notes 2.5 and 2.6.
#pragma once

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

 private:
  static constexpr unsigned kMaxDimensions = 4;

  struct Pad {
    std::uint64_t before = 0;  ///< Words, already multiplied by the size of what is padded.
    std::uint64_t after = 0;
  };

  void set_padding(const BufferDescriptor& bd);
  void end_row();

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
