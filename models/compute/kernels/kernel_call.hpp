// SPDX-License-Identifier: Apache-2.0
// A kernel call as plain data: what a core image holds and an executor runs.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "models/compute/kernels/element_type.hpp"

namespace aie4::compute {

inline constexpr std::size_t kMaxOperands = 6;
inline constexpr std::size_t kMaxParameters = 32;

/// Where an operand lies, in the address space of the core. An optional operand that is not there has no bytes.
struct KernelOperand {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;  ///< Of the buffer; may be more than the kernel touches.
  bool operator==(const KernelOperand&) const = default;
};

/// Only the first `operands.size()` and `parameters.size()` entries of its kernel have a meaning; the others are zero.
struct KernelCall {
  std::uint32_t kernel = 0;  ///< Index in `kernels()`.
  std::array<KernelOperand, kMaxOperands> operands = {};
  std::array<std::uint32_t, kMaxParameters> parameters = {};

  [[nodiscard]] std::uint32_t value(std::size_t parameter) const { return parameters[parameter]; }
  [[nodiscard]] bool flag(std::size_t parameter) const { return parameters[parameter] != 0; }
  [[nodiscard]] ElementType type(std::size_t parameter) const {
    return static_cast<ElementType>(parameters[parameter]);
  }
  [[nodiscard]] float real(std::size_t parameter) const {
    float result = 0;
    std::memcpy(&result, &parameters[parameter], sizeof result);
    return result;
  }
  [[nodiscard]] bool has(std::size_t operand) const { return operands[operand].bytes != 0; }
  bool operator==(const KernelCall&) const = default;
};

}  // namespace aie4::compute
