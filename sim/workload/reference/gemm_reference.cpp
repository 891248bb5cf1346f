// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/reference/gemm_reference.hpp"

#include <algorithm>
#include <vector>

#include "sim/workload/reference/sums.hpp"

namespace aie4::workload::reference {
namespace {

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

}  // namespace

Verdict check_gemm(const GemmProblem& p, const GemmMatrices& matrices, std::span<const std::byte> a,
                   std::span<const std::byte> b, std::span<const std::byte> c, std::uint64_t max_macs) {
  Verdict verdict;
  verdict.total = p.m * p.n;
  verdict.rule = rule_of(p.a);
  const Columns columns(p, matrices.b, b);
  const std::uint64_t rows = std::clamp<std::uint64_t>(max_macs / std::max<std::uint64_t>(1, p.n * p.k), 1, p.m);
  std::vector<double> row_of_a;
  for (std::uint64_t i = 0; i < rows; ++i) {
    // The first and the last row are always among them.
    const std::uint64_t row = rows == 1 ? 0 : i * (p.m - 1) / (rows - 1);
    read_row(matrices.a, a, row, p.k, row_of_a);
    for (std::uint64_t n = 0; n < p.n; ++n) {
      const std::span<const float> column = columns.column(n);
      Sum sum(p.a);
      for (std::uint64_t k = 0; k < p.k; ++k) sum.add(row_of_a[k], static_cast<double>(column[k]));
      sum.compare(verdict, read_element(matrices.c, c, row, n), {.type = p.c, .shift = p.shift, .relu = p.relu}, row,
                  n);
    }
  }
  return verdict;
}

}  // namespace aie4::workload::reference
