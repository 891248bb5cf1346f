// SPDX-License-Identifier: Apache-2.0
// The right operand of byte dot products, on hosts with AVX-512 VNNI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/compute/kernels/gemm_call.hpp"
#include "models/compute/kernels/workspace.hpp"

namespace aie4::compute {

inline constexpr std::uint32_t kQuad = 4;  ///< Products of one lane.

/// Panels of 32 columns in which four k of a column follow each other, then the next column. Columns behind the last
/// one hold anything.
struct BytePanels {
  const std::int8_t* data = nullptr;
  const std::int32_t* corrections = nullptr;  ///< One for each column: what is to be added if 128 was added to A.
  std::uint32_t k = 0;                        ///< Rounded up to a multiple of 4; zeros behind K.

  [[nodiscard]] const std::int8_t* panel(std::uint32_t column) const { return data + std::size_t{column} * k; }
};

/// Of i8 or i4. In slots 1 and 2 of the workspace.
[[nodiscard]] BytePanels pack_byte_panels(const GemmCall& gemm, std::span<const std::byte> b, Workspace& workspace);

}  // namespace aie4::compute
