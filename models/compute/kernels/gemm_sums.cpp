// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/gemm_sums.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "models/compute/kernels/bfp16.hpp"
#include "models/compute/kernels/float_bits.hpp"
#include "models/compute/kernels/isa_dispatch.hpp"

namespace aie4::compute {
namespace {

/// Calls `visit(index in memory, offset in the row of the tile, count)` for the contiguous parts of a row.
template <class Visit>
void for_each_run(const GemmCall& gemm, const TilePlace& place, std::uint32_t row, const Visit& visit) {
  const BlockLayout layout = gemm.c();
  for (std::uint32_t done = 0; done < place.columns;) {
    const std::uint32_t column = place.column + done;
    const std::uint32_t count = std::min(gemm.t - column % gemm.t, place.columns - done);
    visit(layout.index(place.row + row, column), done, count);
    done += count;
  }
}

template <class Sum>
struct WrappingOf {
  using Type = Sum;
};
template <>
struct WrappingOf<std::int32_t> {
  using Type = std::uint32_t;
};
template <>
struct WrappingOf<std::int64_t> {
  using Type = std::uint64_t;
};

template <class Sum>
void add_bias(const GemmOutput& output, const TilePlace& place, Sum* sums) {
  using Value = std::conditional_t<std::is_same_v<Sum, float>, float, std::int32_t>;
  using Wrapping = typename WrappingOf<Sum>::Type;
  std::array<Value, kTileColumns> bias = {};
  std::memcpy(bias.data(), output.bias.data() + std::size_t{place.column} * sizeof(Value),
              place.columns * sizeof(Value));
  for (std::uint32_t row = 0; row < place.rows; ++row) {
    for (std::uint32_t j = 0; j < kTileColumns; ++j) {
      Sum& sum = sums[row * kTileColumns + j];
      sum = static_cast<Sum>(static_cast<Wrapping>(sum) + static_cast<Wrapping>(static_cast<Sum>(bias[j])));
    }
  }
}

/// Sums to elements, `count` of them, which is a multiple of 32.
template <class Sum, class Element>
struct ShiftRound {
  template <unsigned>
  AIE4SIM_ALWAYS_INLINE static void run(const Sum* sums, std::uint32_t count, unsigned shift, Rounding rounding,
                                        Element* out) {
    if (shift == 0) {
      for (std::uint32_t i = 0; i < count; ++i) out[i] = saturate<Element>(sums[i]);
    } else if (shift <= sizeof(Sum) * 8 - 2) {
      with_rounding(rounding, [&](auto mode) {
        for (std::uint32_t i = 0; i < count; ++i) out[i] = saturate<Element>(shift_round_by<mode()>(sums[i], shift));
      });
    } else {
      for (std::uint32_t i = 0; i < count; ++i) out[i] = saturate<Element>(shift_round(sums[i], shift, rounding));
    }
  }
};

template <class Element>
void store_elements(const GemmOutput& output, const TilePlace& place, const Element* elements) {
  for (std::uint32_t row = 0; row < place.rows; ++row) {
    for_each_run(output.gemm, place, row, [&](std::uint64_t index, std::uint32_t offset, std::uint32_t count) {
      std::memcpy(output.c.data() + index * sizeof(Element), elements + std::size_t{row} * kTileColumns + offset,
                  count * sizeof(Element));
    });
  }
}

template <class Element, class Sum>
void store_rounded(Isa isa, const GemmOutput& output, const TilePlace& place, const Sum* sums) {
  std::array<Element, std::size_t{kTileRows} * kTileColumns> elements;
  dispatch<ShiftRound<Sum, Element>, const Sum*, std::uint32_t, unsigned, Rounding, Element*>(
      isa, sums, place.rows * kTileColumns, output.gemm.shift, output.gemm.rounding, elements.data());
  store_elements(output, place, elements.data());
}

void store_bfp16(const GemmOutput& output, const TilePlace& place, const float* sums) {
  for (std::uint32_t row = 0; row < place.rows; ++row) {
    for_each_run(output.gemm, place, row, [&](std::uint64_t index, std::uint32_t offset, std::uint32_t count) {
      for (std::uint32_t j = 0; j < count; j += kBfpBlock) {
        const BfpBlock block =
            to_bfp16(std::span<const float, kBfpBlock>(sums + std::size_t{row} * kTileColumns + offset + j, kBfpBlock));
        std::memcpy(output.c.data() + (index + j) / kBfpBlock * kBfpBlockBytes, &block, sizeof block);
      }
    });
  }
}

void store_results(Isa, const GemmOutput& output, const TilePlace& place, float* sums) {
  const std::uint32_t count = place.rows * kTileColumns;
  switch (output.gemm.type_c) {
    case ElementType::bfp16:
      return store_bfp16(output, place, sums);
    case ElementType::bf16: {
      std::array<std::uint16_t, std::size_t{kTileRows} * kTileColumns> elements;
      for (std::uint32_t i = 0; i < count; ++i) elements[i] = to_bf16(sums[i]);
      return store_elements(output, place, elements.data());
    }
    default:
      for (std::uint32_t i = 0; i < count; ++i) sums[i] = canonical(sums[i]);
      return store_elements(output, place, sums);
  }
}

template <class Sum>
void store_results(Isa isa, const GemmOutput& output, const TilePlace& place, const Sum* sums) {
  switch (output.gemm.type_c) {
    case ElementType::i8:
      return store_rounded<std::int8_t>(isa, output, place, sums);
    case ElementType::i16:
      return store_rounded<std::int16_t>(isa, output, place, sums);
    default:
      return store_rounded<std::int32_t>(isa, output, place, sums);
  }
}

}  // namespace

template <class Sum>
void load_sums(const GemmOutput& output, const TilePlace& place, Sum* sums) {
  std::fill_n(sums, std::size_t{place.rows} * kTileColumns, Sum{});
  if (output.gemm.first) return;
  for (std::uint32_t row = 0; row < place.rows; ++row) {
    for_each_run(output.gemm, place, row, [&](std::uint64_t index, std::uint32_t offset, std::uint32_t count) {
      std::memcpy(sums + std::size_t{row} * kTileColumns + offset, output.sums.data() + index * sizeof(Sum),
                  count * sizeof(Sum));
    });
  }
}

template <class Sum>
void store_sums(Isa isa, const GemmOutput& output, const TilePlace& place, Sum* sums) {
  const std::uint32_t count = place.rows * kTileColumns;
  if (output.gemm.last) {
    if (!output.bias.empty()) add_bias(output, place, sums);
    if (output.gemm.relu) {
      for (std::uint32_t i = 0; i < count; ++i) sums[i] = sums[i] < Sum{} ? Sum{} : sums[i];
    }
    return store_results(isa, output, place, sums);
  }
  if constexpr (std::is_same_v<Sum, float>) {
    for (std::uint32_t i = 0; i < count; ++i) sums[i] = canonical(sums[i]);
  }
  for (std::uint32_t row = 0; row < place.rows; ++row) {
    for_each_run(output.gemm, place, row, [&](std::uint64_t index, std::uint32_t offset, std::uint32_t run) {
      std::memcpy(output.sums.data() + index * sizeof(Sum), sums + std::size_t{row} * kTileColumns + offset,
                  run * sizeof(Sum));
    });
  }
}

template void load_sums(const GemmOutput&, const TilePlace&, std::int32_t*);
template void load_sums(const GemmOutput&, const TilePlace&, std::int64_t*);
template void load_sums(const GemmOutput&, const TilePlace&, float*);
template void store_sums(Isa, const GemmOutput&, const TilePlace&, std::int32_t*);
template void store_sums(Isa, const GemmOutput&, const TilePlace&, std::int64_t*);
template void store_sums(Isa, const GemmOutput&, const TilePlace&, float*);

}  // namespace aie4::compute
