// SPDX-License-Identifier: Apache-2.0
// The kernel `reduce`: rows or columns of a matrix to one element each.
#include <fmt/format.h>

#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY };
enum Parameter : std::size_t { kRows, kColumns, kAxis, kOperation, kTypeX, kTypeY, kShift, kRounding };
enum class Axis : std::uint32_t { columns, rows };
enum class Operation : std::uint32_t { sum, mean, max, min };
constexpr std::array<std::string_view, 2> kAxisNames = {"columns", "rows"};
constexpr std::array<std::string_view, 4> kOperationNames = {"sum", "mean", "max", "min"};

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "rows x columns, row-major"},
    {"y", Direction::Out, false, "one element for each row (axis columns) or for each column (axis rows)"},
});

constexpr std::array kParameters = {
    count_parameter("rows", 1, 1, 65536, "rows of x"),
    count_parameter("columns", 128, 1, 65536, "columns of x"),
    choice_parameter("axis", 0, kAxisNames, "what is reduced: the columns of each row, or the rows of each column"),
    choice_parameter("operation", 0, kOperationNames, "what is computed"),
    type_parameter("type_x", i8, {i8, i16, i32, bf16, fp32}, "type of x"),
    type_parameter("type_y", i32, {i8, i16, i32, bf16, fp32}, "type of y: an integer for integers"),
    count_parameter("shift", 0, 0, 62, "bits to shift a sum right before saturation (integers)"),
    rounding_parameter("rounding", "rounding of that shift, or of the quotient of a mean (integers)"),
};

Axis axis_of(const KernelCall& call) {
  return static_cast<Axis>(call.value(kAxis));
}

std::string check_shape(const KernelCall& call) {
  if (is_integer(call.type(kTypeX)) == is_integer(call.type(kTypeY))) return {};
  return fmt::format("type_x and type_y must both be integers or both be floats, came {} and {}",
                     to_string(call.type(kTypeX)), to_string(call.type(kTypeY)));
}

Footprint footprint(const KernelCall& call) {
  Footprint result = {};
  result[kX] = bytes_of(call.type(kTypeX), std::uint64_t{call.value(kRows)} * call.value(kColumns));
  result[kY] = bytes_of(call.type(kTypeY), call.value(axis_of(call) == Axis::columns ? kRows : kColumns));
  return result;
}

KernelCost reduce_cost(const KernelCall& call, const ComputeCosts& costs) {
  const std::uint32_t bits = bits_of(call.type(kTypeX));
  const VectorWork pass{.elements = call.value(kColumns), .widest_bits = bits, .load_bits = bits};
  KernelCost cost;
  add_pass(cost, pass, costs, call.value(kRows));
  if (axis_of(call) == Axis::columns) add_reduction_tail(cost, bits, costs, call.value(kRows));
  cost.call_cycles = costs.call;
  finish(cost);
  return cost;
}

/// Sums are exact in integers of at most 32 bits, and doubles in ascending order otherwise.
template <class Number>
class Reducer {
 public:
  using Sum = std::conditional_t<Number::kInteger, std::int64_t, double>;

  Reducer(Operation operation, Sum first) : operation_(operation), value_(first) {}
  void add(Sum next) {
    const bool replaces = next != next || (operation_ == Operation::max ? next > value_ : next < value_);
    if (operation_ == Operation::sum || operation_ == Operation::mean) {
      value_ += next;
    } else if (value_ == value_ && replaces) {
      value_ = next;
    }
    ++count_;
  }
  [[nodiscard]] Sum result(const KernelCall& call) const {
    const auto rounding = static_cast<Rounding>(call.value(kRounding));
    if constexpr (Number::kInteger) {
      if (operation_ == Operation::mean) return divide_round(value_, count_, rounding);
      return operation_ == Operation::sum ? shift_round(value_, call.value(kShift), rounding) : value_;
    } else {
      return operation_ == Operation::mean ? value_ / static_cast<double>(count_) : value_;
    }
  }

 private:
  Operation operation_;
  Sum value_;
  std::int64_t count_ = 1;
};

template <class NumberX, class NumberY>
void run_typed(const KernelCall& call, OperandSpans operands) {
  using Sum = typename Reducer<NumberX>::Sum;
  const std::byte* x = operands[kX].data();
  const std::size_t columns = call.value(kColumns);
  const bool along_columns = axis_of(call) == Axis::columns;
  const std::size_t results = along_columns ? call.value(kRows) : columns;
  const std::size_t count = along_columns ? columns : call.value(kRows);
  const std::size_t step = along_columns ? 1 : columns;
  for (std::size_t i = 0; i < results; ++i) {
    std::size_t at = along_columns ? i * columns : i;
    Reducer<NumberX> reducer(static_cast<Operation>(call.value(kOperation)), static_cast<Sum>(NumberX::load(x, at)));
    for (std::size_t j = 1; j < count; ++j) reducer.add(static_cast<Sum>(NumberX::load(x, at += step)));
    NumberY::store(operands[kY].data(), i, reducer.result(call));
  }
}

void run_reduce(const KernelCall& call, OperandSpans operands, Workspace&) {
  if (is_integer(call.type(kTypeX))) {
    return with_integer(call.type(kTypeX), [&](auto x) {
      with_integer(call.type(kTypeY), [&](auto y) { run_typed<decltype(x), decltype(y)>(call, operands); });
    });
  }
  with_float(call.type(kTypeX), [&](auto x) {
    with_float(call.type(kTypeY), [&](auto y) { run_typed<decltype(x), decltype(y)>(call, operands); });
  });
}

}  // namespace

Kernel reduce_kernel() {
  return {.name = "reduce",
          .description =
              "sum, mean, largest or smallest element of each row or column: exact, then rounded once; NaN if "
              "there is one",
          .operands = kOperands,
          .parameters = kParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = reduce_cost,
          .run = run_reduce};
}

}  // namespace aie4::compute
