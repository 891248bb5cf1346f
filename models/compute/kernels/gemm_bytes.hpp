// SPDX-License-Identifier: Apache-2.0
// Products of bytes on hosts with AVX-512 VNNI.
#pragma once

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/gemm_sums.hpp"

namespace aie4::compute {

/// i8 x i8 and i8 x i4, modulo 2^32.
void run_dot_products(const GemmOutput& output, std::span<const std::byte> a, std::span<const std::byte> b,
                      Workspace& workspace);

}  // namespace aie4::compute
