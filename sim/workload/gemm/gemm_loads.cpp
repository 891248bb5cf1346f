// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/gemm_loads.hpp"

#include <algorithm>

#include "sim/workload/narrow.hpp"
#include "sim/workload/tile_locks.hpp"

namespace aie4::workload::gemm {
namespace {

using array::BufferDescriptor;

}  // namespace

std::vector<BufferDescriptor> load_rows(const HostRows& rows, const PanelFlow& flow, std::uint32_t block_k) {
  const std::uint64_t block = words_of(rows.type, block_k);
  std::vector<BufferDescriptor> result;
  const auto add = [&](std::uint64_t word, std::uint64_t width, std::uint64_t slices) {
    BufferDescriptor bd = host_descriptor(rows.first_word + word, slices * rows.panels * rows.rows * width);
    bd.d0_wrap = narrow(width);
    bd.d1_wrap = rows.rows;
    bd.d1_stepsize = narrow(rows.row_words);
    bd.d2_wrap = narrow(rows.panels);
    bd.d2_stepsize = rows.panels > 1 ? narrow(rows.distance) : 0;
    bd.d3_stepsize = narrow(width);
    result.push_back(bd);
  };
  const std::uint64_t body = std::uint64_t{flow.body_slices} * flow.slice_blocks * block;
  if (flow.body_slices != 0) add(0, flow.slice_blocks * block, flow.body_slices);
  if (flow.tail_blocks != 0) add(body, flow.tail_blocks * block, 1);
  if (flow.tail_elements != 0) add(body + flow.tail_blocks * block, words_of(rows.type, flow.tail_elements), 1);
  return result;
}

BufferDescriptor load_windows(const ImageWindows& windows, compute::ElementType type, std::uint32_t m,
                              std::uint64_t pixel) {
  const std::uint64_t segment = words_of(type, windows.segment_k);
  const std::uint32_t width = std::min(m, windows.out_width);
  const std::uint64_t row = pixel / windows.out_width * windows.stride_rows;
  BufferDescriptor bd = host_descriptor(row * windows.image_row_words + pixel % windows.out_width * windows.pixel_words,
                                        segment * m * windows.segments);
  bd.d0_wrap = narrow(segment);
  bd.d1_wrap = width;
  bd.d1_stepsize = windows.pixel_words;
  bd.d2_wrap = m / width;
  bd.d2_stepsize = narrow(windows.stride_rows * windows.image_row_words);
  bd.d3_stepsize = narrow(windows.image_row_words);
  return bd;
}

}  // namespace aie4::workload::gemm
