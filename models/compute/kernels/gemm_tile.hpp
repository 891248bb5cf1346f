// SPDX-License-Identifier: Apache-2.0
// Products are computed in tiles of 8 x 32 running sums. Each sum runs over k in ascending order, one product after the
// other, whatever the width of the host's vectors: so floating-point results are the same on every host.
#pragma once

#include <cstdint>

#include "models/compute/kernels/isa.hpp"

namespace aie4::compute {

inline constexpr std::uint32_t kTileRows = 8;
inline constexpr std::uint32_t kTileColumns = 32;

/// B in panels of 32 columns, padded with zeros: element (k, j) of a panel is at
/// (k / interleave * 32 + j) * interleave + k % interleave.
template <class Element>
struct TileInput {
  const Element* a = nullptr;  ///< The tile's first row, row-major.
  std::uint32_t a_stride = 0;  ///< In elements; K rounded up to `interleave`, padded with zeros.
  const Element* panel = nullptr;
  std::uint32_t k = 0;  ///< Rounded up in the same way.
};

/// Blocks of eight along k: mantissas as in TileInput, exponents of A by [row][k / 8], of B by [k / 8][column].
struct BfpTileInput {
  TileInput<std::int16_t> mantissas;
  const std::uint8_t* a_exponents = nullptr;
  const std::uint8_t* b_exponents = nullptr;
};

// All add to the sums of `rows` (1..8) rows, 32 columns each.

void add_tile(Isa isa, const TileInput<float>& input, std::uint32_t rows, float* sums);
/// Modulo 2^64.
void add_tile(Isa isa, const TileInput<std::int16_t>& input, std::uint32_t rows, std::int64_t* sums);
/// The dot product of two blocks is exact, becomes an fp32 (to nearest even) and is added.
void add_tile(Isa isa, const BfpTileInput& input, std::uint32_t rows, float* sums);
/// Products of bytes, modulo 2^32; interleave 2; for hosts with AVX2.
void add_byte_pairs_tile(const TileInput<std::int16_t>& input, std::uint32_t rows, std::int32_t* sums);
/// The same for every host, interleave 1; at most kExactFloatK along k.
inline constexpr std::uint32_t kExactFloatK = 1024;  ///< So many products of bytes are summed exactly in an fp32.
void add_float_bytes_tile(Isa isa, const TileInput<float>& input, std::uint32_t rows, std::int32_t* sums);

}  // namespace aie4::compute
