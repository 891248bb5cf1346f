// SPDX-License-Identifier: Apache-2.0
// The kernels `transpose` and `relayout`, which move elements and compute nothing.
#include <fmt/format.h>

#include "models/compute/kernels/block_layout.hpp"
#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/number.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"
#include "models/compute/kernels/vector_cost.hpp"

namespace aie4::compute {
namespace {

using enum ElementType;
enum Operand : std::size_t { kX, kY };
enum TransposeParameter : std::size_t { kBatch, kRows, kColumns, kType };
enum RelayoutParameter : std::size_t {
  kToRows,
  kToColumns,
  kFromRows,
  kFromColumns,
  kToR,
  kToS,
  kFromR,
  kFromS,
  kElement,
};

constexpr auto kTransposeOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "batch matrices of rows x columns, row-major"},
    {"y", Direction::Out, false, "batch matrices of columns x rows, row-major"},
});
constexpr auto kRelayoutOperands = std::to_array<OperandInfo>({
    {"x", Direction::In, false, "from_rows x from_columns in blocks of from_r x from_s"},
    {"y", Direction::Out, false, "rows x columns in blocks of r x s; 0 where x has no element"},
});

constexpr std::array kTransposeParameters = {
    count_parameter("batch", 1, 1, 65536, "matrices, one behind the other"),
    count_parameter("rows", 64, 1, 65536, "rows of x"),
    count_parameter("columns", 64, 1, 65536, "columns of x"),
    type_parameter("type", i8, {i8, i16, i32, bf16, fp32}, "type of the elements"),
};
constexpr std::array kRelayoutParameters = {
    count_parameter("rows", 64, 1, 65536, "rows of y"),
    count_parameter("columns", 64, 1, 65536, "columns of y"),
    count_parameter("from_rows", 0, 0, 65536, "rows of x; 0: those of y"),
    count_parameter("from_columns", 0, 0, 65536, "columns of x; 0: those of y"),
    count_parameter("r", 0, 0, 65536, "rows of a block of y; 0: all"),
    count_parameter("s", 0, 0, 65536, "columns of a block of y; 0: all"),
    count_parameter("from_r", 0, 0, 65536, "rows of a block of x; 0: all"),
    count_parameter("from_s", 0, 0, 65536, "columns of a block of x; 0: all"),
    type_parameter("type", i8, {i8, i16, i32, bf16, fp32}, "type of the elements"),
};

/// Elements of 1, 2 or 4 bytes.
template <class Visit>
void with_bytes(ElementType type, const Visit& visit) {
  switch (bits_of(type)) {
    case 8:
      return visit(std::uint8_t{});
    case 16:
      return visit(std::uint16_t{});
    default:
      return visit(std::uint32_t{});
  }
}

std::uint32_t or_else(const KernelCall& call, std::size_t parameter, std::uint32_t other) {
  return call.value(parameter) == 0 ? other : call.value(parameter);
}

BlockLayout to_layout(const KernelCall& call) {
  const std::uint32_t rows = call.value(kToRows);
  const std::uint32_t columns = call.value(kToColumns);
  return {rows, columns, or_else(call, kToR, rows), or_else(call, kToS, columns)};
}

BlockLayout from_layout(const KernelCall& call) {
  const std::uint32_t rows = or_else(call, kFromRows, call.value(kToRows));
  const std::uint32_t columns = or_else(call, kFromColumns, call.value(kToColumns));
  return {rows, columns, or_else(call, kFromR, rows), or_else(call, kFromS, columns)};
}

std::string check_nothing(const KernelCall&) {
  return {};
}

std::string check_blocks(const KernelCall& call) {
  for (const auto& [side, layout] : {std::pair("y", to_layout(call)), std::pair("x", from_layout(call))}) {
    if (layout.rows % layout.block_rows != 0 || layout.columns % layout.block_columns != 0) {
      return fmt::format("{} must be whole blocks, came {} x {} in blocks of {} x {}", side, layout.rows,
                         layout.columns, layout.block_rows, layout.block_columns);
    }
  }
  return {};
}

std::uint64_t transpose_elements(const KernelCall& call) {
  return std::uint64_t{call.value(kBatch)} * call.value(kRows) * call.value(kColumns);
}

Footprint transpose_footprint(const KernelCall& call) {
  Footprint result = {};
  // Within 48 bits, so that bytes stay within 64.
  result[kX] = result[kY] = bytes_of(call.type(kType), transpose_elements(call));
  return result;
}

Footprint relayout_footprint(const KernelCall& call) {
  Footprint result = {};
  result[kX] = bytes_of(call.type(kElement), from_layout(call).size());
  result[kY] = bytes_of(call.type(kElement), to_layout(call).size());
  return result;
}

KernelCost move_cost(std::uint64_t elements, ElementType type, const ComputeCosts& costs) {
  const std::uint32_t bits = bits_of(type);
  return vector_cost({.elements = elements, .widest_bits = bits, .load_bits = bits, .store_bits = bits}, costs);
}

KernelCost transpose_cost(const KernelCall& call, const ComputeCosts& costs) {
  return move_cost(transpose_elements(call), call.type(kType), costs);
}

KernelCost relayout_cost(const KernelCall& call, const ComputeCosts& costs) {
  return move_cost(to_layout(call).size(), call.type(kElement), costs);
}

void run_transpose(const KernelCall& call, OperandSpans operands, Workspace&) {
  const std::size_t rows = call.value(kRows);
  const std::size_t columns = call.value(kColumns);
  with_bytes(call.type(kType), [&](auto element) {
    using Element = decltype(element);
    for (std::size_t matrix = 0; matrix < call.value(kBatch); ++matrix) {
      const std::byte* x = operands[kX].data() + matrix * rows * columns * sizeof(Element);
      std::byte* y = operands[kY].data() + matrix * rows * columns * sizeof(Element);
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
          store_bytes(y, column * rows + row, load_bytes<Element>(x, row * columns + column));
        }
      }
    }
  });
}

void run_relayout(const KernelCall& call, OperandSpans operands, Workspace&) {
  const BlockLayout to = to_layout(call);
  const BlockLayout from = from_layout(call);
  with_bytes(call.type(kElement), [&](auto element) {
    using Element = decltype(element);
    to.for_each_run([&](std::uint32_t row, std::uint32_t column, std::uint64_t index) {
      for (std::uint32_t i = 0; i < to.block_columns; ++i) {
        const bool exists = row < from.rows && column + i < from.columns;
        store_bytes(operands[kY].data(), index + i,
                    exists ? load_bytes<Element>(operands[kX].data(), from.index(row, column + i)) : Element{});
      }
    });
  });
}

}  // namespace

Kernel transpose_kernel() {
  return {.name = "transpose",
          .description = "rows become columns",
          .operands = kTransposeOperands,
          .parameters = kTransposeParameters,
          .check_shape = check_nothing,
          .footprint = transpose_footprint,
          .cost = transpose_cost,
          .run = run_transpose};
}

Kernel relayout_kernel() {
  return {.name = "relayout",
          .description = "a matrix in other blocks, cut off or filled up with zeros",
          .operands = kRelayoutOperands,
          .parameters = kRelayoutParameters,
          .check_shape = check_blocks,
          .footprint = relayout_footprint,
          .cost = relayout_cost,
          .run = run_relayout};
}

}  // namespace aie4::compute
