// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/reference/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aie4::workload::reference {
namespace {

using enum compute::ElementType;

double integer_result(compute::ElementType operands, std::int64_t sum, const Result& result) {
  if (operands != i16) sum = static_cast<std::int32_t>(static_cast<std::uint64_t>(sum));
  if (result.relu) sum = std::max<std::int64_t>(sum, 0);
  const std::int64_t scale = std::int64_t{1} << result.shift;
  std::int64_t quotient = sum / scale;
  std::int64_t rest = sum % scale;
  if (rest < 0) {
    rest += scale;
    --quotient;
  }
  if (2 * rest > scale || (2 * rest == scale && quotient % 2 != 0)) ++quotient;
  const double high = result.type == i8 ? 127 : result.type == i16 ? 32767 : std::numeric_limits<std::int32_t>::max();
  return std::clamp(static_cast<double>(quotient), -high - 1, high);
}

}  // namespace

std::string rule_of(compute::ElementType operands) {
  return compute::is_integer(operands)
             ? "exact"
             : "within (K + 2) * 2^-24 of the sum of magnitudes, and half a unit of the result";
}

void Sum::compare(Verdict& verdict, double came, const Result& result, std::uint64_t row, std::uint64_t column) const {
  if (integer_) {
    verdict.compare(came, integer_result(operands_, exact_, result), 0, row, column);
    return;
  }
  const double expected = result.relu ? std::max(sum_, 0.0) : sum_;
  const double rounding = std::ldexp(1.0, result.type == bf16 ? -8 : -23);
  const double allowed =
      (static_cast<double>(terms_) + 2) * std::ldexp(magnitude_, -24) + std::abs(expected) * rounding;
  verdict.compare(came, expected, allowed, row, column);
}

}  // namespace aie4::workload::reference
