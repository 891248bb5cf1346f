// SPDX-License-Identifier: Apache-2.0
// The way of one operand's panels through a memory tile: how they are written into blocks, and how they leave, padded
// and replayed. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "models/array/dma/buffer_descriptor.hpp"
#include "sim/workload/gemm/gemm_tiling.hpp"
#include "sim/workload/plan.hpp"
#include "sim/workload/tile_locks.hpp"

namespace aie4::workload {

/// How a panel arrives from host memory, and how its blocks lie in the memory tile and in cores.
struct PanelShape {
  bool k_contiguous = true;     ///< Rows along K: a block is `rows` x block_k. Otherwise block_k rows of `row_words`.
  std::uint32_t rows = 0;       ///< Rows of the panel if K runs along them.
  std::uint32_t row_words = 0;  ///< Of one row of a block.
  std::uint32_t block_k = 0;
  std::uint32_t tail_row_words = 0;  ///< Of one row of a block that is not full; only if K runs along rows.
};

/// Where a panel lies in a memory tile and which locks guard it.
struct PanelPlace {
  std::uint32_t body_word = 0;  ///< Offset in the memory.
  std::uint32_t tail_word = 0;
  std::uint8_t body_empty = 0;
  std::uint8_t body_full = 0;
  std::uint8_t tail_empty = 0;
  std::uint8_t tail_full = 0;
};

/// Which round of a replayed panel: only the first waits for data, only the last gives the room back.
enum class Round : std::uint8_t { Only, First, Middle, Last };
[[nodiscard]] Round round_of(std::uint32_t replay, std::uint32_t replays);

class PanelPath {
 public:
  PanelPath(const PanelFlow& flow, const PanelShape& shape, const PanelPlace& place)
      : flow_(flow), shape_(shape), place_(place) {}

  /// S2MM descriptors; chains are the caller's affair.
  [[nodiscard]] array::BufferDescriptor fill_body() const;
  [[nodiscard]] array::BufferDescriptor fill_tail_blocks() const;
  [[nodiscard]] array::BufferDescriptor fill_tail_elements() const;

  /// MM2S descriptors of one round.
  [[nodiscard]] array::BufferDescriptor send_body(Round round) const;
  [[nodiscard]] array::BufferDescriptor send_tail_blocks(Round round) const;
  [[nodiscard]] array::BufferDescriptor send_tail_elements(Round round) const;

  [[nodiscard]] const PanelFlow& flow() const { return flow_; }

 private:
  [[nodiscard]] array::BufferDescriptor body(std::uint32_t length) const;
  [[nodiscard]] array::BufferDescriptor tail(std::uint32_t offset_words, std::uint32_t length) const;
  void into_blocks(array::BufferDescriptor& bd, std::uint32_t blocks) const;

  PanelFlow flow_;
  PanelShape shape_;
  PanelPlace place_;
};

}  // namespace aie4::workload
