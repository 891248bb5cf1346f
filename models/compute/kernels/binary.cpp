// SPDX-License-Identifier: Apache-2.0
// The kernels `add` and `mul`.
#include <fmt/format.h>

#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kA, kB, kC };
enum Parameter : std::size_t {
  kCount,
  kCountB,
  kType,
  kShift,
  kRounding,
  kRelu,
  kSchedule,
  kShiftA,
  kShiftB,
};

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"a", Direction::In, false, "count elements"},
    {"b", Direction::In, false, "count_b elements, repeated"},
    {"c", Direction::Out, false, "count elements"},
});

constexpr std::array kMulParameters = {
    count_parameter("count", 1024, 1, 1U << 24, "elements"),
    count_parameter("count_b", 0, 0, 1U << 24, "elements of b; 0: count"),
    type_parameter("type", i8, {i8, i16, i32, bf16, fp32}, "type of all operands"),
    count_parameter("shift", 0, 0, 62, "bits to shift right before saturation (integers)"),
    rounding_parameter("rounding", "rounding of that shift"),
    flag_parameter("relu", 0, "negative results become 0"),
    choice_parameter("schedule", 0, kScheduleNames, "how the loop is written (time only)"),
};

constexpr std::array kAddParameters = {
    kMulParameters[kCount],
    kMulParameters[kCountB],
    kMulParameters[kType],
    kMulParameters[kShift],
    kMulParameters[kRounding],
    kMulParameters[kRelu],
    kMulParameters[kSchedule],
    count_parameter("shift_a", 0, 0, 16, "bits to shift a left first (integers)"),
    count_parameter("shift_b", 0, 0, 16, "bits to shift b left first (integers)"),
};

std::uint32_t count_b(const KernelCall& call) {
  return call.value(kCountB) == 0 ? call.value(kCount) : call.value(kCountB);
}

std::string check_shape(const KernelCall& call) {
  if (call.value(kCount) % count_b(call) == 0) return {};
  return fmt::format("count must be a multiple of count_b, came {} and {}", call.value(kCount), count_b(call));
}

Footprint footprint(const KernelCall& call) {
  Footprint result = {};
  result[kA] = result[kC] = bytes_of(call.type(kType), call.value(kCount));
  result[kB] = bytes_of(call.type(kType), count_b(call));
  return result;
}

KernelCost binary_cost(const KernelCall& call, const ComputeCosts& costs) {
  const std::uint32_t bits = bits_of(call.type(kType));
  // A repeated vector stays in a register.
  const bool b_streams = count_b(call) > lanes_of(bits, costs);
  return vector_cost({.elements = call.value(kCount),
                      .widest_bits = bits,
                      .load_bits = b_streams ? 2 * bits : bits,
                      .store_bits = bits,
                      .schedule = static_cast<Schedule>(call.value(kSchedule))},
                     costs);
}

/// `combine(a, b)` of two values; integers are shifted, rounded and saturated.
template <class Number, class Combine>
void run_binary(const KernelCall& call, OperandSpans operands, const Combine& combine) {
  const std::byte* a = operands[kA].data();
  const std::byte* b = operands[kB].data();
  std::byte* c = operands[kC].data();
  const std::uint32_t period = count_b(call);
  const auto shift = call.value(kShift);
  const auto rounding = static_cast<Rounding>(call.value(kRounding));
  const bool relu = call.flag(kRelu);
  for (std::uint32_t start = 0; start < call.value(kCount); start += period) {
    for (std::uint32_t i = 0; i < period; ++i) {
      typename Number::Value value = combine(Number::load(a, start + i), Number::load(b, i));
      if (relu && value < 0) value = 0;
      if constexpr (Number::kInteger) value = shift_round(value, shift, rounding);
      Number::store(c, start + i, value);
    }
  }
}

void run_add(const KernelCall& call, OperandSpans operands, Workspace&) {
  with_number(call.type(kType), [&](auto number) {
    using Number = decltype(number);
    if constexpr (Number::kInteger) {
      const std::int64_t scale_a = std::int64_t{1} << call.value(kShiftA);
      const std::int64_t scale_b = std::int64_t{1} << call.value(kShiftB);
      run_binary<Number>(call, operands, [=](std::int64_t x, std::int64_t y) { return x * scale_a + y * scale_b; });
    } else {
      run_binary<Number>(call, operands, [](float x, float y) { return x + y; });
    }
  });
}

void run_mul(const KernelCall& call, OperandSpans operands, Workspace&) {
  with_number(call.type(kType),
              [&](auto number) { run_binary<decltype(number)>(call, operands, [](auto x, auto y) { return x * y; }); });
}

}  // namespace

Kernel add_kernel() {
  return {.name = "add",
          .description =
              "c = a + b; in integers (a << shift_a) + (b << shift_b), shifted and saturated; in floats the "
              "sum in fp32, rounded to the type",
          .operands = kOperands,
          .parameters = kAddParameters,
          .in_place = true,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = binary_cost,
          .run = run_add};
}

Kernel mul_kernel() {
  return {
      .name = "mul",
      .description = "c = a * b, shifted and saturated in integers; the product in fp32 rounded to the type in floats",
      .operands = kOperands,
      .parameters = kMulParameters,
      .in_place = true,
      .check_shape = check_shape,
      .footprint = footprint,
      .cost = binary_cost,
      .run = run_mul};
}

}  // namespace aie4::compute
