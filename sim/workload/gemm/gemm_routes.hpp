// SPDX-License-Identifier: Apache-2.0
// The circuits of a matrix product: A along rows, B up columns, C down columns. Pure.
// All are legal by AIE4 tile-array notes, appendix C.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/workload/gemm/gemm_tiling.hpp"
#include "sim/workload/plan.hpp"

namespace aie4::workload::gemm {

// Channels of shim tiles.
inline constexpr std::uint8_t kShimA = 0;  ///< MM2S
inline constexpr std::uint8_t kShimB = 1;  ///< MM2S
inline constexpr std::uint8_t kShimC = 0;  ///< S2MM
// Channels of memory tiles. Which inputs and outputs these reach decides.
inline constexpr std::uint8_t kFillA = 2;   ///< S2MM, from South 0.
inline constexpr std::uint8_t kFillB = 3;   ///< S2MM, from South 1.
inline constexpr std::uint8_t kSendB = 0;   ///< MM2S, to North 0.
inline constexpr std::uint8_t kDrainC = 4;  ///< MM2S, to South 0.
inline constexpr unsigned kMostRows = 4;    ///< Of compute tiles, for which there are channels.
inline constexpr std::array<std::uint8_t, kMostRows> kSendA = {1, 2, 3, 5};     ///< MM2S, to North 1 to 4.
inline constexpr std::array<std::uint8_t, kMostRows> kCollectC = {0, 1, 4, 5};  ///< S2MM, from North 0 to 3.
// Channels of compute tiles.
inline constexpr std::uint8_t kCoreB = 0;  ///< S2MM
inline constexpr std::uint8_t kCoreA = 1;  ///< S2MM
inline constexpr std::uint8_t kCoreC = 0;  ///< MM2S

/// The rows that a column's memory tile feeds with A, from the lowest up.
[[nodiscard]] std::vector<unsigned> rows_fed_by(const GemmTiling& tiling, unsigned column);

[[nodiscard]] std::vector<Circuit> circuits(const GemmTiling& tiling);

}  // namespace aie4::workload::gemm
