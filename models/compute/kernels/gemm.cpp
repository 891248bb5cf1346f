// SPDX-License-Identifier: Apache-2.0
// The kernel `gemm`: its description, checks, footprint and cost.
#include "models/compute/kernels/gemm.hpp"

#include <array>
#include <fmt/format.h>

#include "models/compute/kernels/gemm_call.hpp"
#include "models/compute/kernels/kernel_list.hpp"
#include "models/compute/kernels/parameter_kinds.hpp"

namespace aie4::compute {
namespace {

namespace operand = gemm_operand;
namespace parameter = gemm_parameter;
using enum ElementType;

constexpr auto kOperands = std::to_array<OperandInfo>({
    {"a", Direction::In, false, "M x K, in blocks of r x s"},
    {"b", Direction::In, false, "K x N, in blocks of s x t; or N x K in blocks of t x s if transposed"},
    {"c", Direction::InOut, false,
     "M x N, in blocks of r x t: elements of type_c after the last call; without acc, running sums before"},
    {"acc", Direction::InOut, true,
     "M x N running sums in blocks of r x t: i32, i64 if type_a is i16, fp32 for floats"},
    {"bias", Direction::In, true, "N values, i32 or fp32, added in the last call, before relu, shift and rounding"},
});

constexpr auto kParameters = std::to_array<KernelParameter>({
    count_parameter("M", 64, 1, 65536, "rows of A and C"),
    count_parameter("K", 64, 1, 65536, "columns of A, rows of B"),
    count_parameter("N", 64, 1, 65536, "columns of B and C"),
    type_parameter("type_a", i8, {i8, i16, bf16, fp32, bfp16}, "type of A"),
    type_parameter("type_b", i8, {i4, i8, i16, bf16, fp32, bfp16}, "type of B: that of A, or i4 with i8"),
    type_parameter("type_c", i32, {i8, i16, i32, bf16, fp32, bfp16}, "type of C: an integer for integers"),
    count_parameter("r", 0, 0, 65536, "rows of a block of A and C; 0: all"),
    count_parameter("s", 0, 0, 65536, "columns of a block of A, rows of one of B; 0: all"),
    count_parameter("t", 0, 0, 65536, "columns of a block of B and C; 0: all"),
    flag_parameter("transpose_b", 0, "B lies in memory as its transpose"),
    flag_parameter("first", 1, "running sums start at 0 instead of what is in memory"),
    flag_parameter("last", 1, "running sums become elements of C instead of going back to memory"),
    count_parameter("shift", 0, 0, 62, "bits to shift right in the last call (integers)"),
    rounding_parameter("rounding", "rounding of that shift"),
    flag_parameter("relu", 0, "negative sums become 0 in the last call"),
});
static_assert(kOperands.size() == operand::count);
static_assert(kParameters.size() == parameter::count);

std::string check_types(const GemmCall& gemm) {
  const TypeNames names{"type_a", "type_b", "type_c"};
  if (std::string error = check_product_types(gemm.type_a, gemm.type_b, gemm.type_c, names); !error.empty()) {
    return error;
  }
  if (gemm.type_a == bfp16 && (gemm.s % kBfpBlock != 0 || !gemm.transpose_b)) {
    return fmt::format("bfp16 needs transpose_b, and s (or K) in multiples of 8, came {} and {}",
                       gemm.transpose_b ? "transpose_b" : "none", gemm.s);
  }
  if (gemm.type_c == bfp16 && gemm.t % kBfpBlock != 0) {
    return fmt::format("bfp16 results need t (or N) in multiples of 8, came {}", gemm.t);
  }
  return {};
}

}  // namespace

std::string check_product_types(ElementType a, ElementType b, ElementType c, const TypeNames& names) {
  if (b != a && !(a == i8 && b == i4)) {
    return fmt::format("{} must be {}, came {}", names.b, a == i8 ? "i8 or i4" : to_string(a), to_string(b));
  }
  if (is_integer(a) == is_integer(c)) return {};
  return fmt::format("{} must be {}, came {}", names.c, is_integer(a) ? "an integer" : "bf16, fp32 or bfp16",
                     to_string(c));
}

std::string check_gemm(const KernelCall& call) {
  const GemmCall gemm(call);
  const auto multiple = [](std::string_view name, std::uint32_t value, std::string_view block_name,
                           std::uint32_t block) {
    return value % block == 0
               ? std::string()
               : fmt::format("{} must be a multiple of {}, came {} and {}", name, block_name, value, block);
  };
  if (std::string error = multiple("M", gemm.m, "r", gemm.r); !error.empty()) return error;
  if (std::string error = multiple("K", gemm.k, "s", gemm.s); !error.empty()) return error;
  if (std::string error = multiple("N", gemm.n, "t", gemm.t); !error.empty()) return error;
  return check_types(gemm);
}

Footprint gemm_footprint(const KernelCall& call) {
  const GemmCall gemm(call);
  const std::uint64_t elements = gemm.c().size();
  const std::uint64_t sums = elements * gemm.sum_bytes();
  Footprint result = {};
  result[operand::a] = bytes_of(gemm.type_a, gemm.a().size());
  result[operand::b] = bytes_of(gemm.type_b, gemm.b().size());
  result[operand::c] = gemm.last ? bytes_of(gemm.type_c, elements) : 0;
  if (gemm.has_sums()) {
    const std::size_t holder = call.has(operand::acc) ? operand::acc : operand::c;
    result[holder] = std::max(result[holder], sums);
  }
  if (gemm.last) result[operand::bias] = std::uint64_t{gemm.n} * 4;
  return result;
}

namespace {

KernelCost gemm_cost(const KernelCall& call, const ComputeCosts& costs) {
  const GemmCall gemm(call);
  return matrix_cost({.m = gemm.m,
                      .k = gemm.k,
                      .n = gemm.n,
                      .type_a = gemm.type_a,
                      .type_b = gemm.type_b,
                      .type_c = gemm.type_c,
                      .reads_sums = !gemm.first,
                      .writes_sums = !gemm.last},
                     costs);
}

}  // namespace

GemmCall::GemmCall(const KernelCall& call)
    : m(call.value(parameter::M)),
      k(call.value(parameter::K)),
      n(call.value(parameter::N)),
      type_a(call.type(parameter::type_a)),
      type_b(call.type(parameter::type_b)),
      type_c(call.type(parameter::type_c)),
      r(call.value(parameter::r) == 0 ? m : call.value(parameter::r)),
      s(call.value(parameter::s) == 0 ? k : call.value(parameter::s)),
      t(call.value(parameter::t) == 0 ? n : call.value(parameter::t)),
      transpose_b(call.flag(parameter::transpose_b)),
      first(call.flag(parameter::first)),
      last(call.flag(parameter::last)),
      shift(call.value(parameter::shift)),
      rounding(static_cast<Rounding>(call.value(parameter::rounding))),
      relu(call.flag(parameter::relu)) {}

Kernel gemm_kernel() {
  return {.name = "gemm",
          .description = "C = A * B",
          .operands = kOperands,
          .parameters = kParameters,
          .check_shape = check_gemm,
          .footprint = gemm_footprint,
          .cost = gemm_cost,
          .run = run_gemm};
}

}  // namespace aie4::compute
