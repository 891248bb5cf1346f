// SPDX-License-Identifier: Apache-2.0
// Byte dot products multiply unsigned with signed bytes. So 128 is added to A, and 128 times the sum of each column of
// B taken off again. A keeps its layout if rows of a tile lie equally far apart; B goes into panels (gemm_panels.hpp).
#include "models/compute/kernels/gemm_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/compute/kernels/gemm_pack.hpp"
#include "models/compute/kernels/gemm_panels.hpp"
#include "models/compute/kernels/isa_dispatch.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

namespace aie4::compute {
namespace {

constexpr std::size_t kSlotA = 0;
constexpr std::uint32_t kPanelStep = kTileColumns * kQuad;  ///< Bytes of a panel for each four k.

/// A with 128 added to each byte, in blocks of k.
struct ShiftedA {
  const std::uint8_t* data = nullptr;
  BlockLayout layout;
  [[nodiscard]] const std::uint8_t* row(std::uint32_t row) const { return data + layout.index(row, 0); }
};

AIE4SIM_TARGET_VNNI void add_128(const std::byte* from, std::size_t bytes, std::uint8_t* to) {
  const __m512i sign = _mm512_set1_epi8(-128);
  std::size_t i = 0;
  for (; i + 64 <= bytes; i += 64) _mm512_storeu_si512(to + i, _mm512_xor_si512(_mm512_loadu_si512(from + i), sign));
  for (; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(std::to_integer<unsigned>(from[i]) ^ 0x80U);
}

ShiftedA shift_a(const GemmCall& gemm, std::span<const std::byte> a, Workspace& workspace) {
  const bool keeps_layout = gemm.s % kQuad == 0 && (gemm.r % kTileRows == 0 || gemm.r == gemm.m);
  const std::uint32_t stride = keeps_layout ? gemm.k : (gemm.k + kQuad - 1) / kQuad * kQuad;
  const std::size_t bytes = std::size_t{gemm.m} * stride;
  auto* shifted = workspace.scratch<std::uint8_t>(kSlotA, bytes);
  if (keeps_layout) {
    add_128(a.data(), bytes, shifted);
    return {shifted, gemm.a()};
  }
  auto* rows = reinterpret_cast<std::int8_t*>(shifted);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  pack_a(gemm, a, stride, rows);
  add_128(std::as_bytes(std::span(rows, bytes)).data(), bytes, shifted);
  return {shifted, {gemm.m, stride, gemm.m, stride}};
}

/// Where a tile's sums lie: eight columns at a time, rows `stride` apart.
struct SumPlaces {
  std::array<std::int32_t*, kTileColumns / 8> eights = {};
  std::size_t stride = 0;
};

/// Sixteen columns of a row; `wide`: they follow each other.
template <bool wide>
AIE4SIM_TARGET_VNNI AIE4SIM_ALWAYS_INLINE __m512i load_sixteen(const SumPlaces& places, unsigned half, std::size_t at) {
  const std::int32_t* low = places.eights[std::size_t{half} * 2] + at;
  if (wide) return _mm512_loadu_si512(low);
  const std::int32_t* high = places.eights[std::size_t{half} * 2 + 1] + at;
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(low));  // NOLINT
  return _mm512_inserti64x4(_mm512_castsi256_si512(first), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(high)),
                            1);  // NOLINT
}

template <bool wide>
AIE4SIM_TARGET_VNNI AIE4SIM_ALWAYS_INLINE void store_sixteen(__m512i sums, const SumPlaces& places, unsigned half,
                                                             std::size_t at) {
  std::int32_t* low = places.eights[std::size_t{half} * 2] + at;
  if (wide) return _mm512_storeu_si512(low, sums);
  std::int32_t* high = places.eights[std::size_t{half} * 2 + 1] + at;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(low), _mm512_castsi512_si256(sums));         // NOLINT
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(high), _mm512_extracti64x4_epi64(sums, 1));  // NOLINT
}

struct DotTile {
  const std::uint8_t* a;
  const BlockLayout& layout;  ///< Of A.
  const std::int8_t* panel;
  const std::int32_t* corrections;
};

/// `from`: old sums, or null for zeros. They lie as `to` does.
template <unsigned rows, bool wide>
AIE4SIM_TARGET_VNNI void dot_rows(const DotTile& tile, const SumPlaces* from, const SumPlaces& to) {
  const std::size_t row_stride = tile.layout.block_columns;
  const std::size_t block_stride = std::size_t{tile.layout.block_rows} * row_stride;
  __m512i left_sums[rows];   // NOLINT(cppcoreguidelines-avoid-c-arrays): registers
  __m512i right_sums[rows];  // NOLINT(cppcoreguidelines-avoid-c-arrays)
  const __m512i left_correction = _mm512_loadu_si512(tile.corrections);
  const __m512i right_correction = _mm512_loadu_si512(tile.corrections + 16);
#pragma GCC unroll 8
  for (unsigned i = 0; i < rows; ++i) {
    __m512i left = left_correction;
    __m512i right = right_correction;
    if (from != nullptr) {
      left = _mm512_add_epi32(left, load_sixteen<wide>(*from, 0, i * from->stride));
      right = _mm512_add_epi32(right, load_sixteen<wide>(*from, 1, i * from->stride));
    }
    left_sums[i] = left;
    right_sums[i] = right;
  }
  const std::int8_t* b = tile.panel;
  const std::uint8_t* block = tile.a;
  for (std::uint32_t done = 0; done < tile.layout.columns; done += tile.layout.block_columns, block += block_stride) {
    for (std::size_t k = 0; k < row_stride; k += kQuad, b += kPanelStep) {
      const __m512i left = _mm512_loadu_si512(b);
      const __m512i right = _mm512_loadu_si512(b + kPanelStep / 2);
#pragma GCC unroll 8
      for (unsigned i = 0; i < rows; ++i) {
        std::int32_t quad = 0;
        std::memcpy(&quad, block + i * row_stride + k, sizeof quad);
        const __m512i factor = _mm512_set1_epi32(quad);
        left_sums[i] = _mm512_dpbusd_epi32(left_sums[i], factor, left);
        right_sums[i] = _mm512_dpbusd_epi32(right_sums[i], factor, right);
      }
    }
  }
#pragma GCC unroll 8
  for (unsigned i = 0; i < rows; ++i) {
    store_sixteen<wide>(left_sums[i], to, 0, i * to.stride);
    store_sixteen<wide>(right_sums[i], to, 1, i * to.stride);
  }
}

