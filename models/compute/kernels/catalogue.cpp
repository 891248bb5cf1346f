// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/catalogue.hpp"

#include "models/compute/kernels/kernel_list.hpp"

namespace aie4::compute {

std::span<const Kernel> kernels() {
  static const std::array kAll = {gemm_kernel(),     conv2d_kernel(),     dwconv2d_kernel(),  add_kernel(),
                                  mul_kernel(),      relu_kernel(),       gelu_kernel(),      silu_kernel(),
                                  sigmoid_kernel(),  tanh_kernel(),       softmax_kernel(),   layer_norm_kernel(),
                                  rms_norm_kernel(), reduce_kernel(),     transpose_kernel(), relayout_kernel(),
                                  quantise_kernel(), dequantise_kernel(), max_pool_kernel(),  avg_pool_kernel()};
  return kAll;
}

std::optional<std::uint32_t> kernel_index(std::string_view name) {
  const std::span<const Kernel> all = kernels();
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return i;
  }
  return std::nullopt;
}

const Kernel* find_kernel(std::string_view name) {
  const std::optional<std::uint32_t> index = kernel_index(name);
  return index ? &kernels()[*index] : nullptr;
}

KernelCall default_call(std::uint32_t kernel) {
  KernelCall call;
  call.kernel = kernel;
  const std::span<const KernelParameter> parameters = kernels()[kernel].parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) call.parameters[i] = parameters[i].default_value;
  return call;
}

std::optional<std::size_t> parameter_index(const Kernel& kernel, std::string_view name) {
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i) {
    if (kernel.parameters[i].name == name) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> operand_index(const Kernel& kernel, std::string_view name) {
  for (std::size_t i = 0; i < kernel.operands.size(); ++i) {
    if (kernel.operands[i].name == name) return i;
  }
  return std::nullopt;
}

KernelCost cost(const KernelCall& call, const ComputeCosts& costs) {
  return kernels()[call.kernel].cost(call, costs);
}

void run(const KernelCall& call, OperandSpans operands, Workspace& workspace) {
  kernels()[call.kernel].run(call, operands, workspace);
}

}  // namespace aie4::compute
