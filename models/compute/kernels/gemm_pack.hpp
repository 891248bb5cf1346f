// SPDX-License-Identifier: Apache-2.0
// Operands of products, from their layouts in memory to what the tiles read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/compute/kernels/gemm_call.hpp"

namespace aie4::compute {

/// Elements from `index` on, widened; `index` and `count` are multiples of 8 for bfp16, whose mantissas these are.
template <class Element>
void read_elements(ElementType type, std::span<const std::byte> memory, std::uint64_t index, std::uint32_t count,
                   Element* out);

/// Row-major rows of `stride` elements, zeros behind K.
template <class Element>
void pack_a(const GemmCall& gemm, std::span<const std::byte> a, std::uint32_t stride, Element* out);

/// Panels as TileInput describes them, one behind the other; `k` is K rounded up to `interleave`.
template <class Element>
void pack_b(const GemmCall& gemm, std::span<const std::byte> b, std::uint32_t k, std::uint32_t interleave,
            Element* out);

/// Exponents as BfpTileInput describes them; those of B in panels.
void pack_a_exponents(const GemmCall& gemm, std::span<const std::byte> a, std::uint8_t* out);
void pack_b_exponents(const GemmCall& gemm, std::span<const std::byte> b, std::uint8_t* out);

}  // namespace aie4::compute
