// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/reference.hpp"

#include <fmt/format.h>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/parameter_text.hpp"

namespace aie4::compute {
namespace {

constexpr std::string_view kHead = R"(<!-- SPDX-License-Identifier: Apache-2.0 -->
# Kernels

<!-- Generated from the catalogue in models/compute/kernels. After a change there:
     AIE4SIM_UPDATE=1 ctest --preset release -R 'kernel reference' -->

What a [core program](core-programs.md) can call. Operands and parameters keep their order for ever; new parameters come last.

## Arithmetic

- **Every host computes the same bytes.** Instruction sets are chosen at run time and never change a result: no product is fused with a sum, sums
  run in the stated order whatever the width of vectors, and transcendental functions are made of additions, multiplications, divisions and square roots
  of doubles, with no library of the host.
- **Integers are exact.** Running sums are i32 for products of bytes and i64 for those of i16, and wrap, bias included. Then: relu, shift right with the
  named rounding (names as in AMD's AIE API), saturation. `i4`: two in a byte, the element with the even index in bits 3:0.
- **Floating point.** `gemm` and convolutions multiply and add in fp32, one product after the other in ascending k (row, column, channel of a
  window), and round the last sum to the type of the result. Rows (softmax, norms, sums, means) are computed in doubles and rounded once. Functions have a
  relative error below 2^-40 before they are rounded once: the result is the nearest value, but for arguments whose exact result lies that close to the middle of two.
- Rounding is to nearest, halves to even. Subnormal numbers are kept. Each NaN that is written is the positive quiet one (0x7FC0, 0x7FC00000).
- **bfp16**: eight elements in nine bytes: a shared exponent (bias 127), then eight mantissas in two's complement; an element is mantissa * 2^(exponent - 133).
  Conversion takes the smallest exponent at which no rounded mantissa exceeds 127 in magnitude; NaN becomes 0, infinity the largest finite fp32. The dot
  product of two blocks is exact, becomes an fp32 and is added. The layout is that of AIE2P's block of eight, assumed for AIE4.

How hardware rounds inside its accumulators, and what it does with subnormal numbers, is not public for AIE4: the above is a definition of this simulator.

## Time

Costs follow from the parameters `compute.*` ([configuration](configuration.md)): the slowest of products, loads, stores and instructions, plus what running sums in memory,
the gathering of windows, pipelines and the call take.
)";

std::string_view to_string(Direction direction) {
  return direction == Direction::In ? "in" : direction == Direction::Out ? "out" : "inout";
}

}  // namespace

std::string kernel_reference() {
  std::string text(kHead);
  for (const Kernel& kernel : kernels()) {
    text += fmt::format("\n## {}\n\n{}.{}\n\n| operand | direction | holds |\n|---|---|---|\n", kernel.name,
                        kernel.description, kernel.in_place ? " Works in place." : "");
    for (const OperandInfo& operand : kernel.operands) {
      text += fmt::format("| `{}`{} | {} | {} |\n", operand.name, operand.optional ? " (optional)" : "",
                          to_string(operand.direction), operand.description);
    }
    text += "\n| parameter | default | range | meaning |\n|---|---|---|---|\n";
    for (const KernelParameter& parameter : kernel.parameters) {
      text +=
          fmt::format("| `{}` | {} | {} | {} |\n", parameter.name, format_parameter(parameter, parameter.default_value),
                      describe_range(parameter), parameter.description);
    }
  }
  return text;
}

}  // namespace aie4::compute
