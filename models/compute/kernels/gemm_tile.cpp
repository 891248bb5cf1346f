// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/gemm_tile.hpp"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "models/compute/kernels/bfp16.hpp"
#include "models/compute/kernels/isa_dispatch.hpp"

namespace aie4::compute {
namespace {

template <class Element, unsigned lanes>
struct Lanes {
  using Type [[gnu::vector_size(lanes * sizeof(Element))]] = Element;
};

template <class Element, unsigned lanes>
AIE4SIM_ALWAYS_INLINE void load_lanes(typename Lanes<Element, lanes>::Type& vector, const Element* from) {
  std::memcpy(&vector, from, sizeof vector);
}

/// Sums of `rows` x two vectors stay in registers all the way along k.
template <unsigned rows, unsigned bytes>
AIE4SIM_ALWAYS_INLINE void add_float_rows(const TileInput<float>& input, std::uint32_t row, std::uint32_t column,
                                          float* sums) {
  constexpr unsigned kLanes = bytes / sizeof(float);
  using V = typename Lanes<float, kLanes>::Type;
  const float* a = input.a + std::size_t{row} * input.a_stride;
  const float* b = input.panel + column;
  float* out = sums + std::size_t{row} * kTileColumns + column;
  V left_sums[rows];   // NOLINT(cppcoreguidelines-avoid-c-arrays): registers
  V right_sums[rows];  // NOLINT(cppcoreguidelines-avoid-c-arrays)
#pragma GCC unroll 8
  for (unsigned i = 0; i < rows; ++i) {
    load_lanes<float, kLanes>(left_sums[i], out + std::size_t{i} * kTileColumns);
    load_lanes<float, kLanes>(right_sums[i], out + std::size_t{i} * kTileColumns + kLanes);
  }
  for (std::uint32_t k = 0; k < input.k; ++k, b += kTileColumns) {
    V left;
    V right;
    load_lanes<float, kLanes>(left, b);
    load_lanes<float, kLanes>(right, b + kLanes);
#pragma GCC unroll 8
    for (unsigned i = 0; i < rows; ++i) {
      const float factor = a[std::size_t{i} * input.a_stride + k];
      left_sums[i] = left_sums[i] + factor * left;
      right_sums[i] = right_sums[i] + factor * right;
    }
  }
#pragma GCC unroll 8
  for (unsigned i = 0; i < rows; ++i) {
    std::memcpy(out + std::size_t{i} * kTileColumns, &left_sums[i], bytes);
    std::memcpy(out + std::size_t{i} * kTileColumns + kLanes, &right_sums[i], bytes);
  }
}

struct FloatTile {
  template <unsigned bytes>
  AIE4SIM_ALWAYS_INLINE static void run(const TileInput<float>& input, std::uint32_t rows, float* sums) {
    constexpr unsigned kRows = bytes == 64 ? 8 : 4;  // as many sums as there are registers for
    for (std::uint32_t column = 0; column < kTileColumns; column += 2 * bytes / sizeof(float)) {
      std::uint32_t row = 0;
      for (; row + kRows <= rows; row += kRows) add_float_rows<kRows, bytes>(input, row, column, sums);
      for (; row < rows; ++row) add_float_rows<1, bytes>(input, row, column, sums);
    }
  }
};

/// Products are exact in 32 bits; lanes of 64 add them up.
template <unsigned rows, unsigned lanes>
AIE4SIM_ALWAYS_INLINE void add_wide_rows(const TileInput<std::int16_t>& input, std::uint32_t row, std::uint32_t column,
                                         std::int64_t* sums) {
  using Wide = typename Lanes<std::uint64_t, lanes>::Type;  // unsigned: wraps
  using Signed = typename Lanes<std::int64_t, lanes>::Type;
  using Product = typename Lanes<std::int32_t, lanes>::Type;
  using Narrow = typename Lanes<std::int16_t, lanes>::Type;
  const std::int16_t* a = input.a + std::size_t{row} * input.a_stride;
  std::int64_t* out = sums + std::size_t{row} * kTileColumns + column;
  Wide sum[rows];  // NOLINT(cppcoreguidelines-avoid-c-arrays): registers
  for (unsigned i = 0; i < rows; ++i) std::memcpy(&sum[i], out + std::size_t{i} * kTileColumns, sizeof(Wide));
  for (std::uint32_t k = 0; k < input.k; ++k) {
    Narrow b;
    load_lanes<std::int16_t, lanes>(b, input.panel + std::size_t{k} * kTileColumns + column);
    const Product right = __builtin_convertvector(b, Product);
    for (unsigned i = 0; i < rows; ++i) {
      const Product product = right * std::int32_t{a[std::size_t{i} * input.a_stride + k]};
      const Signed wide = __builtin_convertvector(product, Signed);
      sum[i] += __builtin_bit_cast(Wide, wide);
    }
  }
  for (unsigned i = 0; i < rows; ++i) std::memcpy(out + std::size_t{i} * kTileColumns, &sum[i], sizeof(Wide));
}

struct WideTile {
  template <unsigned bytes>
  AIE4SIM_ALWAYS_INLINE static void run(const TileInput<std::int16_t>& input, std::uint32_t rows, std::int64_t* sums) {
    constexpr unsigned kLanes = bytes / sizeof(std::int64_t);
    for (std::uint32_t column = 0; column < kTileColumns; column += kLanes) {
      std::uint32_t row = 0;
      for (; row + 4 <= rows; row += 4) add_wide_rows<4, kLanes>(input, row, column, sums);
      for (; row < rows; ++row) add_wide_rows<1, kLanes>(input, row, column, sums);
    }
  }
};

template <unsigned rows, unsigned lanes>
AIE4SIM_ALWAYS_INLINE void add_block_rows(const BfpTileInput& input, std::uint32_t row, std::uint32_t column,
                                          float* sums) {
  using Dot = typename Lanes<std::int32_t, lanes>::Type;
  using Narrow = typename Lanes<std::int16_t, lanes>::Type;
  using Sum = typename Lanes<float, lanes>::Type;
  using Real = typename Lanes<double, lanes>::Type;
  using Bits = typename Lanes<std::int64_t, lanes>::Type;
  using Exponents = typename Lanes<std::uint8_t, lanes>::Type;
  const std::uint32_t blocks = input.mantissas.k / kBfpBlock;
  const std::int16_t* a = input.mantissas.a + std::size_t{row} * input.mantissas.a_stride;
  const std::uint8_t* a_exponents = input.a_exponents + std::size_t{row} * blocks;
  float* out = sums + std::size_t{row} * kTileColumns + column;
  Sum sum[rows];  // NOLINT(cppcoreguidelines-avoid-c-arrays): registers
#pragma GCC unroll 4
  for (unsigned i = 0; i < rows; ++i) load_lanes<float, lanes>(sum[i], out + std::size_t{i} * kTileColumns);
  for (std::uint32_t block = 0; block < blocks; ++block) {
    Dot dot[rows] = {};  // NOLINT(cppcoreguidelines-avoid-c-arrays): registers
    for (std::uint32_t k = block * kBfpBlock; k < (block + 1) * kBfpBlock; ++k) {
      Narrow b;
      load_lanes<std::int16_t, lanes>(b, input.mantissas.panel + std::size_t{k} * kTileColumns + column);
      const Dot right = __builtin_convertvector(b, Dot);
#pragma GCC unroll 4
      for (unsigned i = 0; i < rows; ++i) {
        dot[i] += right * std::int32_t{a[std::size_t{i} * input.mantissas.a_stride + k]};
      }
    }
    Exponents b_exponents;
    load_lanes<std::uint8_t, lanes>(b_exponents, input.b_exponents + std::size_t{block} * kTileColumns + column);
    const Bits right = __builtin_convertvector(b_exponents, Bits) + std::int64_t{1023 - 2 * kBfpBias};
#pragma GCC unroll 4
    for (unsigned i = 0; i < rows; ++i) {
      const Bits unit = (right + std::int64_t{a_exponents[std::size_t{i} * blocks + block]}) << 52;
      const Real scaled = __builtin_convertvector(dot[i], Real) * __builtin_bit_cast(Real, unit);
      sum[i] += __builtin_convertvector(scaled, Sum);
    }
  }
#pragma GCC unroll 4
  for (unsigned i = 0; i < rows; ++i) std::memcpy(out + std::size_t{i} * kTileColumns, &sum[i], sizeof(Sum));
}

struct BfpTile {
  template <unsigned bytes>
  AIE4SIM_ALWAYS_INLINE static void run(const BfpTileInput& input, std::uint32_t rows, float* sums) {
    constexpr unsigned kLanes = bytes / sizeof(float);
    for (std::uint32_t column = 0; column < kTileColumns; column += kLanes) {
      std::uint32_t row = 0;
      for (; row + 4 <= rows; row += 4) add_block_rows<4, kLanes>(input, row, column, sums);
      for (; row < rows; ++row) add_block_rows<1, kLanes>(input, row, column, sums);
    }
  }
};

#if defined(__x86_64__)
template <unsigned rows>
AIE4SIM_TARGET_AVX2 void add_pair_rows(const TileInput<std::int16_t>& input, std::uint32_t row, std::uint32_t column,
                                       std::int32_t* sums) {
  const std::int16_t* a = input.a + std::size_t{row} * input.a_stride;
  const std::int16_t* b = input.panel + std::size_t{column} * 2;
  std::int32_t* out = sums + std::size_t{row} * kTileColumns + column;
  const auto at = [](auto* p) { return reinterpret_cast<__m256i*>(p); };                // NOLINT
  const auto from = [](const auto* p) { return reinterpret_cast<const __m256i*>(p); };  // NOLINT
  __m256i sum[rows][2];  // NOLINT(cppcoreguidelines-avoid-c-arrays): registers
  for (unsigned i = 0; i < rows; ++i) {
    sum[i][0] = _mm256_loadu_si256(from(out + i * kTileColumns));
    sum[i][1] = _mm256_loadu_si256(from(out + i * kTileColumns + 8));
  }
  for (std::uint32_t k = 0; k < input.k; k += 2, b += 2 * kTileColumns) {
    const __m256i left = _mm256_loadu_si256(from(b));
    const __m256i right = _mm256_loadu_si256(from(b + 16));
    for (unsigned i = 0; i < rows; ++i) {
      std::int32_t pair = 0;
      std::memcpy(&pair, a + std::size_t{i} * input.a_stride + k, sizeof pair);
      const __m256i factor = _mm256_set1_epi32(pair);
      sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(factor, left));
      sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(factor, right));
    }
  }
  for (unsigned i = 0; i < rows; ++i) {
    _mm256_storeu_si256(at(out + i * kTileColumns), sum[i][0]);
    _mm256_storeu_si256(at(out + i * kTileColumns + 8), sum[i][1]);
  }
}
#endif

}  // namespace

