// SPDX-License-Identifier: Apache-2.0
// The kernels `relu`, `gelu`, `silu`, `sigmoid` and `tanh`.
#include <memory>

#include "models/compute/kernels/functions.hpp"
#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY };
enum Parameter : std::size_t { kCount, kType, kSchedule, kVariant };

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "count elements"},
    {"y", Direction::Out, false, "count elements"},
});

constexpr KernelParameter kCountParameter = count_parameter("count", 1024, 1, 1U << 24, "elements");
constexpr KernelParameter kFloatType = type_parameter("type", bf16, {bf16, fp32}, "type of x and y");
constexpr KernelParameter kScheduleParameter =
    choice_parameter("schedule", 0, kScheduleNames, "how the loop is written (time only)");

constexpr std::array kReluParameters = {
    kCountParameter, type_parameter("type", i8, {i8, i16, i32, bf16, fp32}, "type of x and y"), kScheduleParameter};
constexpr std::array kFunctionParameters = {kCountParameter, kFloatType, kScheduleParameter};
constexpr std::array<std::string_view, 2> kGeluVariants = {"erf", "tanh"};
constexpr std::array kGeluParameters = {
    kCountParameter, kFloatType, kScheduleParameter,
    choice_parameter("variant", 0, kGeluVariants, "exact, or the usual approximation by tanh")};

std::string check_shape(const KernelCall&) {
  return {};
}

Footprint footprint(const KernelCall& call) {
  Footprint result = {};
  result[kX] = result[kY] = bytes_of(call.type(kType), call.value(kCount));
  return result;
}

VectorWork work_of(const KernelCall& call, std::uint64_t operations) {
  const std::uint32_t bits = bits_of(call.type(kType));
  return {.elements = call.value(kCount),
          .widest_bits = bits,
          .load_bits = bits,
          .store_bits = bits,
          .operations = operations,
          .schedule = static_cast<Schedule>(call.value(kSchedule))};
}

KernelCost relu_cost(const KernelCall& call, const ComputeCosts& costs) {
  return vector_cost(work_of(call, 1), costs);
}

KernelCost function_cost(const KernelCall& call, const ComputeCosts& costs) {
  return vector_cost(work_of(call, costs.lookup), costs);
}

void run_relu(const KernelCall& call, OperandSpans operands, Workspace&) {
  with_number(call.type(kType), [&](auto number) {
    using Number = decltype(number);
    for (std::uint32_t i = 0; i < call.value(kCount); ++i) {
      const typename Number::Value value = Number::load(operands[kX].data(), i);
      Number::store(operands[kY].data(), i, value < 0 ? typename Number::Value{} : value);
    }
  });
}

using Function = double (*)(double);
using Bf16Table = std::array<std::uint16_t, 65536>;

/// The function of every bf16, computed when it is asked for first.
template <Function function>
const Bf16Table& table_of() {
  static const std::unique_ptr<const Bf16Table> table = [] {
    auto result = std::make_unique<Bf16Table>();
    for (std::uint32_t bits = 0; bits < result->size(); ++bits) {
      (*result)[bits] = to_bf16(function(from_bf16(static_cast<std::uint16_t>(bits))));
    }
    return result;
  }();
  return *table;
}

template <Function function>
void run_function(const KernelCall& call, OperandSpans operands) {
  const std::byte* x = operands[kX].data();
  std::byte* y = operands[kY].data();
  if (call.type(kType) == bf16) {
    const Bf16Table& table = table_of<function>();
    for (std::uint32_t i = 0; i < call.value(kCount); ++i) store_bytes(y, i, table[load_bytes<std::uint16_t>(x, i)]);
    return;
  }
  for (std::uint32_t i = 0; i < call.value(kCount); ++i) Fp32Number::store(y, i, function(Fp32Number::load(x, i)));
}

template <Function function>
Kernel function_kernel(std::string_view name, std::string_view description) {
  return {
      .name = name,
      .description = description,
      .operands = kOperands,
      .parameters = kFunctionParameters,
      .in_place = true,
      .check_shape = check_shape,
      .footprint = footprint,
      .cost = function_cost,
      .run = [](const KernelCall& call, OperandSpans operands, Workspace&) { run_function<function>(call, operands); }};
}

}  // namespace

Kernel relu_kernel() {
  return {.name = "relu",
          .description = "y = x, or 0 if x is negative",
          .operands = kOperands,
          .parameters = kReluParameters,
          .in_place = true,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = relu_cost,
          .run = run_relu};
}

Kernel gelu_kernel() {
  Kernel kernel = function_kernel<gelu>("gelu", "y = x * Phi(x), rounded once");
  kernel.parameters = kGeluParameters;
  kernel.run = [](const KernelCall& call, OperandSpans operands, Workspace&) {
    if (call.value(kVariant) == 0) return run_function<gelu>(call, operands);
    run_function<gelu_by_tanh>(call, operands);
  };
  return kernel;
}

Kernel silu_kernel() {
  return function_kernel<silu>("silu", "y = x / (1 + e^-x), rounded once");
}
Kernel sigmoid_kernel() {
  return function_kernel<sigmoid>("sigmoid", "y = 1 / (1 + e^-x), rounded once");
}
Kernel tanh_kernel() {
  return function_kernel<hyperbolic_tangent>("tanh", "y = tanh(x), rounded once");
}

}  // namespace aie4::compute
