// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/panel_path.hpp"

namespace aie4::workload {

using array::BufferDescriptor;

Round round_of(std::uint32_t replay, std::uint32_t replays) {
  if (replays == 1) return Round::Only;
  if (replay == 0) return Round::First;
  return replay + 1 == replays ? Round::Last : Round::Middle;
}

BufferDescriptor PanelPath::body(std::uint32_t length) const {
  BufferDescriptor bd;
  bd.base_address = kOwnMemoryWord + place_.body_word;
  bd.buffer_length = length;
  iterate(bd, flow_.slice_words(), flow_.body_slots);
  return bd;
}

BufferDescriptor PanelPath::tail(std::uint32_t offset_words, std::uint32_t length) const {
  BufferDescriptor bd;
  bd.base_address = kOwnMemoryWord + place_.tail_word + offset_words;
  bd.buffer_length = length;
  iterate(bd, flow_.tail_words(), flow_.tail_slots);
  return bd;
}

/// Rows along K arrive one after the other, each through all `blocks`.
void PanelPath::into_blocks(BufferDescriptor& bd, std::uint32_t blocks) const {
  if (!shape_.k_contiguous || blocks == 1) return;
  bd.d0_wrap = shape_.row_words;
  bd.d1_wrap = blocks;
  bd.d1_stepsize = flow_.block_words;
  bd.d2_stepsize = shape_.row_words;
}

BufferDescriptor PanelPath::fill_body() const {
  BufferDescriptor bd = body(flow_.slice_words());
  into_blocks(bd, flow_.slice_blocks);
  acquire(bd, place_.body_empty);
  release(bd, place_.body_full);
  return bd;
}

BufferDescriptor PanelPath::fill_tail_blocks() const {
  BufferDescriptor bd = tail(0, flow_.tail_blocks * flow_.block_words);
  into_blocks(bd, flow_.tail_blocks);
  acquire(bd, place_.tail_empty);
  if (flow_.tail_elements == 0) release(bd, place_.tail_full);
  return bd;
}

BufferDescriptor PanelPath::fill_tail_elements() const {
  const std::uint32_t length =
      shape_.k_contiguous ? shape_.rows * shape_.tail_row_words : flow_.tail_elements * shape_.row_words;
  BufferDescriptor bd = tail(flow_.tail_blocks * flow_.block_words, length);
  if (shape_.k_contiguous) {
    bd.d0_wrap = shape_.tail_row_words;
    bd.d1_stepsize = shape_.row_words;
  }
  if (flow_.tail_blocks == 0) acquire(bd, place_.tail_empty);
  release(bd, place_.tail_full);
  return bd;
}

BufferDescriptor PanelPath::send_body(Round round) const {
  BufferDescriptor bd = body(flow_.slice_words());
  if (round == Round::Only || round == Round::First) acquire(bd, place_.body_full);
  if (round == Round::Only || round == Round::Last) release(bd, place_.body_empty);
  return bd;
}

BufferDescriptor PanelPath::send_tail_blocks(Round round) const {
  BufferDescriptor bd = tail(0, flow_.tail_blocks * flow_.block_words);
  if (round == Round::Only || round == Round::First) acquire(bd, place_.tail_full);
  if (flow_.tail_elements != 0) return bd;
  if (flow_.zero_blocks != 0) {
    bd.d0_wrap = shape_.row_words;
    bd.d1_wrap = flow_.block_words / shape_.row_words;
    bd.d1_stepsize = shape_.row_words;
    bd.d2_wrap = flow_.tail_blocks;
    bd.d2_stepsize = flow_.block_words;
    bd.d2_pad_after = flow_.zero_blocks;
  }
  if (round == Round::Only || round == Round::Last) release(bd, place_.tail_empty);
  return bd;
}

BufferDescriptor PanelPath::send_tail_elements(Round round) const {
  const std::uint32_t rows = shape_.k_contiguous ? shape_.rows : flow_.tail_elements;
  const std::uint32_t row_words = shape_.k_contiguous ? shape_.tail_row_words : shape_.row_words;
  BufferDescriptor bd = tail(flow_.tail_blocks * flow_.block_words, rows * row_words);
  bd.d0_wrap = row_words;
  bd.d0_pad_after = shape_.row_words - row_words;
  bd.d1_wrap = rows;
  bd.d1_stepsize = shape_.row_words;
  bd.d1_pad_after = shape_.k_contiguous ? 0 : shape_.block_k - rows;
  bd.d2_wrap = 1;
  bd.d2_stepsize = flow_.block_words;
  bd.d2_pad_after = flow_.zero_blocks;
  if (flow_.tail_blocks == 0 && (round == Round::Only || round == Round::First)) acquire(bd, place_.tail_full);
  if (round == Round::Only || round == Round::Last) release(bd, place_.tail_empty);
  return bd;
}

}  // namespace aie4::workload
