// SPDX-License-Identifier: Apache-2.0
// The kernels `max_pool` and `avg_pool`.
#include <limits>

#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"
#include "models/compute/kernels/window.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY };
enum Parameter : std::size_t { kType = window_parameter::count, kRounding, kCountPadding };

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "height x width x channels"},
    {"y", Direction::Out, false, "one pixel for each window, same channels"},
});
constexpr KernelParameter kTypeParameter = type_parameter("type", i8, {i8, i16, i32, bf16, fp32}, "type of x and y");
constexpr std::array kLargestParameters = window_parameters(std::array{kTypeParameter});
constexpr std::array kAverageParameters = window_parameters(
    std::array{kTypeParameter, rounding_parameter("rounding", "rounding of the quotient (integers)"),
               flag_parameter("count_padding", 0, "padding counts as zeros instead of being left out")});

std::string check_shape(const KernelCall& call) {
  return Window(call).check();
}

Footprint footprint(const KernelCall& call) {
  const Window window(call);
  Footprint result = {};
  result[kX] = bytes_of(call.type(kType), window.in_elements());
  result[kY] = bytes_of(call.type(kType), window.out_pixels() * window.channels);
  return result;
}

KernelCost pool_cost(const KernelCall& call, const ComputeCosts& costs) {
  const Window window(call);
  const std::uint32_t bits = bits_of(call.type(kType));
  const std::uint32_t pixels = window.kernel_h * window.kernel_w;
  return vector_cost({.elements = window.out_pixels() * window.channels,
                      .widest_bits = bits,
                      .load_bits = bits * pixels,
                      .store_bits = bits,
                      .operations = pixels},
                     costs);
}

template <class Number>
void run_max(const Window& window, const std::byte* x, std::byte* y) {
  using Value = typename Number::Value;
  std::size_t out = 0;
  for (std::uint32_t row = 0; row < window.out_height(); ++row) {
    for (std::uint32_t column = 0; column < window.out_width(); ++column) {
      for (std::uint32_t channel = 0; channel < window.channels; ++channel) {
        bool first = true;
        Value largest = 0;
        window.for_each_pixel(row, column, [&](std::uint32_t, std::uint32_t, std::size_t pixel) {
          const Value value = Number::load(x, pixel * window.channels + channel);
          if (first || value > largest || value != value) largest = first || largest == largest ? value : largest;
          first = false;
        });
        Number::store(y, out++, largest);
      }
    }
  }
}

template <class Number>
void run_average(const KernelCall& call, const Window& window, const std::byte* x, std::byte* y) {
  using Sum = std::conditional_t<Number::kInteger, std::int64_t, double>;
  std::size_t out = 0;
  for (std::uint32_t row = 0; row < window.out_height(); ++row) {
    for (std::uint32_t column = 0; column < window.out_width(); ++column) {
      for (std::uint32_t channel = 0; channel < window.channels; ++channel) {
        Sum sum = 0;
        std::int64_t count = 0;
        window.for_each_pixel(row, column, [&](std::uint32_t, std::uint32_t, std::size_t pixel) {
          sum += static_cast<Sum>(Number::load(x, pixel * window.channels + channel));
          ++count;
        });
        if (call.flag(kCountPadding)) count = std::int64_t{window.kernel_h} * window.kernel_w;
        if constexpr (Number::kInteger) {
          Number::store(y, out++, divide_round(sum, count, static_cast<Rounding>(call.value(kRounding))));
        } else {
          Number::store(y, out++, sum / static_cast<double>(count));
        }
      }
    }
  }
}

void run_max_pool(const KernelCall& call, OperandSpans operands, Workspace&) {
  with_number(call.type(kType),
              [&](auto number) { run_max<decltype(number)>(Window(call), operands[kX].data(), operands[kY].data()); });
}

void run_avg_pool(const KernelCall& call, OperandSpans operands, Workspace&) {
  with_number(call.type(kType), [&](auto number) {
    run_average<decltype(number)>(call, Window(call), operands[kX].data(), operands[kY].data());
  });
}

}  // namespace

Kernel max_pool_kernel() {
  return {.name = "max_pool",
          .description = "the largest element of each window and channel; NaN if there is one",
          .operands = kOperands,
          .parameters = kLargestParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = pool_cost,
          .run = run_max_pool};
}

Kernel avg_pool_kernel() {
  return {.name = "avg_pool",
          .description =
              "the mean of each window and channel: the exact sum, or that of doubles row by row, divided and "
              "rounded once",
          .operands = kOperands,
          .parameters = kAverageParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = pool_cost,
          .run = run_avg_pool};
}

}  // namespace aie4::compute
