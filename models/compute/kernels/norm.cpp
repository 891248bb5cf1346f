// SPDX-License-Identifier: Apache-2.0
// The kernels `layer_norm` and `rms_norm`, in doubles and rounded once. Sums run over ascending columns.
#include <cmath>
#include <fmt/format.h>

#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY, kGamma, kBeta };
enum Parameter : std::size_t { kRows, kColumns, kType, kValid, kEpsilon };

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "rows x columns, row-major"},
    {"y", Direction::Out, false, "rows x columns, row-major"},
    {"gamma", Direction::In, true, "factor of each column"},
    {"beta", Direction::In, true, "summand of each column"},
});

constexpr std::array kParameters = {
    count_parameter("rows", 1, 1, 65536, "rows, each of which is normalised"),
    count_parameter("columns", 768, 1, 65536, "elements of a row"),
    type_parameter("type", bf16, {bf16, fp32}, "type of all operands"),
    count_parameter("valid", 0, 0, 65536, "columns that take part, the others become 0; 0: all"),
    real_parameter("epsilon", 0x3727'C5AC, "added to the mean square (default 1e-5)"),
};

std::uint32_t valid_columns(const KernelCall& call) {
  return call.value(kValid) == 0 ? call.value(kColumns) : call.value(kValid);
}

std::string check_shape(const KernelCall& call) {
  if (valid_columns(call) > call.value(kColumns)) {
    return fmt::format("valid must be at most columns, came {} and {}", call.value(kValid), call.value(kColumns));
  }
  if (call.real(kEpsilon) >= 0) return {};
  return fmt::format("epsilon must not be negative, came {}", call.real(kEpsilon));
}

Footprint footprint(const KernelCall& call) {
  Footprint result = {};
  result[kX] = result[kY] = bytes_of(call.type(kType), std::uint64_t{call.value(kRows)} * call.value(kColumns));
  result[kGamma] = result[kBeta] = bytes_of(call.type(kType), valid_columns(call));
  return result;
}

KernelCost norm_cost(const KernelCall& call, const ComputeCosts& costs) {
  const std::uint32_t bits = bits_of(call.type(kType));
  const std::uint64_t rows = call.value(kRows);
  VectorWork pass{.elements = call.value(kColumns), .widest_bits = bits, .load_bits = bits};
  KernelCost cost;
  add_pass(cost, pass, costs, rows);  // sums
  pass.load_bits = bits * (1U + (call.has(kGamma) ? 1U : 0U) + (call.has(kBeta) ? 1U : 0U));
  pass.store_bits = bits;
  add_pass(cost, pass, costs, rows);  // scaling
  add_reduction_tail(cost, bits, costs, rows);
  cost.loop_cycles += rows * costs.reciprocal;
  cost.call_cycles = costs.call;
  finish(cost);
  return cost;
}

template <class Number, bool centred>
void run_rows(const KernelCall& call, OperandSpans operands) {
  const std::uint32_t columns = call.value(kColumns);
  const std::uint32_t valid = valid_columns(call);
  const std::byte* x = operands[kX].data();
  std::byte* y = operands[kY].data();
  for (std::uint32_t row = 0; row < call.value(kRows); ++row) {
    const std::size_t start = std::size_t{row} * columns;
    double mean = 0;
    if (centred) {
      for (std::uint32_t i = 0; i < valid; ++i) mean += static_cast<double>(Number::load(x, start + i));
      mean /= valid;
    }
    double square = 0;
    for (std::uint32_t i = 0; i < valid; ++i) {
      const double distance = static_cast<double>(Number::load(x, start + i)) - mean;
      square += distance * distance;
    }
    const double deviation = std::sqrt(square / valid + static_cast<double>(call.real(kEpsilon)));
    for (std::uint32_t i = 0; i < valid; ++i) {
      double value = (static_cast<double>(Number::load(x, start + i)) - mean) / deviation;
      if (call.has(kGamma)) value *= static_cast<double>(Number::load(operands[kGamma].data(), i));
      if (call.has(kBeta)) value += static_cast<double>(Number::load(operands[kBeta].data(), i));
      Number::store(y, start + i, value);
    }
    for (std::uint32_t i = valid; i < columns; ++i) Number::store(y, start + i, 0.0F);
  }
}

template <bool centred>
void run_norm(const KernelCall& call, OperandSpans operands, Workspace&) {
  with_float(call.type(kType), [&](auto number) { run_rows<decltype(number), centred>(call, operands); });
}

}  // namespace

Kernel layer_norm_kernel() {
  return {.name = "layer_norm",
          .description = "y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, over each row, rounded once",
          .operands = kOperands,
          .parameters = kParameters,
          .in_place = true,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = norm_cost,
          .run = run_norm<true>};
}

Kernel rms_norm_kernel() {
  return {.name = "rms_norm",
          .description = "y = x / sqrt(mean of x^2 + epsilon) * gamma, over each row, rounded once",
          .operands = std::span(kOperands).first(kBeta),
          .parameters = kParameters,
          .in_place = true,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = norm_cost,
          .run = run_norm<false>};
}

}  // namespace aie4::compute
