// SPDX-License-Identifier: Apache-2.0
// The kernels that a core program can call: their operands and parameters, what they compute, and what they cost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/compute/kernels/compute_costs.hpp"
#include "models/compute/kernels/kernel_call.hpp"
#include "models/compute/kernels/workspace.hpp"

namespace aie4::compute {

enum class Direction : std::uint8_t { In, Out, InOut };

struct OperandInfo {
  std::string_view name;
  Direction direction = Direction::In;
  bool optional = false;  ///< Optional operands come last.
  std::string_view description;
};

enum class ParameterKind : std::uint8_t {
  Count,   ///< Unsigned; `minimum` and `maximum` hold.
  Signed,  ///< Two's complement; `minimum` and `maximum` are two's complement, too.
  Choice,  ///< One of `choices`, by its index; `allowed` has a bit for each that this kernel takes.
  Real,    ///< The bits of an fp32.
};

struct KernelParameter {
  std::string_view name;
  ParameterKind kind = ParameterKind::Count;
  std::uint32_t default_value = 0;
  std::uint32_t minimum = 0;
  std::uint32_t maximum = 0xFFFF'FFFF;
  std::string_view description;  ///< With unit.
  std::span<const std::string_view> choices = {};
  std::uint32_t allowed = 0;
};

/// The buffers of a call's operands, each at least as long as the kernel's footprint; empty if absent.
using OperandSpans = std::span<const std::span<std::byte>>;
/// Bytes that a call touches from the start of each operand.
using Footprint = std::array<std::uint64_t, kMaxOperands>;

/// One kernel. `footprint`, `cost` and `run` are for calls that `check` accepts, without regard to operands for the
/// first two.
struct Kernel {
  std::string_view name;
  std::string_view description;
  std::span<const OperandInfo> operands;
  std::span<const KernelParameter> parameters;
  bool in_place = false;  ///< Outputs may start at the address of an input.
  /// What is wrong with the parameters among each other; empty if nothing is. Each one is in its range already.
  std::string (*check_shape)(const KernelCall& call) = nullptr;
  Footprint (*footprint)(const KernelCall& call) = nullptr;
  KernelCost (*cost)(const KernelCall& call, const ComputeCosts& costs) = nullptr;
  void (*run)(const KernelCall& call, OperandSpans operands, Workspace& workspace) = nullptr;
};

/// All kernels. Names, and the order of a kernel's operands and parameters, are part of the format of core images: new
/// ones go to the end.
[[nodiscard]] std::span<const Kernel> kernels();
[[nodiscard]] const Kernel* find_kernel(std::string_view name);
[[nodiscard]] std::optional<std::uint32_t> kernel_index(std::string_view name);
/// A call of that kernel with all parameters at their defaults and no operands.
[[nodiscard]] KernelCall default_call(std::uint32_t kernel);
/// The index of a kernel's parameter or operand; nothing if it has none of that name.
[[nodiscard]] std::optional<std::size_t> parameter_index(const Kernel& kernel, std::string_view name);
[[nodiscard]] std::optional<std::size_t> operand_index(const Kernel& kernel, std::string_view name);

/// Ranges and shapes only: one line (what was expected, what came), empty if the call can run given buffers.
[[nodiscard]] std::string check_parameters(const KernelCall& call);
/// `check_parameters`, then the buffers: missing, too short, overlapping.
[[nodiscard]] std::string check(const KernelCall& call);
/// Cycles of a call that `check_parameters` accepts.
[[nodiscard]] KernelCost cost(const KernelCall& call, const ComputeCosts& costs);
/// Computes a call that `check` accepts. Same bytes on every host, whatever its instruction set.
void run(const KernelCall& call, OperandSpans operands, Workspace& workspace);

}  // namespace aie4::compute