using DotFunction = void (*)(const DotTile&, const SumPlaces*, const SumPlaces&);

template <bool wide>
DotFunction dot_function(std::uint32_t rows) {
  static constexpr std::array<DotFunction, kTileRows> kFunctions = {
      dot_rows<1, wide>, dot_rows<2, wide>, dot_rows<3, wide>, dot_rows<4, wide>,
      dot_rows<5, wide>, dot_rows<6, wide>, dot_rows<7, wide>, dot_rows<8, wide>};
  return kFunctions[rows - 1];
}

/// Old sums and new ones go through a tile of their own.
void run_by_tiles(const GemmOutput& output, const ShiftedA& a, const BytePanels& panels, Isa isa) {
  const GemmCall& gemm = output.gemm;
  alignas(64) std::array<std::int32_t, std::size_t{kTileRows} * kTileColumns> sums;
  const SumPlaces own{{sums.data(), sums.data() + 8, sums.data() + 16, sums.data() + 24}, kTileColumns};
  for (std::uint32_t column = 0; column < gemm.n; column += kTileColumns) {
    for (std::uint32_t row = 0; row < gemm.m; row += kTileRows) {
      const TilePlace place{row, std::min(kTileRows, gemm.m - row), column, std::min(kTileColumns, gemm.n - column)};
      if (!gemm.first) load_sums(output, place, sums.data());
      dot_function<true>(place.rows)({a.row(row), a.layout, panels.panel(column), panels.corrections + column},
                                     gemm.first ? nullptr : &own, own);
      store_sums(isa, output, place, sums.data());
    }
  }
}

/// Sums stay where they are, in blocks of whole tiles.
template <bool wide>
void run_in_place(const GemmOutput& output, const ShiftedA& a, const BytePanels& panels) {
  const GemmCall& gemm = output.gemm;
  const BlockLayout layout = gemm.c();
  auto* memory = reinterpret_cast<std::int32_t*>(output.sums.data());  // NOLINT: unaligned accesses only
  const std::size_t block_row = std::size_t{gemm.r} * gemm.n;          // sums
  for (std::uint32_t column = 0; column < gemm.n; column += kTileColumns) {
    std::array<std::int32_t*, kTileColumns / 8> first = {};
    for (std::uint32_t i = 0; i < first.size(); ++i) first[i] = memory + layout.index(0, column + 8 * i);
    const std::uint8_t* a_block = a.data;
    for (std::uint32_t block = 0; block < gemm.m; block += gemm.r) {
      for (std::uint32_t row = 0; row < gemm.r; row += kTileRows) {
        SumPlaces places{first, gemm.t};
        for (std::int32_t*& eight : places.eights) eight += std::size_t{row} * gemm.t;
        const DotTile tile{a_block + std::size_t{row} * a.layout.block_columns, a.layout, panels.panel(column),
                           panels.corrections + column};
        dot_function<wide>(std::min(kTileRows, gemm.r - row))(tile, gemm.first ? nullptr : &places, places);
      }
      a_block += std::size_t{gemm.r} * a.layout.columns;
      for (std::int32_t*& eight : first) eight += block_row;
    }
  }
}

}  // namespace

void run_dot_products(const GemmOutput& output, std::span<const std::byte> a, std::span<const std::byte> b,
                      Workspace& workspace) {
  const GemmCall& gemm = output.gemm;
  const ShiftedA shifted = shift_a(gemm, a, workspace);
  const BytePanels panels = pack_byte_panels(gemm, b, workspace);
  const bool whole_tiles =
      gemm.t % 8 == 0 && gemm.n % kTileColumns == 0 && (gemm.r % kTileRows == 0 || gemm.r == gemm.m);
  // A of another layout has rows of its own, and its block is the matrix.
  const bool same_blocks = shifted.layout.block_rows == gemm.r;
  if (gemm.last || !whole_tiles || !same_blocks) return run_by_tiles(output, shifted, panels, workspace.isa());
  if (gemm.t % 16 == 0) return run_in_place<true>(output, shifted, panels);
  run_in_place<false>(output, shifted, panels);
}

}  // namespace aie4::compute

#else

namespace aie4::compute {

void run_dot_products(const GemmOutput&, std::span<const std::byte>, std::span<const std::byte>, Workspace&) {}

}  // namespace aie4::compute

#endif
