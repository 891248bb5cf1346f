// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/number.hpp"

namespace aie4::compute {

std::int64_t divide_round(std::int64_t numerator, std::int64_t denominator, Rounding mode) {
  std::int64_t floor = numerator / denominator;
  std::int64_t rest = numerator % denominator;
  if (rest < 0) {
    --floor;
    rest += denominator;
  }
  if (rest == 0 || mode == Rounding::floor) return floor;
  if (mode == Rounding::ceil) return floor + 1;
  if (rest != denominator - rest) return floor + (rest > denominator - rest ? 1 : 0);
  // Half-way: as dividing 2 * floor + 1 by 2.
  return shift_round(2 * floor + 1, 1, mode);
}

}  // namespace aie4::compute
