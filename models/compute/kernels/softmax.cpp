// SPDX-License-Identifier: Apache-2.0
// The kernel `softmax`, in doubles and rounded once. Sums run over ascending columns.
#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "models/compute/kernels/functions.hpp"
#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY };
enum Parameter : std::size_t { kRows, kColumns, kType, kValid, kCausal, kFirstRow, kScale };

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "rows x columns, row-major"},
    {"y", Direction::Out, false, "rows x columns, row-major"},
});

constexpr std::array kParameters = {
    count_parameter("rows", 1, 1, 65536, "rows, each of which has a sum of 1"),
    count_parameter("columns", 128, 1, 65536, "elements of a row"),
    type_parameter("type", bf16, {bf16, fp32}, "type of x and y"),
    count_parameter("valid", 0, 0, 65536, "columns that take part, the others become 0; 0: all"),
    flag_parameter("causal", 0, "row i ends at column first_row + i"),
    count_parameter("first_row", 0, 0, 1U << 20, "rows of the matrix before these (causal)"),
    real_parameter("scale", 0x3F80'0000, "factor of x before the exponential"),
};

std::uint32_t valid_columns(const KernelCall& call) {
  return call.value(kValid) == 0 ? call.value(kColumns) : call.value(kValid);
}

std::string check_shape(const KernelCall& call) {
  if (valid_columns(call) <= call.value(kColumns)) return {};
  return fmt::format("valid must be at most columns, came {} and {}", call.value(kValid), call.value(kColumns));
}

Footprint footprint(const KernelCall& call) {
  Footprint result = {};
  result[kX] = result[kY] = bytes_of(call.type(kType), std::uint64_t{call.value(kRows)} * call.value(kColumns));
  return result;
}

KernelCost softmax_cost(const KernelCall& call, const ComputeCosts& costs) {
  const std::uint32_t bits = bits_of(call.type(kType));
  const std::uint64_t rows = call.value(kRows);
  VectorWork pass{.elements = call.value(kColumns), .widest_bits = bits, .load_bits = bits};
  KernelCost cost;
  add_pass(cost, pass, costs, rows);  // largest
  pass.store_bits = bits;
  pass.operations = costs.lookup;
  add_pass(cost, pass, costs, rows);  // exponentials and their sum
  pass.operations = 1;
  add_pass(cost, pass, costs, rows);  // division
  add_reduction_tail(cost, bits, costs, rows);
  cost.loop_cycles += rows * costs.reciprocal;
  cost.call_cycles = costs.call;
  finish(cost);
  return cost;
}

template <class Number>
void run_row(const std::byte* x, std::byte* y, std::size_t start, std::uint32_t columns, std::uint32_t valid,
             double scale, double* powers) {
  double largest = -std::numeric_limits<double>::infinity();
  bool has_nan = false;
  for (std::uint32_t i = 0; i < valid; ++i) {
    powers[i] = scale * static_cast<double>(Number::load(x, start + i));  // exact
    has_nan = has_nan || powers[i] != powers[i];
    largest = std::max(largest, powers[i]);
  }
  double sum = has_nan ? std::numeric_limits<double>::quiet_NaN() : 0.0;
  for (std::uint32_t i = 0; i < valid; ++i) {
    powers[i] = exponential(powers[i] - largest);
    sum += powers[i];
  }
  for (std::uint32_t i = 0; i < valid; ++i) Number::store(y, start + i, powers[i] / sum);
  for (std::uint32_t i = valid; i < columns; ++i) Number::store(y, start + i, 0.0F);
}

void run_softmax(const KernelCall& call, OperandSpans operands, Workspace& workspace) {
  const std::uint32_t columns = call.value(kColumns);
  auto* powers = workspace.scratch<double>(0, columns);
  with_float(call.type(kType), [&](auto number) {
    for (std::uint32_t row = 0; row < call.value(kRows); ++row) {
      std::uint32_t valid = valid_columns(call);
      if (call.flag(kCausal)) valid = std::min(valid, call.value(kFirstRow) + row + 1);
      run_row<decltype(number)>(operands[kX].data(), operands[kY].data(), std::size_t{row} * columns, columns, valid,
                                call.real(kScale), powers);
    }
  });
}

}  // namespace

Kernel softmax_kernel() {
  return {.name = "softmax",
          .description =
              "y = e^(scale * x) / sum over the row of e^(scale * x), rounded once; NaN for rows with NaN, "
              "+infinity or nothing but -infinity",
          .operands = kOperands,
          .parameters = kParameters,
          .in_place = true,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = softmax_cost,
          .run = run_softmax};
}

}  // namespace aie4::compute
