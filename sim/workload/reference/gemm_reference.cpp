// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/reference/gemm_reference.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <vector>

namespace aie4::workload::reference {
namespace {

using enum compute::ElementType;

/// B by columns of the product, each with all of K.
class Columns {
 public:
  Columns(const GemmProblem& problem, const Matrix& matrix, std::span<const std::byte> bytes) : k_(problem.k) {
    values_.resize(problem.n * k_);
    std::vector<double> row;
    if (!problem.b_rows) {
      for (std::uint64_t n = 0; n < problem.n; ++n) {
        read_row(matrix, bytes, n, k_, row);
        std::ranges::copy(row, values_.begin() + static_cast<std::ptrdiff_t>(n * k_));
      }
      return;
    }
    for (std::uint64_t k = 0; k < k_; ++k) {
      read_row(matrix, bytes, k, problem.n, row);
      for (std::uint64_t n = 0; n < problem.n; ++n) values_[n * k_ + k] = static_cast<float>(row[n]);
    }
  }

  [[nodiscard]] std::span<const float> column(std::uint64_t n) const { return std::span(values_).subspan(n * k_, k_); }

 private:
  std::uint64_t k_;
  std::vector<float> values_;  // Every element of a matrix unit's operand is exact in a float.
};

double limit(compute::ElementType type) {
  return type == i8 ? 127 : type == i16 ? 32767 : std::numeric_limits<std::int32_t>::max();
}

double integer_result(const GemmProblem& p, std::int64_t sum) {
  if (p.a != i16) sum = static_cast<std::int32_t>(static_cast<std::uint64_t>(sum));
  if (p.relu) sum = std::max<std::int64_t>(sum, 0);
  const std::int64_t scale = std::int64_t{1} << p.shift;
  std::int64_t quotient = sum / scale;
  std::int64_t rest = sum % scale;
  if (rest < 0) {
    rest += scale;
    --quotient;
  }
  if (2 * rest > scale || (2 * rest == scale && quotient % 2 != 0)) ++quotient;
  const double high = limit(p.c);
  return std::clamp(static_cast<double>(quotient), -high - 1, high);
}

/// Relative step of the type in which a result is stored.
double rounding_of(compute::ElementType type) {
  return type == bf16 ? std::ldexp(1.0, -8) : std::ldexp(1.0, -23);
}

}  // namespace

Verdict check_gemm(const GemmProblem& p, const GemmMatrices& matrices, std::span<const std::byte> a,
                   std::span<const std::byte> b, std::span<const std::byte> c, std::uint64_t max_macs) {
  Verdict verdict;
  verdict.total = p.m * p.n;
  const bool integer = compute::is_integer(p.a);
  verdict.rule = integer ? "exact" : "within (K + 2) * 2^-24 of the sum of magnitudes, and half a unit of the result";
  const Columns columns(p, matrices.b, b);
  const std::uint64_t rows = std::clamp<std::uint64_t>(max_macs / std::max<std::uint64_t>(1, p.n * p.k), 1, p.m);
  std::vector<double> row_of_a;
  for (std::uint64_t i = 0; i < rows; ++i) {
    // The first and the last row are always among them.
    const std::uint64_t row = rows == 1 ? 0 : i * (p.m - 1) / (rows - 1);
    read_row(matrices.a, a, row, p.k, row_of_a);
    for (std::uint64_t n = 0; n < p.n; ++n) {
      const std::span<const float> column = columns.column(n);
      const double came = read_element(matrices.c, c, row, n);
      if (integer) {
        std::int64_t sum = 0;
        for (std::uint64_t k = 0; k < p.k; ++k) {
          sum += static_cast<std::int64_t>(row_of_a[k]) * static_cast<std::int64_t>(column[k]);
        }
        verdict.compare(came, integer_result(p, sum), 0, row, n);
        continue;
      }
      double sum = 0;
      double magnitude = 0;
      for (std::uint64_t k = 0; k < p.k; ++k) {
        const double product = row_of_a[k] * static_cast<double>(column[k]);
        sum += product;
        magnitude += std::abs(product);
      }
      if (p.relu) sum = std::max(sum, 0.0);
      const double allowed =
          (static_cast<double>(p.k) + 2) * std::ldexp(magnitude, -24) + std::abs(sum) * rounding_of(p.c);
      verdict.compare(came, sum, allowed, row, n);
    }
  }
  return verdict;
}

}  // namespace aie4::workload::reference
