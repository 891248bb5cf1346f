// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/gemm_panels.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/compute/kernels/gemm_pack.hpp"
#include "models/compute/kernels/gemm_tile.hpp"
#include "models/compute/kernels/isa_dispatch.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

namespace aie4::compute {
namespace {

constexpr std::size_t kSlotB = 1;
constexpr std::size_t kSlotWidened = 2;
constexpr std::uint32_t kPanelStep = kTileColumns * kQuad;  ///< Bytes of a panel for each four k.

/// Four rows of sixteen columns, row by row, to sixteen columns of four rows. `eight`: the rows of the first eight
/// columns come first, then those of the others.
AIE4SIM_TARGET_VNNI AIE4SIM_ALWAYS_INLINE void transpose_quads(__m512i rows, bool eight, std::int8_t* out) {
  const __m512i of_sixteen = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  const __m512i of_eight = _mm512_set_epi32(15, 13, 11, 9, 14, 12, 10, 8, 7, 5, 3, 1, 6, 4, 2, 0);
  const __m512i bytes = _mm512_broadcast_i32x4(_mm_set_epi8(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0));
  const __m512i quads = _mm512_permutexvar_epi32(eight ? of_eight : of_sixteen, rows);
  _mm512_storeu_si512(out, _mm512_shuffle_epi8(quads, bytes));
}

AIE4SIM_TARGET_VNNI void pack_sixteens(const GemmCall& gemm, const std::int8_t* b, std::int8_t* out) {
  const BlockLayout layout = gemm.b();
  const std::size_t panel_size = std::size_t{gemm.k} * kTileColumns;
  for (std::uint32_t column = 0; column < gemm.n; column += 16) {
    std::int8_t* to = out + column / kTileColumns * panel_size + column % kTileColumns * kQuad;
    for (std::uint32_t k = 0; k < gemm.k; k += kQuad, to += kPanelStep) {
      const std::int8_t* from = b + layout.index(k, column);
      const auto* row = reinterpret_cast<const __m128i*>(from);  // NOLINT: unaligned loads
      if (gemm.t == 16) {
        transpose_quads(_mm512_loadu_si512(from), false, to);
      } else if (gemm.t == 8) {
        const auto* low = reinterpret_cast<const __m256i*>(from);                                        // NOLINT
        const auto* high = reinterpret_cast<const __m256i*>(from + std::size_t{8} * layout.block_rows);  // NOLINT
        transpose_quads(
            _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(low)), _mm256_loadu_si256(high), 1), true, to);
      } else {
        const auto next = [&](unsigned i) {
          return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + std::size_t{i} * gemm.t));  // NOLINT
        };
        __m512i rows = _mm512_castsi128_si512(_mm_loadu_si128(row));
        rows = _mm512_inserti32x4(rows, next(1), 1);
        rows = _mm512_inserti32x4(rows, next(2), 2);
        transpose_quads(_mm512_inserti32x4(rows, next(3), 3), false, to);
      }
    }
  }
}

/// Sixteen k of each of sixteen columns, a column in a row of memory.
struct ColumnChunk {
  const std::array<const std::int8_t*, 16>& columns;
  std::size_t offset;
};

/// Columns i, i + 4, i + 8, i + 12, side by side.
AIE4SIM_TARGET_VNNI AIE4SIM_ALWAYS_INLINE __m512i every_fourth(const ColumnChunk& chunk, unsigned i) {
  const auto* first = reinterpret_cast<const __m128i*>(chunk.columns[i] + chunk.offset);       // NOLINT
  const auto* second = reinterpret_cast<const __m128i*>(chunk.columns[i + 4] + chunk.offset);  // NOLINT
  const auto* third = reinterpret_cast<const __m128i*>(chunk.columns[i + 8] + chunk.offset);   // NOLINT
  const auto* last = reinterpret_cast<const __m128i*>(chunk.columns[i + 12] + chunk.offset);   // NOLINT
  __m512i columns = _mm512_castsi128_si512(_mm_loadu_si128(first));
  columns = _mm512_inserti32x4(columns, _mm_loadu_si128(second), 1);
  columns = _mm512_inserti32x4(columns, _mm_loadu_si128(third), 2);
  return _mm512_inserti32x4(columns, _mm_loadu_si128(last), 3);
}

/// The first `quads` of four times four k, each of all sixteen columns.
AIE4SIM_TARGET_VNNI AIE4SIM_ALWAYS_INLINE void interleave_columns(const ColumnChunk& chunk, unsigned quads,
                                                                  std::int8_t* out) {
  const __m512i zero = every_fourth(chunk, 0);
  const __m512i one = every_fourth(chunk, 1);
  const __m512i two = every_fourth(chunk, 2);
  const __m512i three = every_fourth(chunk, 3);
  const __m512i low_pairs = _mm512_unpacklo_epi32(zero, one);
  const __m512i low_others = _mm512_unpacklo_epi32(two, three);
  _mm512_storeu_si512(out, _mm512_unpacklo_epi64(low_pairs, low_others));
  if (quads > 1) _mm512_storeu_si512(out + kPanelStep, _mm512_unpackhi_epi64(low_pairs, low_others));
  if (quads <= 2) return;
  const __m512i high_pairs = _mm512_unpackhi_epi32(zero, one);
  const __m512i high_others = _mm512_unpackhi_epi32(two, three);
  _mm512_storeu_si512(out + std::size_t{2} * kPanelStep, _mm512_unpacklo_epi64(high_pairs, high_others));
  if (quads > 3) _mm512_storeu_si512(out + std::size_t{3} * kPanelStep, _mm512_unpackhi_epi64(high_pairs, high_others));
}

