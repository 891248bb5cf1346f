// SPDX-License-Identifier: Apache-2.0
// Whether results still say something: a chain of layers can end in zeros, or at the limits of a type, and every check
// of such data would succeed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::workload {

/// Shares of elements.
struct Spread {
  std::uint64_t elements = 0;
  double zeros = 0;
  double limits = 0;     ///< The least or greatest integer; not a finite float.
  double commonest = 0;  ///< The most frequent value.

  /// Hardly anything but one value, or saturated in large part.
  [[nodiscard]] bool degenerate() const { return elements >= 8 && (commonest > 0.95 || limits > 0.25); }
};

/// Of a dense tensor of i8, i16, i32, bf16 or fp32, which is not empty.
[[nodiscard]] Spread spread_of(compute::ElementType type, std::span<const std::byte> dense);

}  // namespace aie4::workload
