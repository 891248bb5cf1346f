// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/reference/row_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace aie4::workload::reference {

using enum compute::ElementType;

double elementwise(std::string_view kind, double a, double b) {
  if (kind == "add") return a + b;
  if (kind == "mul") return a * b;
  if (kind == "relu") return std::max(a, 0.0);
  if (kind == "gelu") return a / 2 * std::erfc(-a / std::numbers::sqrt2);
  if (kind == "sigmoid") return 1 / (1 + std::exp(-a));
  if (kind == "silu") return a / (1 + std::exp(-a));
  if (kind == "tanh") return std::tanh(a);
  throw std::logic_error("no such function");
}

void softmax(std::vector<double>& row) {
  const double largest = *std::ranges::max_element(row);
  double sum = 0;
  for (double& value : row) sum += value = std::exp(value - largest);
  for (double& value : row) value /= sum;
}

void normalise(std::vector<double>& row, std::span<const double> gamma, std::span<const double> beta) {
  constexpr double kEpsilon = 1e-5;
  const auto count = static_cast<double>(row.size());
  double mean = 0;
  if (!beta.empty()) {
    for (const double value : row) mean += value / count;
  }
  double square = 0;
  for (const double value : row) square += (value - mean) * (value - mean) / count;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = (row[i] - mean) / std::sqrt(square + kEpsilon) * gamma[i] + (beta.empty() ? 0 : beta[i]);
  }
}

double allowed_error(compute::ElementType type, double expected, double scale) {
  if (compute::is_integer(type)) return 0;
  const double arithmetic = std::ldexp(scale, -20);
  return arithmetic + std::abs(expected) * std::ldexp(1.0, type == bf16 ? -8 : -23);
}

double shifted(compute::ElementType type, double value, std::uint32_t shift) {
  return compute::is_integer(type) ? std::nearbyint(std::ldexp(value, -static_cast<int>(shift))) : value;
}

double saturated(compute::ElementType type, double value) {
  if (!compute::is_integer(type)) return value;
  const double high = std::ldexp(1.0, static_cast<int>(compute::bits_of(type)) - 1) - 1;
  return std::clamp(value, -high - 1, high);
}

}  // namespace aie4::workload::reference
