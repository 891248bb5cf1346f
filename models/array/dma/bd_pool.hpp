// SPDX-License-Identifier: Apache-2.0
// The BDs that some channels share, as registers and as what channels load from them. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/array/dma/buffer_descriptor.hpp"

namespace aie4::array {

/// Indices are not checked: who calls has decoded an address, or a queue value modulo size().
class BdPool {
 public:
  BdPool(BdKind kind, unsigned bds)
      : layout_(&bd_layout(kind)), words_(std::size_t{bds} * kMaxBdWords), written_(bds) {}

  [[nodiscard]] BdKind kind() const { return layout_->kind; }
  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(words_.size() / kMaxBdWords); }

  [[nodiscard]] std::uint32_t read(unsigned bd, unsigned word) const { return words(bd)[word]; }
  void write(unsigned bd, unsigned word, std::uint32_t value) {
    words(bd)[word] = value;
    written_[bd] = true;
  }
  /// Whether software wrote the descriptor since the last time that this was asked.
  [[nodiscard]] bool take_written(unsigned bd) {
    const bool was = written_[bd];
    written_[bd] = false;
    return was;
  }
  [[nodiscard]] BufferDescriptor load(unsigned bd) const { return decode_bd(layout_->kind, words(bd)); }
  /// Iteration_Current goes on by one, or back to 0 after Iteration_Wrap.
  void advance_iteration(unsigned bd);
  void clear() { words_.assign(words_.size(), 0); }

 private:
  [[nodiscard]] std::span<const std::uint32_t> words(unsigned bd) const {
    return std::span(words_).subspan(std::size_t{bd} * kMaxBdWords, layout_->words);
  }
  [[nodiscard]] std::span<std::uint32_t> words(unsigned bd) {
    return std::span(words_).subspan(std::size_t{bd} * kMaxBdWords, layout_->words);
  }

  const BdLayout* layout_;
  std::vector<std::uint32_t> words_;
  std::vector<bool> written_;
};

}  // namespace aie4::array
