// SPDX-License-Identifier: Apache-2.0
// Running sums between tiles of registers and memory, and how they become elements of C.
#pragma once

#include <span>

#include "models/compute/kernels/gemm_call.hpp"
#include "models/compute/kernels/gemm_tile.hpp"

namespace aie4::compute {

/// Where sums and results of one product lie.
struct GemmOutput {
  const GemmCall& gemm;
  std::span<std::byte> c;
  std::span<std::byte> sums;        ///< c, if there is no buffer of their own.
  std::span<const std::byte> bias;  ///< May be empty.
};

/// Part of the product that a tile computes.
struct TilePlace {
  std::uint32_t row = 0;
  std::uint32_t rows = 0;
  std::uint32_t column = 0;
  std::uint32_t columns = 0;
};

/// `sums` has 32 columns, of which `place.columns` are used; the others are zeroed. Zeros in a first call.
template <class Sum>
void load_sums(const GemmOutput& output, const TilePlace& place, Sum* sums);
/// Back to memory, or to C after the last call. Changes `sums`.
template <class Sum>
void store_sums(Isa isa, const GemmOutput& output, const TilePlace& place, Sum* sums);

}  // namespace aie4::compute
