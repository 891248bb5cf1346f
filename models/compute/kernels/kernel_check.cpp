// SPDX-License-Identifier: Apache-2.0
// Checks of kernel calls that are the same for all kernels.
#include <fmt/format.h>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/parameter_text.hpp"

namespace aie4::compute {
namespace {

/// Tile memories are far smaller; keeps sums of addresses and bytes within 64 bits with room to spare.
constexpr std::uint64_t kMaxFootprint = std::uint64_t{1} << 32;

bool overlap(const KernelOperand& a, std::uint64_t a_bytes, const KernelOperand& b, std::uint64_t b_bytes) {
  return a.address < b.address + b_bytes && b.address < a.address + a_bytes;
}

std::string check_overlaps(const Kernel& kernel, const KernelCall& call, const Footprint& footprint) {
  for (std::size_t out = 0; out < kernel.operands.size(); ++out) {
    if (!call.has(out) || kernel.operands[out].direction == Direction::In) continue;
    for (std::size_t other = 0; other < kernel.operands.size(); ++other) {
      if (other == out || !call.has(other)) continue;
      const KernelOperand& a = call.operands[out];
      const KernelOperand& b = call.operands[other];
      const bool in_place = kernel.in_place && kernel.operands[other].direction == Direction::In &&
                            a.address == b.address && footprint[out] == footprint[other];
      if (!in_place && overlap(a, footprint[out], b, footprint[other])) {
        return fmt::format("{}: operands {} and {} overlap", kernel.name, kernel.operands[out].name,
                           kernel.operands[other].name);
      }
    }
  }
  return {};
}

}  // namespace

std::string check_parameters(const KernelCall& call) {
  if (call.kernel >= kernels().size()) {
    return fmt::format("expected the number of a kernel, 0..{}, came {}", kernels().size() - 1, call.kernel);
  }
  const Kernel& kernel = kernels()[call.kernel];
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i) {
    const KernelParameter& parameter = kernel.parameters[i];
    if (!in_range(parameter, call.parameters[i])) {
      return fmt::format("{}: {} must be {}, came {}", kernel.name, parameter.name, describe_range(parameter),
                         format_parameter(parameter, call.parameters[i]));
    }
  }
  std::string error = kernel.check_shape(call);
  return error.empty() ? error : fmt::format("{}: {}", kernel.name, error);
}

std::string check(const KernelCall& call) {
  if (std::string error = check_parameters(call); !error.empty()) return error;
  const Kernel& kernel = kernels()[call.kernel];
  const Footprint footprint = kernel.footprint(call);
  for (std::size_t i = 0; i < kernel.operands.size(); ++i) {
    const OperandInfo& operand = kernel.operands[i];
    if (!call.has(i)) {
      if (operand.optional) continue;
      return fmt::format("{}: operand {} is missing", kernel.name, operand.name);
    }
    if (footprint[i] > kMaxFootprint || call.operands[i].bytes < footprint[i]) {
      return fmt::format("{}: operand {} needs {} bytes, its buffer has {}", kernel.name, operand.name, footprint[i],
                         call.operands[i].bytes);
    }
  }
  return check_overlaps(kernel, call, footprint);
}

}  // namespace aie4::compute
