// SPDX-License-Identifier: Apache-2.0
// The BDs that some channels share, as registers and as what channels load from them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/array/dma/buffer_descriptor.hpp"

namespace aie4::array {

/// Indices are not checked: who calls has decoded an address, or a queue value modulo size().
class BdPool {
 public:
  BdPool(BdKind kind, unsigned bds);

  [[nodiscard]] BdKind kind() const { return layout_->kind; }
  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(words_.size() / kMaxBdWords); }

  [[nodiscard]] std::uint32_t read(unsigned bd, unsigned word) const { return words(bd)[word]; }
  void write(unsigned bd, unsigned word, std::uint32_t value) {
    words(bd)[word] = value;
    decoded_[bd].reset();
    written_[bd] = true;
  }
  /// Whether software wrote the descriptor since the last time that this was asked.
  [[nodiscard]] bool take_written(unsigned bd) {
    const bool was = written_[bd];
    written_[bd] = false;
    return was;
  }
  /// As it is now; the reference is good until the BD changes. Chains go round for long, so what was decoded is kept.
  [[nodiscard]] const BufferDescriptor& load(unsigned bd) {
    std::optional<BufferDescriptor>& decoded = decoded_[bd];
    if (!decoded) decoded = decode_bd(layout_->kind, words(bd));
    return *decoded;
  }
  /// Iteration_Current goes on by one, or back to 0 after Iteration_Wrap.
  void advance_iteration(unsigned bd);
  void clear();

 private:
  [[nodiscard]] std::span<const std::uint32_t> words(unsigned bd) const {
    return std::span(words_).subspan(std::size_t{bd} * kMaxBdWords, layout_->words);
  }
  [[nodiscard]] std::span<std::uint32_t> words(unsigned bd) {
    return std::span(words_).subspan(std::size_t{bd} * kMaxBdWords, layout_->words);
  }

  const BdLayout* layout_;
  const registers::Field* iteration_current_ = nullptr;  // Null: the kind has none.
  std::vector<std::uint32_t> words_;
  std::vector<std::optional<BufferDescriptor>> decoded_;
  std::vector<bool> written_;
};

}  // namespace aie4::array