AIE4SIM_TARGET_VNNI void pack_transposed(const GemmCall& gemm, const std::int8_t* b, std::int8_t* out) {
  constexpr std::uint32_t kChunk = 16;
  const BlockLayout layout = gemm.b();
  const std::size_t panel_size = std::size_t{gemm.k} * kTileColumns;
  const std::size_t block_size = std::size_t{layout.block_rows} * layout.block_columns;
  const std::uint32_t columns = (gemm.n + kTileColumns - 1) / kTileColumns * kTileColumns;
  std::array<const std::int8_t*, kChunk> sources = {};
  std::array<std::array<std::int8_t, kChunk>, kChunk> rest = {};  // Of blocks that are no whole chunks.
  std::array<const std::int8_t*, kChunk> rest_sources = {};
  for (std::uint32_t i = 0; i < kChunk; ++i) rest_sources[i] = rest[i].data();
  for (std::uint32_t column = 0; column < columns; column += kChunk) {
    for (std::uint32_t i = 0; i < kChunk; ++i) sources[i] = b + layout.index(std::min(column + i, gemm.n - 1), 0);
    std::int8_t* to = out + column / kTileColumns * panel_size + column % kTileColumns * kQuad;
    for (std::uint32_t k = 0; k < gemm.k; k += gemm.s) {
      std::uint32_t done = 0;
      for (; done + kChunk <= gemm.s; done += kChunk, to += std::size_t{kChunk / kQuad} * kPanelStep) {
        interleave_columns({sources, done}, kChunk / kQuad, to);
      }
      if (const std::uint32_t left = gemm.s - done; left != 0) {
        for (std::uint32_t i = 0; i < kChunk; ++i) std::memcpy(rest[i].data(), sources[i] + done, left);
        interleave_columns({rest_sources, 0}, left / kQuad, to);
        to += std::size_t{left / kQuad} * kPanelStep;
      }
      for (const std::int8_t*& source : sources) source += block_size;
    }
  }
}

AIE4SIM_TARGET_VNNI void sum_columns(const BytePanels& panels, std::uint32_t count, std::int32_t* corrections) {
  const __m512i minus_128 = _mm512_set1_epi8(-128);  // 128 as the unsigned byte
  for (std::uint32_t panel = 0; panel < count; ++panel) {
    const std::int8_t* from = panels.data + std::size_t{panel} * panels.k * kTileColumns;
    __m512i left = _mm512_setzero_si512();
    __m512i right = _mm512_setzero_si512();
    for (std::uint32_t k = 0; k < panels.k; k += kQuad, from += kPanelStep) {
      left = _mm512_dpbusd_epi32(left, minus_128, _mm512_loadu_si512(from));
      right = _mm512_dpbusd_epi32(right, minus_128, _mm512_loadu_si512(from + kPanelStep / 2));
    }
    std::int32_t* to = corrections + std::size_t{panel} * kTileColumns;
    _mm512_storeu_si512(to, _mm512_sub_epi32(_mm512_setzero_si512(), left));
    _mm512_storeu_si512(to + kTileColumns / 2, _mm512_sub_epi32(_mm512_setzero_si512(), right));
  }
}

const std::int8_t* bytes_of(const GemmCall& gemm, std::span<const std::byte> b, Workspace& workspace) {
  if (gemm.type_b == ElementType::i8) return reinterpret_cast<const std::int8_t*>(b.data());  // NOLINT
  const auto elements = static_cast<std::uint32_t>(gemm.b().size());
  auto* widened = workspace.scratch<std::int8_t>(kSlotWidened, elements);
  read_elements(gemm.type_b, b, 0, elements, widened);
  return widened;
}

}  // namespace

BytePanels pack_byte_panels(const GemmCall& gemm, std::span<const std::byte> b, Workspace& workspace) {
  BytePanels panels;
  panels.k = (gemm.k + kQuad - 1) / kQuad * kQuad;
  const std::uint32_t count = (gemm.n + kTileColumns - 1) / kTileColumns;
  const std::size_t bytes = std::size_t{count} * kTileColumns * panels.k;
  const bool by_sixteens =
      !gemm.transpose_b && gemm.s % kQuad == 0 && gemm.n % kTileColumns == 0 && (gemm.t == 8 || gemm.t % 16 == 0);
  auto* packed = workspace.scratch<std::int8_t>(kSlotB, bytes + count * kTileColumns * sizeof(std::int32_t));
  if (by_sixteens) {
    pack_sixteens(gemm, bytes_of(gemm, b, workspace), packed);
  } else if (gemm.transpose_b && gemm.s % kQuad == 0) {
    pack_transposed(gemm, bytes_of(gemm, b, workspace), packed);
  } else {
    pack_b(gemm, b, panels.k, kQuad, packed);
  }
  auto* corrections = reinterpret_cast<std::int32_t*>(packed + bytes);  // NOLINT: bytes is a multiple of 128
  panels.data = packed;
  sum_columns(panels, count, corrections);
  panels.corrections = corrections;
  return panels;
}

}  // namespace aie4::compute

#else

namespace aie4::compute {

BytePanels pack_byte_panels(const GemmCall&, std::span<const std::byte>, Workspace&) {
  return {};
}

}  // namespace aie4::compute

#endif
