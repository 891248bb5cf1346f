// SPDX-License-Identifier: Apache-2.0
// The kernels behind the catalogue.
#pragma once

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::compute {

[[nodiscard]] Kernel gemm_kernel();

}  // namespace aie4::compute
