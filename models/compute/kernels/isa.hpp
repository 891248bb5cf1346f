// SPDX-License-Identifier: Apache-2.0
// Instruction sets of the host among which the kernels choose at run time. Results never depend on the choice.
#pragma once

#include <cstdint>

namespace aie4::compute {

enum class Isa : std::uint8_t {
  Baseline,    ///< What the program was compiled for.
  Avx2,        ///< x86-64-v3 without fused multiply-add.
  Avx512,      ///< F, BW, DQ, VL.
  Avx512Vnni,  ///< The same with byte dot products.
};

/// The best that this host has.
[[nodiscard]] Isa host_isa();

}  // namespace aie4::compute
