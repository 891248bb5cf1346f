// SPDX-License-Identifier: Apache-2.0
// Elementwise functions, softmax, norms and pooling as the textbook has them, to judge what came out of the array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/workload/reference/numbers.hpp"

namespace aie4::workload::reference {

/// In double precision: what one element of the result should be. `b` only for add and mul.
[[nodiscard]] double elementwise(std::string_view kind, double a, double b);
void softmax(std::vector<double>& row);
/// `beta` empty: RMS norm, without a mean.
void normalise(std::vector<double>& row, std::span<const double> gamma, std::span<const double> beta);

/// How far a result of that type may be off: one rounding of it for floats (and what fp32 arithmetic in between may
/// add), nothing for integers.
[[nodiscard]] double allowed_error(compute::ElementType type, double expected, double scale);
/// Integers: divided by 2^shift, to nearest, halves to even. Floats as they are.
[[nodiscard]] double shifted(compute::ElementType type, double value, std::uint32_t shift);
/// Saturated to the type.
[[nodiscard]] double saturated(compute::ElementType type, double value);

}  // namespace aie4::workload::reference
