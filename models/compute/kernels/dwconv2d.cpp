// SPDX-License-Identifier: Apache-2.0
// The kernel `dwconv2d`: each channel convolved with a window of its own.
#include <algorithm>
#include <fmt/format.h>

#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"
#include "models/compute/kernels/window.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kW, kY, kBias };
enum Parameter : std::size_t { kTypeX = window_parameter::count, kTypeY, kShift, kRounding, kRelu };

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "height x width x channels"},
    {"w", Direction::In, false, "kernel_h x kernel_w x channels, of the type of x"},
    {"y", Direction::Out, false, "one pixel for each window, same channels"},
    {"bias", Direction::In, true, "channels values, i32 or fp32, added before relu, shift and rounding"},
});

constexpr std::array kParameters = window_parameters(std::array{
    type_parameter("type_x", i8, {i8, i16, bf16, fp32}, "type of x and w"),
    type_parameter("type_y", i8, {i8, i16, i32, bf16, fp32}, "type of y: an integer for integers"),
    count_parameter("shift", 0, 0, 62, "bits to shift right before saturation (integers)"),
    rounding_parameter("rounding", "rounding of that shift"),
    flag_parameter("relu", 0, "negative sums become 0"),
});

std::string check_shape(const KernelCall& call) {
  if (is_integer(call.type(kTypeX)) != is_integer(call.type(kTypeY))) {
    return fmt::format("type_x and type_y must both be integers or both be floats, came {} and {}",
                       to_string(call.type(kTypeX)), to_string(call.type(kTypeY)));
  }
  return Window(call).check();
}

Footprint footprint(const KernelCall& call) {
  const Window window(call);
  Footprint result = {};
  result[kX] = bytes_of(call.type(kTypeX), window.in_elements());
  result[kW] = bytes_of(call.type(kTypeX), std::uint64_t{window.kernel_h} * window.kernel_w * window.channels);
  result[kY] = bytes_of(call.type(kTypeY), window.out_pixels() * window.channels);
  result[kBias] = std::uint64_t{window.channels} * 4;
  return result;
}

KernelCost depthwise_cost(const KernelCall& call, const ComputeCosts& costs) {
  const Window window(call);
  const std::uint32_t bits = bits_of(call.type(kTypeX));
  const std::uint64_t lanes = std::max<std::uint64_t>(costs.vector_macs * 8 / bits, 1);
  const std::uint64_t steps = window.out_pixels() * window.kernel_h * window.kernel_w;
  KernelCost cost;
  cost.macs = steps * window.channels;
  cost.mac_cycles = steps * ceil_div(window.channels, lanes);
  cost.load_cycles = ceil_div(bytes_of(call.type(kTypeX), cost.macs), costs.load_ports * costs.load_bytes);
  cost.store_cycles = ceil_div(bytes_of(call.type(kTypeY), window.out_pixels() * window.channels), costs.store_bytes);
  cost.loop_cycles = costs.pipe;
  cost.call_cycles = costs.call;
  finish(cost);
  return cost;
}

/// Sums of bytes wrap at 32 bits as those of gemm do.
std::int64_t wrapped(ElementType type, std::int64_t sum) {
  return type == i8 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(sum)) : sum;
}

template <class Number>
void add_window(const Window& window, std::uint32_t row, std::uint32_t column, const std::byte* x, const std::byte* w,
                typename Number::Value* sums) {
  std::fill_n(sums, window.channels, typename Number::Value{});
  window.for_each_pixel(row, column, [&](std::uint32_t i, std::uint32_t j, std::size_t pixel) {
    const std::size_t from = pixel * window.channels;
    const std::size_t weight = (std::size_t{i} * window.kernel_w + j) * window.channels;
    for (std::uint32_t c = 0; c < window.channels; ++c) {
      sums[c] += Number::load(x, from + c) * Number::load(w, weight + c);
    }
  });
}

template <class NumberX, class NumberY>
void run_typed(const KernelCall& call, OperandSpans operands, Workspace& workspace) {
  using Value = typename NumberX::Value;
  using Bias = std::conditional_t<NumberX::kInteger, std::int32_t, float>;
  const Window window(call);
  auto* sums = workspace.scratch<Value>(0, window.channels);
  std::size_t out = 0;
  for (std::uint32_t row = 0; row < window.out_height(); ++row) {
    for (std::uint32_t column = 0; column < window.out_width(); ++column) {
      add_window<NumberX>(window, row, column, operands[kX].data(), operands[kW].data(), sums);
      for (std::uint32_t c = 0; c < window.channels; ++c) {
        Value value = sums[c];
        if (call.has(kBias)) value += static_cast<Value>(load_bytes<Bias>(operands[kBias].data(), c));
        if constexpr (NumberX::kInteger) value = wrapped(call.type(kTypeX), value);
        if (call.flag(kRelu) && value < 0) value = 0;
        if constexpr (NumberX::kInteger) {
          value = shift_round(value, call.value(kShift), static_cast<Rounding>(call.value(kRounding)));
        }
        NumberY::store(operands[kY].data(), out++, value);
      }
    }
  }
}

void run_depthwise(const KernelCall& call, OperandSpans operands, Workspace& workspace) {
  if (is_integer(call.type(kTypeX))) {
    return with_integer(call.type(kTypeX), [&](auto x) {
      with_integer(call.type(kTypeY), [&](auto y) { run_typed<decltype(x), decltype(y)>(call, operands, workspace); });
    });
  }
  with_float(call.type(kTypeX), [&](auto x) {
    with_float(call.type(kTypeY), [&](auto y) { run_typed<decltype(x), decltype(y)>(call, operands, workspace); });
  });
}

}  // namespace

Kernel dwconv2d_kernel() {
  return {.name = "dwconv2d",
          .description =
              "y = each channel of x convolved with its own window of w; in floats, products are added in "
              "fp32 row by row",
          .operands = kOperands,
          .parameters = kParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = depthwise_cost,
          .run = run_depthwise};
}

}  // namespace aie4::compute
