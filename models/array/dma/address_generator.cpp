// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/address_generator.hpp"

#include <algorithm>

namespace aie4::array {
AddressGenerator::AddressGenerator(BdKind kind, const BufferDescriptor& bd, bool padding) {
  const BdLayout& layout = bd_layout(kind);
  dimensions_ = layout.dimensions;
  mask_ = (std::uint64_t{1} << (layout.address_bits + (layout.byte_address ? 0U : 2U))) - 1;
  step_ = {kWordBytes, bd.d1_stepsize * kWordBytes, bd.d2_stepsize * kWordBytes, bd.d3_stepsize * kWordBytes};
  wrap_ = {bd.d0_wrap, bd.d1_wrap, bd.d2_wrap, 0};
  wrap_[dimensions_ - 1] = 0;
  left_ = bd.buffer_length;
  remaining_ = left_;
  const std::uint64_t base = layout.byte_address ? bd.base_address : bd.base_address * kWordBytes;
  row_address_ = (base + std::uint64_t{bd.iteration_current} * bd.iteration_stepsize * kWordBytes) & mask_;
  address_ = row_address_;
  row_left_ = wrap_[0] == 0 ? left_ : std::min(left_, wrap_[0]);
  if (padding && left_ != 0 && padding_error(bd) == nullptr) set_padding(bd);
}

void AddressGenerator::set_padding(const BufferDescriptor& bd) {
  const std::uint64_t row = bd.d0_pad_before + wrap_[0] + bd.d0_pad_after;
  const std::uint64_t plane = (bd.d1_pad_before + wrap_[1] + bd.d1_pad_after) * row;
  pad_[0] = {bd.d0_pad_before, bd.d0_pad_after};
  pad_[1] = {bd.d1_pad_before * row, bd.d1_pad_after * row};
  pad_[2] = {bd.d2_pad_before * plane, bd.d2_pad_after * plane};
  std::uint64_t size = 1;  // Memory words of a whole row, plane, box; 0: no bound.
  for (unsigned d = 0; d < 3; ++d) {
    size *= wrap_[d];
    const std::uint64_t begun = size == 0 ? 1 : (left_ + size - 1) / size;
    const std::uint64_t complete = size == 0 ? 0 : left_ / size;
    remaining_ += pad_[d].before * begun + pad_[d].after * complete;
    pending_padding_ += pad_[d].before;
  }
  padded_ = remaining_ != left_;
}

void AddressGenerator::end_row() {
  unsigned complete = 0;  // The highest dimension that is complete.
  for (unsigned d = 1; d < dimensions_; ++d) {
    row_address_ += step_[d];
    ++index_[d];
    if (wrap_[d] == 0 || index_[d] < wrap_[d]) break;
    row_address_ -= step_[d] * wrap_[d];
    index_[d] = 0;
    complete = d;
  }
  row_address_ &= mask_;
  address_ = row_address_;
  row_left_ = std::min(left_, wrap_[0]);
  if (!padded_) return;
  for (unsigned d = 0; d <= complete; ++d) pending_padding_ += pad_[d].after + (left_ != 0 ? pad_[d].before : 0);
}

std::uint32_t AddressGenerator::dense_rows(std::uint32_t max_words) {
  const std::uint64_t row = wrap_[0];
  if (row == 0 || row_left_ != row || step_[1] != row * kWordBytes || pad_[0].before + pad_[0].after != 0) return 0;
  const std::uint64_t to_wrap = (mask_ + 1 - address_) / kWordBytes;
  std::uint64_t rows = std::min({std::uint64_t{max_words}, left_, to_wrap}) / row;
  if (wrap_[1] != 0) rows = std::min(rows, wrap_[1] - index_[1]);
  if (rows <= 1) return 0;
  --rows;  // The last one may end more than a row.
  const std::uint64_t words = rows * row;
  address_ += words * kWordBytes;
  row_address_ = address_;
  index_[1] += rows;
  left_ -= words;
  row_left_ = std::min(left_, row);
  return static_cast<std::uint32_t>(words);
}

AddressGenerator::Run AddressGenerator::next(std::uint32_t max_words) {
  if (max_words == 0 || remaining_ == 0) return {};
  if (pending_padding_ != 0) {
    const auto words = static_cast<std::uint32_t>(std::min<std::uint64_t>(pending_padding_, max_words));
    pending_padding_ -= words;
    remaining_ -= words;
    return {.address = 0, .words = words, .padding = true};
  }
  Run run{.address = address_, .words = 0, .padding = false};
  do {
    run.words += dense_rows(max_words - run.words);
    const std::uint64_t to_wrap = (mask_ + 1 - address_) / kWordBytes;
    const auto words =
        static_cast<std::uint32_t>(std::min({row_left_, to_wrap, static_cast<std::uint64_t>(max_words - run.words)}));
    run.words += words;
    left_ -= words;
    row_left_ -= words;
    const std::uint64_t end = address_ + words * kWordBytes;
    address_ = end & mask_;
    // An unbounded row ends with the length; a row that the length cuts short has nothing after it.
    if (row_left_ == 0 && wrap_[0] != 0 && (left_ != 0 || padded_)) {
      if (left_ == 0 && (remaining_ - run.words) == 0) break;
      end_row();
    }
    if (address_ != end) break;  // Not consecutive: another row, or around the end of the address space.
  } while (run.words < max_words && left_ != 0 && pending_padding_ == 0);
  remaining_ -= run.words;
  return run;
}

}  // namespace aie4::array
