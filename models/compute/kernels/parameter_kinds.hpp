// SPDX-License-Identifier: Apache-2.0
// Rows of the parameter tables of kernels.
#pragma once

#include <initializer_list>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/rounding.hpp"

namespace aie4::compute {

consteval KernelParameter count_parameter(std::string_view name, std::uint32_t default_value, std::uint32_t minimum,
                                          std::uint32_t maximum, std::string_view description) {
  return {name, ParameterKind::Count, default_value, minimum, maximum, description, {}, 0};
}

consteval KernelParameter flag_parameter(std::string_view name, std::uint32_t default_value,
                                         std::string_view description) {
  return count_parameter(name, default_value, 0, 1, description);
}

consteval KernelParameter signed_parameter(std::string_view name, std::int32_t default_value, std::int32_t minimum,
                                           std::int32_t maximum, std::string_view description) {
  return {name,
          ParameterKind::Signed,
          static_cast<std::uint32_t>(default_value),
          static_cast<std::uint32_t>(minimum),
          static_cast<std::uint32_t>(maximum),
          description,
          {},
          0};
}

/// `default_bits`: of the fp32.
consteval KernelParameter real_parameter(std::string_view name, std::uint32_t default_bits,
                                         std::string_view description) {
  return {name, ParameterKind::Real, default_bits, 0, 0xFFFF'FFFF, description, {}, 0};
}

consteval KernelParameter type_parameter(std::string_view name, ElementType default_type,
                                         std::initializer_list<ElementType> types, std::string_view description) {
  std::uint32_t allowed = 0;
  for (const ElementType type : types) allowed |= 1U << static_cast<std::uint32_t>(type);
  return {name,   ParameterKind::Choice, static_cast<std::uint32_t>(default_type), 0, 0, description, kElementTypeNames,
          allowed};
}

consteval KernelParameter choice_parameter(std::string_view name, std::uint32_t default_choice,
                                           std::span<const std::string_view> choices, std::string_view description) {
  return {name, ParameterKind::Choice, default_choice, 0, 0, description, choices, (1U << choices.size()) - 1U};
}

consteval KernelParameter rounding_parameter(std::string_view name, std::string_view description) {
  return choice_parameter(name, static_cast<std::uint32_t>(Rounding::conv_even), kRoundingNames, description);
}

}  // namespace aie4::compute