void add_tile(Isa isa, const TileInput<float>& input, std::uint32_t rows, float* sums) {
  dispatch<FloatTile, const TileInput<float>&, std::uint32_t, float*>(isa, input, rows, sums);
}

void add_tile(Isa isa, const TileInput<std::int16_t>& input, std::uint32_t rows, std::int64_t* sums) {
  dispatch<WideTile, const TileInput<std::int16_t>&, std::uint32_t, std::int64_t*>(isa, input, rows, sums);
}

void add_tile(Isa isa, const BfpTileInput& input, std::uint32_t rows, float* sums) {
  dispatch<BfpTile, const BfpTileInput&, std::uint32_t, float*>(isa, input, rows, sums);
}

void add_byte_pairs_tile(const TileInput<std::int16_t>& input, std::uint32_t rows, std::int32_t* sums) {
#if defined(__x86_64__)
  for (std::uint32_t column = 0; column < kTileColumns; column += 16) {
    std::uint32_t row = 0;
    for (; row + 4 <= rows; row += 4) add_pair_rows<4>(input, row, column, sums);
    for (; row < rows; ++row) add_pair_rows<1>(input, row, column, sums);
  }
#else
  static_cast<void>(input);
  static_cast<void>(rows);
  static_cast<void>(sums);
#endif
}

void add_float_bytes_tile(Isa isa, const TileInput<float>& input, std::uint32_t rows, std::int32_t* sums) {
  std::array<float, std::size_t{kTileRows} * kTileColumns> products = {};
  add_tile(isa, input, rows, products.data());
  for (std::size_t i = 0; i < std::size_t{rows} * kTileColumns; ++i) {
    sums[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) +
                                        static_cast<std::uint32_t>(static_cast<std::int32_t>(products[i])));
  }
}

}  // namespace aie4::compute
