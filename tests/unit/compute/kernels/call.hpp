// SPDX-License-Identifier: Apache-2.0
// Kernel calls by the names of their parameters, and their buffers.
#pragma once

#include <cstring>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/parameter_text.hpp"

namespace aie4::test {

/// Builds a call; texts are those of parameters in core programs.
class CallBuilder {
 public:
  explicit CallBuilder(std::string_view kernel)
      : kernel_(*compute::find_kernel(kernel)), call_(compute::default_call(*compute::kernel_index(kernel))) {}

  CallBuilder& set(std::string_view name, std::string_view value) {
    const auto index = compute::parameter_index(kernel_, name);
    if (!index) throw std::invalid_argument("no parameter " + std::string(name));
    const auto word = compute::parse_parameter(kernel_.parameters[*index], value);
    if (!word) throw std::invalid_argument(std::string(name) + " cannot be " + std::string(value));
    call_.parameters[*index] = *word;
    return *this;
  }
  CallBuilder& set(std::string_view name, std::int64_t value) { return set(name, std::to_string(value)); }
  CallBuilder& word(std::string_view name, std::uint32_t value) {
    call_.parameters[*compute::parameter_index(kernel_, name)] = value;
    return *this;
  }
  /// Buffers one behind the other in the order of these calls.
  CallBuilder& operand(std::string_view name, std::span<std::byte> bytes) {
    const std::size_t index = *compute::operand_index(kernel_, name);
    call_.operands[index] = {next_, static_cast<std::uint32_t>(bytes.size())};
    next_ += static_cast<std::uint32_t>(bytes.size()) + 64;
    spans_[index] = bytes;
    return *this;
  }
  template <class T>
  CallBuilder& operand(std::string_view name, std::vector<T>& values) {
    return operand(name, std::as_writable_bytes(std::span(values)));
  }

  [[nodiscard]] const compute::KernelCall& call() const { return call_; }
  [[nodiscard]] const compute::Kernel& kernel() const { return kernel_; }
  [[nodiscard]] std::string check() const { return compute::check(call_); }
  /// Throws what `check` finds.
  void run(compute::Isa isa = compute::host_isa()) const {
    if (const std::string error = check(); !error.empty()) throw std::invalid_argument(error);
    compute::Workspace workspace(isa);
    compute::run(call_, spans_, workspace);
  }
  [[nodiscard]] compute::KernelCost cost(const Parameters& parameters = {}) const {
    if (const std::string error = compute::check_parameters(call_); !error.empty()) throw std::invalid_argument(error);
    return compute::cost(call_, compute::ComputeCosts(parameters));
  }

 private:
  const compute::Kernel& kernel_;
  compute::KernelCall call_;
  std::array<std::span<std::byte>, compute::kMaxOperands> spans_;
  std::uint32_t next_ = 64;
};

}  // namespace aie4::test
