// SPDX-License-Identifier: Apache-2.0
// The kernel `conv2d`: windows become rows of a matrix, and the rest is a product (timing notes 3.2).
#include <cstring>
#include <fmt/format.h>

#include "models/compute/kernels/gemm.hpp"
#include "models/compute/kernels/gemm_call.hpp"
#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/window.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kW, kY, kAcc, kBias };
enum Parameter : std::size_t {
  kOutChannels = window_parameter::count,
  kTypeX,
  kTypeW,
  kTypeY,
  kFirst,
  kLast,
  kShift,
  kRounding,
  kRelu,
};
constexpr std::uint64_t kMaxExtent = 65536;
constexpr std::size_t kSlotRows = Workspace::kSlots - 1;

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "height x width x channels"},
    {"w", Direction::In, false, "kernel_h x kernel_w x channels x out_channels"},
    {"y", Direction::InOut, false,
     "out_channels for each window: elements of type_y after the last call; without acc, running sums before"},
    {"acc", Direction::InOut, true, "running sums: i32, i64 if type_x is i16, fp32 for floats"},
    {"bias", Direction::In, true, "out_channels values, i32 or fp32, added in the last call, before relu and shift"},
});

constexpr std::array kParameters = window_parameters(std::array{
    count_parameter("out_channels", 16, 1, 65536, "channels of y"),
    type_parameter("type_x", i8, {i8, i16, bf16, fp32}, "type of x"),
    type_parameter("type_w", i8, {i4, i8, i16, bf16, fp32}, "type of w: that of x, or i4 with i8"),
    type_parameter("type_y", i8, {i8, i16, i32, bf16, fp32}, "type of y: an integer for integers"),
    flag_parameter("first", 1, "running sums start at 0 instead of what is in memory"),
    flag_parameter("last", 1, "running sums become elements of y instead of going back to memory"),
    count_parameter("shift", 0, 0, 62, "bits to shift right in the last call (integers)"),
    rounding_parameter("rounding", "rounding of that shift"),
    flag_parameter("relu", 0, "negative sums become 0 in the last call"),
});

struct Product {
  std::uint64_t m;
  std::uint64_t k;
  std::uint64_t n;
};

Product product_of(const KernelCall& call) {
  const Window window(call);
  return {window.out_pixels(), std::uint64_t{window.kernel_h} * window.kernel_w * window.channels,
          call.value(kOutChannels)};
}

/// The same as a product of a matrix of windows and one of weights; `product` is within gemm's ranges.
KernelCall gemm_of(const KernelCall& call, const Product& product) {
  namespace parameter = gemm_parameter;
  static const std::uint32_t kGemm = *kernel_index("gemm");
  KernelCall gemm = default_call(kGemm);
  gemm.parameters[parameter::M] = static_cast<std::uint32_t>(product.m);
  gemm.parameters[parameter::K] = static_cast<std::uint32_t>(product.k);
  gemm.parameters[parameter::N] = static_cast<std::uint32_t>(product.n);
  gemm.parameters[parameter::type_a] = call.value(kTypeX);
  gemm.parameters[parameter::type_b] = call.value(kTypeW);
  gemm.parameters[parameter::type_c] = call.value(kTypeY);
  gemm.parameters[parameter::first] = call.value(kFirst);
  gemm.parameters[parameter::last] = call.value(kLast);
  gemm.parameters[parameter::shift] = call.value(kShift);
  gemm.parameters[parameter::rounding] = call.value(kRounding);
  gemm.parameters[parameter::relu] = call.value(kRelu);
  // Operands stand in the same order.
  gemm.operands = call.operands;
  return gemm;
}

std::string check_shape(const KernelCall& call) {
  if (std::string error = Window(call).check(); !error.empty()) return error;
  const Product product = product_of(call);
  if (product.m > kMaxExtent || product.k > kMaxExtent) {
    return fmt::format("windows, and elements of one, must be at most {}, came {} and {}", kMaxExtent, product.m,
                       product.k);
  }
  return check_product_types(call.type(kTypeX), call.type(kTypeW), call.type(kTypeY), {"type_x", "type_w", "type_y"});
}

Footprint footprint(const KernelCall& call) {
  Footprint result = gemm_footprint(gemm_of(call, product_of(call)));
  result[kX] = bytes_of(call.type(kTypeX), Window(call).in_elements());
  return result;
}

bool is_matrix(const Window& window) {
  return window.kernel_h == 1 && window.kernel_w == 1 && window.stride_h == 1 && window.stride_w == 1;
}

KernelCost conv_cost(const KernelCall& call, const ComputeCosts& costs) {
  const Product product = product_of(call);
  KernelCost cost = matrix_cost({.m = product.m,
                                 .k = product.k,
                                 .n = product.n,
                                 .type_a = call.type(kTypeX),
                                 .type_b = call.type(kTypeW),
                                 .type_c = call.type(kTypeY),
                                 .reads_sums = !call.flag(kFirst),
                                 .writes_sums = !call.flag(kLast)},
                                costs);
  if (!is_matrix(Window(call))) {
    cost.gather_cycles =
        ceil_div(bytes_of(call.type(kTypeX), product.m * product.k), costs.load_ports * costs.load_bytes);
    finish(cost);
  }
  return cost;
}

/// One row for each window, zeros for padding.
void gather(const Window& window, std::size_t element_bytes, const std::byte* x, std::byte* rows) {
  const std::size_t pixel_bytes = window.channels * element_bytes;
  const std::size_t row_bytes = pixel_bytes * window.kernel_h * window.kernel_w;
  if (window.padded()) std::memset(rows, 0, row_bytes * window.out_pixels());
  for (std::uint32_t row = 0; row < window.out_height(); ++row) {
    for (std::uint32_t column = 0; column < window.out_width(); ++column, rows += row_bytes) {
      window.for_each_pixel(row, column, [&](std::uint32_t i, std::uint32_t j, std::size_t pixel) {
        std::memcpy(rows + (std::size_t{i} * window.kernel_w + j) * pixel_bytes, x + pixel * pixel_bytes, pixel_bytes);
      });
    }
  }
}

void run_conv(const KernelCall& call, OperandSpans operands, Workspace& workspace) {
  const Window window(call);
  const Product product = product_of(call);
  std::array<std::span<std::byte>, kMaxOperands> spans = {};
  std::copy(operands.begin(), operands.end(), spans.begin());
  if (!is_matrix(window)) {
    const std::size_t bytes = bytes_of(call.type(kTypeX), product.m * product.k);
    spans[kX] = {workspace.scratch<std::byte>(kSlotRows, bytes), bytes};
    gather(window, bits_of(call.type(kTypeX)) / 8, operands[kX].data(), spans[kX].data());
  }
  run_gemm(gemm_of(call, product), spans, workspace);
}

}  // namespace

Kernel conv2d_kernel() {
  return {.name = "conv2d",
          .description =
              "y = x convolved with w over all channels; sums run over the rows, columns and channels of a "
              "window in this order, as in gemm",
          .operands = kOperands,
          .parameters = kParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = conv_cost,
          .run = run_conv};
}

}  // namespace aie4::compute
