// SPDX-License-Identifier: Apache-2.0
// Descriptors of shim tiles that gather the operands of a matrix product from host memory. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "models/array/dma/buffer_descriptor.hpp"
#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"

namespace aie4::workload::gemm {

/// Panels whose rows run along K. Words of 32 bits.
struct HostRows {
  compute::ElementType type = compute::ElementType::i8;
  std::uint64_t first_word = 0;
  std::uint64_t row_words = 0;  ///< From one row to the next.
  std::uint32_t rows = 0;       ///< Of one panel.
  std::uint64_t panels = 1;
  std::uint64_t distance = 0;  ///< Words from one panel to the next.
};

/// Slice by slice, all panels of a slice one after the other; then the tail.
[[nodiscard]] std::vector<array::BufferDescriptor> load_rows(const HostRows& rows, const PanelFlow& flow,
                                                             std::uint32_t block_k);

/// The windows of `m` pixels of the result from `pixel` on, piece by piece.
[[nodiscard]] array::BufferDescriptor load_windows(const ImageWindows& windows, compute::ElementType type,
                                                   std::uint32_t m, std::uint64_t pixel);

}  // namespace aie4::workload::gemm
