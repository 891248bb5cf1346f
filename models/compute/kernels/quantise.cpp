// SPDX-License-Identifier: Apache-2.0
// The kernels `quantise` and `dequantise`: between types, by a scale and a zero point.
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "models/compute/kernels/bfp16.hpp"
#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY };
enum Parameter : std::size_t { kCount, kTypeX, kTypeY, kScale, kZero };

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "count elements"},
    {"y", Direction::Out, false, "count elements"},
});

constexpr std::array kQuantiseParameters = {
    count_parameter("count", 1024, 1, 1U << 24, "elements"),
    type_parameter("type_x", bf16, {i32, bf16, fp32}, "type of x"),
    type_parameter("type_y", i8, {i4, i8, i16, bf16, bfp16}, "type of y"),
    real_parameter("scale", 0x3F80'0000, "factor of x"),
    signed_parameter("zero", 0, -32768, 32767, "added to the rounded product (integers)"),
};
constexpr std::array kDequantiseParameters = {
    count_parameter("count", 1024, 1, 1U << 24, "elements"),
    type_parameter("type_x", i8, {i4, i8, i16, i32, bfp16}, "type of x"),
    type_parameter("type_y", bf16, {bf16, fp32}, "type of y"),
    real_parameter("scale", 0x3F80'0000, "factor of x - zero"),
    signed_parameter("zero", 0, -32768, 32767, "subtracted from x (integers)"),
};

bool has_blocks(const KernelCall& call) {
  return call.type(kTypeX) == bfp16 || call.type(kTypeY) == bfp16;
}

std::string check_shape(const KernelCall& call) {
  if (!has_blocks(call) || call.value(kCount) % kBfpBlock == 0) return {};
  return fmt::format("count must be a multiple of 8 for bfp16, came {}", call.value(kCount));
}

Footprint footprint(const KernelCall& call) {
  Footprint result = {};
  result[kX] = bytes_of(call.type(kTypeX), call.value(kCount));
  result[kY] = bytes_of(call.type(kTypeY), call.value(kCount));
  return result;
}

KernelCost convert_cost(const KernelCall& call, const ComputeCosts& costs) {
  const std::uint32_t x_bits = bits_of(call.type(kTypeX));
  const std::uint32_t y_bits = bits_of(call.type(kTypeY));
  return vector_cost({.elements = call.value(kCount),
                      .widest_bits = std::max(x_bits, y_bits),
                      .load_bits = x_bits,
                      .store_bits = y_bits},
                     costs);
}

void store_nibble(std::byte* memory, std::size_t index, unsigned value) {
  const unsigned shift = index % 2 * 4;
  const unsigned old = std::to_integer<unsigned>(memory[index / 2]);
  memory[index / 2] = static_cast<std::byte>((old & (0xF0U >> shift)) | ((value & 0xFU) << shift));
}

/// To nearest, halves to even; without the rounding mode of the host.
double round_even(double value) {
  constexpr double kNoFraction = 4503599627370496.0;  // 2^52
  if (!(std::abs(value) < kNoFraction)) return value;
  const double magnitude = std::abs(value) + kNoFraction - kNoFraction;
  return std::copysign(magnitude, value);
}

/// Saturates; NaN counts as 0.
std::int64_t quantised(double product, std::int64_t zero, unsigned bits) {
  const auto limit = static_cast<double>(std::int64_t{1} << (bits - 1));
  const double value = product != product ? static_cast<double>(zero) : round_even(product) + static_cast<double>(zero);
  if (value < -limit) return -(std::int64_t{1} << (bits - 1));
  if (value > limit - 1) return (std::int64_t{1} << (bits - 1)) - 1;
  return static_cast<std::int64_t>(value);
}

void store_quantised(const KernelCall& call, std::byte* y, std::size_t index, double product) {
  const ElementType type = call.type(kTypeY);
  if (type == bf16) return Bf16Number::store(y, index, product);
  const auto zero = static_cast<std::int32_t>(call.value(kZero));
  const std::int64_t value = quantised(product, zero, bits_of(type));
  if (type == i4) return store_nibble(y, index, static_cast<unsigned>(value));
  with_integer(type, [&](auto number) { decltype(number)::store(y, index, value); });
}

void run_quantise(const KernelCall& call, OperandSpans operands, Workspace&) {
  std::byte* y = operands[kY].data();
  const auto scale = static_cast<double>(call.real(kScale));
  with_number(call.type(kTypeX), [&](auto number) {
    // Exact: 32 or 24 bits times 24.
    const auto product = [&](std::size_t i) {
      return static_cast<double>(decltype(number)::load(operands[kX].data(), i)) * scale;
    };
    if (call.type(kTypeY) != bfp16) {
      for (std::size_t i = 0; i < call.value(kCount); ++i) store_quantised(call, y, i, product(i));
      return;
    }
    for (std::size_t start = 0; start < call.value(kCount); start += kBfpBlock) {
      std::array<float, kBfpBlock> values;
      for (std::size_t i = 0; i < kBfpBlock; ++i) values[i] = static_cast<float>(product(start + i));
      store_bytes(y, start / kBfpBlock, to_bfp16(values));
    }
  });
}

double load_integer(ElementType type, const std::byte* x, std::size_t index) {
  if (type == i4) {
    const unsigned byte = std::to_integer<unsigned>(x[index / 2]);
    return static_cast<int>(((byte >> (index % 2 * 4)) & 0xF) ^ 8U) - 8;
  }
  return with_integer(type, [&](auto number) { return static_cast<double>(decltype(number)::load(x, index)); });
}

void run_dequantise(const KernelCall& call, OperandSpans operands, Workspace&) {
  const std::byte* x = operands[kX].data();
  const auto scale = static_cast<double>(call.real(kScale));
  const double zero = static_cast<std::int32_t>(call.value(kZero));
  with_float(call.type(kTypeY), [&](auto number) {
    if (call.type(kTypeX) != bfp16) {
      for (std::size_t i = 0; i < call.value(kCount); ++i) {
        decltype(number)::store(operands[kY].data(), i, (load_integer(call.type(kTypeX), x, i) - zero) * scale);
      }
      return;
    }
    for (std::size_t start = 0; start < call.value(kCount); start += kBfpBlock) {
      std::array<float, kBfpBlock> values;
      from_bfp16(load_bytes<BfpBlock>(x, start / kBfpBlock), values);
      for (std::size_t i = 0; i < kBfpBlock; ++i) {
        decltype(number)::store(operands[kY].data(), start + i, static_cast<double>(values[i]) * scale);
      }
    }
  });
}

}  // namespace

Kernel quantise_kernel() {
  return {.name = "quantise",
          .description = "y = x * scale rounded to nearest even, plus zero, saturated; NaN counts as 0",
          .operands = kOperands,
          .parameters = kQuantiseParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = convert_cost,
          .run = run_quantise};
}

Kernel dequantise_kernel() {
  return {.name = "dequantise",
          .description = "y = (x - zero) * scale in a double, rounded once",
          .operands = kOperands,
          .parameters = kDequantiseParameters,
          .check_shape = check_shape,
          .footprint = footprint,
          .cost = convert_cost,
          .run = run_dequantise};
}

}  // namespace aie4::compute
