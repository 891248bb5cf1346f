// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/gemm_pack.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "models/compute/kernels/bfp16.hpp"
#include "models/compute/kernels/float_bits.hpp"
#include "models/compute/kernels/gemm_tile.hpp"

namespace aie4::compute {
namespace {

template <class Stored, class Element>
void widen(std::span<const std::byte> memory, std::uint64_t index, std::uint32_t count, Element* out) {
  const std::byte* from = memory.data() + index * sizeof(Stored);
  for (std::uint32_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, from + i * sizeof(Stored), sizeof value);
    out[i] = static_cast<Element>(value);
  }
}

template <class Element>
void widen_nibbles(std::span<const std::byte> memory, std::uint64_t index, std::uint32_t count, Element* out) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const unsigned byte = std::to_integer<unsigned>(memory[(index + i) / 2]);
    const int nibble = static_cast<int>((byte >> ((index + i) % 2 * 4)) & 0xF);
    out[i] = static_cast<Element>((nibble ^ 8) - 8);
  }
}

}  // namespace

template <class Element>
void read_elements(ElementType type, std::span<const std::byte> memory, std::uint64_t index, std::uint32_t count,
                   Element* out) {
  if constexpr (std::is_same_v<Element, float>) {
    if (type == ElementType::fp32) {
      std::memcpy(out, memory.data() + index * sizeof(float), count * sizeof(float));
      return;
    }
    if (type == ElementType::bf16) {
      for (std::uint32_t i = 0; i < count; ++i) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, memory.data() + (index + i) * sizeof bits, sizeof bits);
        out[i] = from_bf16(bits);
      }
      return;
    }
  }
  if constexpr (std::is_same_v<Element, std::int16_t>) {
    if (type == ElementType::i16) return widen<std::int16_t>(memory, index, count, out);
    if (type == ElementType::bfp16) {
      for (std::uint32_t i = 0; i < count; i += kBfpBlock) {
        widen<std::int8_t>(memory, (index + i) / kBfpBlock * kBfpBlockBytes + 1, kBfpBlock, out + i);
      }
      return;
    }
  }
  if (type == ElementType::i4) return widen_nibbles(memory, index, count, out);
  widen<std::int8_t>(memory, index, count, out);
}

template <class Element>
void pack_a(const GemmCall& gemm, std::span<const std::byte> a, std::uint32_t stride, Element* out) {
  gemm.a().for_each_run([&](std::uint32_t row, std::uint32_t column, std::uint64_t index) {
    read_elements(gemm.type_a, a, index, gemm.s, out + std::size_t{row} * stride + column);
  });
  if (stride == gemm.k) return;
  for (std::uint32_t row = 0; row < gemm.m; ++row) {
    std::fill(out + std::size_t{row} * stride + gemm.k, out + (std::size_t{row} + 1) * stride, Element{});
  }
}

template <class Element>
void pack_b(const GemmCall& gemm, std::span<const std::byte> b, std::uint32_t k, std::uint32_t interleave,
            Element* out) {
  const std::size_t panel_size = std::size_t{k} * kTileColumns;
  const std::uint32_t panels = (gemm.n + kTileColumns - 1) / kTileColumns;
  if (k != gemm.k || gemm.n % kTileColumns != 0) std::fill_n(out, panels * panel_size, Element{});
  const auto place = [&](std::uint32_t row, std::uint32_t column) {
    return out + column / kTileColumns * panel_size +
           (row / interleave * kTileColumns + column % kTileColumns) * std::size_t{interleave} + row % interleave;
  };
  constexpr std::uint32_t kChunk = kTileColumns;
  std::array<Element, kChunk> chunk;
  gemm.b().for_each_run([&](std::uint32_t row, std::uint32_t column, std::uint64_t index) {
    const std::uint32_t run = gemm.b().block_columns;
    for (std::uint32_t done = 0; done < run;) {
      if (gemm.transpose_b) {
        const std::uint32_t count = std::min(run - done, kChunk);
        read_elements(gemm.type_b, b, index + done, count, chunk.data());
        for (std::uint32_t i = 0; i < count; ++i) *place(column + done + i, row) = chunk[i];
        done += count;
        continue;
      }
      const std::uint32_t count = std::min(run - done, kTileColumns - (column + done) % kTileColumns);
      Element* to = place(row, column + done);
      read_elements(gemm.type_b, b, index + done, count, interleave == 1 ? to : chunk.data());
      for (std::uint32_t i = 0; i < count && interleave != 1; ++i) to[std::size_t{i} * interleave] = chunk[i];
      done += count;
    }
  });
}

void pack_a_exponents(const GemmCall& gemm, std::span<const std::byte> a, std::uint8_t* out) {
  gemm.a().for_each_run([&](std::uint32_t row, std::uint32_t column, std::uint64_t index) {
    for (std::uint32_t i = 0; i < gemm.s; i += kBfpBlock) {
      out[(std::size_t{row} * gemm.k + column + i) / kBfpBlock] =
          std::to_integer<std::uint8_t>(a[(index + i) / kBfpBlock * kBfpBlockBytes]);
    }
  });
}

void pack_b_exponents(const GemmCall& gemm, std::span<const std::byte> b, std::uint8_t* out) {
  const std::size_t panel_size = std::size_t{gemm.k} / kBfpBlock * kTileColumns;
  std::fill_n(out, (gemm.n + kTileColumns - 1) / kTileColumns * panel_size, std::uint8_t{0});
  gemm.b().for_each_run([&](std::uint32_t row, std::uint32_t column, std::uint64_t index) {
    for (std::uint32_t i = 0; i < gemm.s; i += kBfpBlock) {
      out[row / kTileColumns * panel_size + std::size_t{(column + i) / kBfpBlock} * kTileColumns + row % kTileColumns] =
          std::to_integer<std::uint8_t>(b[(index + i) / kBfpBlock * kBfpBlockBytes]);
    }
  });
}

template void read_elements(ElementType, std::span<const std::byte>, std::uint64_t, std::uint32_t, std::int8_t*);
template void read_elements(ElementType, std::span<const std::byte>, std::uint64_t, std::uint32_t, float*);
template void pack_a(const GemmCall&, std::span<const std::byte>, std::uint32_t, std::int8_t*);
template void pack_a(const GemmCall&, std::span<const std::byte>, std::uint32_t, std::int16_t*);
template void pack_a(const GemmCall&, std::span<const std::byte>, std::uint32_t, float*);
template void pack_b(const GemmCall&, std::span<const std::byte>, std::uint32_t, std::uint32_t, std::int8_t*);
template void pack_b(const GemmCall&, std::span<const std::byte>, std::uint32_t, std::uint32_t, std::int16_t*);
template void pack_b(const GemmCall&, std::span<const std::byte>, std::uint32_t, std::uint32_t, float*);

}  // namespace aie4::compute
