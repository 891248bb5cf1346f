// SPDX-License-Identifier: Apache-2.0
// Sums of products as a core makes them, up to rounding: what matrix products and convolutions are judged by.
#pragma once

#include <cstdint>
#include <string>

#include "sim/workload/reference/numbers.hpp"

namespace aie4::workload::reference {

/// What becomes of a sum.
struct Result {
  compute::ElementType type = compute::ElementType::i8;
  std::uint32_t shift = 0;
  bool relu = false;
};

/// How results of operands of that type are compared, for people.
[[nodiscard]] std::string rule_of(compute::ElementType operands);

/// Integers: exact, wrapped to the width of the running sums, then shifted, rounded to nearest with halves to even, and
/// saturated. Floats: compared with the exact sum; allowed is what roundings of fp32 sums and one of the result can
/// make.
class Sum {
 public:
  explicit Sum(compute::ElementType operands) : operands_(operands), integer_(compute::is_integer(operands)) {}

  void add(double a, double b) {
    ++terms_;
    if (integer_) {
      exact_ += static_cast<std::int64_t>(a) * static_cast<std::int64_t>(b);
    } else {
      sum_ += a * b;
      magnitude_ += a * b < 0 ? -(a * b) : a * b;
    }
  }
  void compare(Verdict& verdict, double came, const Result& result, std::uint64_t row, std::uint64_t column) const;

 private:
  compute::ElementType operands_;
  bool integer_;
  std::uint64_t terms_ = 0;
  std::int64_t exact_ = 0;
  double sum_ = 0;
  double magnitude_ = 0;
};

}  // namespace aie4::workload::reference
