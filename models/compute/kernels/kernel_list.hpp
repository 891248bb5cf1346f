// SPDX-License-Identifier: Apache-2.0
// The kernels behind the catalogue.
#pragma once

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::compute {

[[nodiscard]] Kernel gemm_kernel();
[[nodiscard]] Kernel conv2d_kernel();
[[nodiscard]] Kernel dwconv2d_kernel();
[[nodiscard]] Kernel add_kernel();
[[nodiscard]] Kernel mul_kernel();
[[nodiscard]] Kernel relu_kernel();
[[nodiscard]] Kernel gelu_kernel();
[[nodiscard]] Kernel silu_kernel();
[[nodiscard]] Kernel sigmoid_kernel();
[[nodiscard]] Kernel tanh_kernel();
[[nodiscard]] Kernel softmax_kernel();
[[nodiscard]] Kernel layer_norm_kernel();
[[nodiscard]] Kernel rms_norm_kernel();
[[nodiscard]] Kernel reduce_kernel();
[[nodiscard]] Kernel transpose_kernel();
[[nodiscard]] Kernel relayout_kernel();
[[nodiscard]] Kernel quantise_kernel();
[[nodiscard]] Kernel dequantise_kernel();
[[nodiscard]] Kernel max_pool_kernel();
[[nodiscard]] Kernel avg_pool_kernel();

}  // namespace aie4::compute
