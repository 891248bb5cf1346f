// SPDX-License-Identifier: Apache-2.0
// Transcendental functions of the kernels, from additions, multiplications and divisions of doubles alone: no library
// of the host has a say. Relative error below 2^-40, so that rounding to bf16 or fp32 gives the nearest value but for
// arguments whose result lies that close to the middle of two. NaN gives NaN.
#pragma once

namespace aie4::compute {

[[nodiscard]] double exponential(double x);
[[nodiscard]] double hyperbolic_tangent(double x);
/// 1 / (1 + e^-x).
[[nodiscard]] double sigmoid(double x);
/// x * sigmoid(x); -0 for -infinity.
[[nodiscard]] double silu(double x);
/// x * Phi(x), Phi the distribution function of the normal distribution; -0 for -infinity.
[[nodiscard]] double gelu(double x);
/// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))); -0 for -infinity.
[[nodiscard]] double gelu_by_tanh(double x);

}  // namespace aie4::compute
