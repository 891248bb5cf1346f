// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/parameter_text.hpp"

#include <bit>
#include <charconv>
#include <fmt/format.h>

namespace aie4::compute {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

std::optional<std::uint32_t> parse_choice(const KernelParameter& parameter, std::string_view text) {
  for (std::uint32_t i = 0; i < parameter.choices.size(); ++i) {
    if (parameter.choices[i] == text) return i;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parse_any(const KernelParameter& parameter, std::string_view text) {
  switch (parameter.kind) {
    case ParameterKind::Choice:
      return parse_choice(parameter, text);
    case ParameterKind::Real: {
      float value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
      return std::bit_cast<std::uint32_t>(value);
    }
    case ParameterKind::Count:
    case ParameterKind::Signed: {
      const std::optional<std::int64_t> value = parse_integer(text);
      const bool is_signed = parameter.kind == ParameterKind::Signed;
      if (!value || *value < (is_signed ? INT32_MIN : 0) || *value > (is_signed ? INT32_MAX : std::int64_t{UINT32_MAX}))
        return std::nullopt;
      return static_cast<std::uint32_t>(*value);
    }
  }
  return std::nullopt;
}

}  // namespace

bool in_range(const KernelParameter& parameter, std::uint32_t word) {
  switch (parameter.kind) {
    case ParameterKind::Choice:
      return word < parameter.choices.size() && ((parameter.allowed >> word) & 1) != 0;
    case ParameterKind::Real:
      return (word & 0x7F80'0000) != 0x7F80'0000;
    case ParameterKind::Signed:
      return static_cast<std::int32_t>(word) >= static_cast<std::int32_t>(parameter.minimum) &&
             static_cast<std::int32_t>(word) <= static_cast<std::int32_t>(parameter.maximum);
    case ParameterKind::Count:
      return word >= parameter.minimum && word <= parameter.maximum;
  }
  return false;
}

std::optional<std::uint32_t> parse_parameter(const KernelParameter& parameter, std::string_view text) {
  const std::optional<std::uint32_t> word = parse_any(parameter, text);
  return word && in_range(parameter, *word) ? word : std::nullopt;
}

std::string format_parameter(const KernelParameter& parameter, std::uint32_t word) {
  switch (parameter.kind) {
    case ParameterKind::Choice:
      return word < parameter.choices.size() ? std::string(parameter.choices[word]) : fmt::format("number {}", word);
    case ParameterKind::Real:
      return fmt::format("{}", std::bit_cast<float>(word));
    case ParameterKind::Signed:
      return fmt::format("{}", static_cast<std::int32_t>(word));
    case ParameterKind::Count:
      break;
  }
  return fmt::format("{}", word);
}

std::string describe_range(const KernelParameter& parameter) {
  switch (parameter.kind) {
    case ParameterKind::Choice: {
      std::string text;
      for (std::uint32_t i = 0; i < parameter.choices.size(); ++i) {
        if (((parameter.allowed >> i) & 1) == 0) continue;
        text += fmt::format("{}{}", text.empty() ? "" : ", ", parameter.choices[i]);
      }
      return "one of " + text;
    }
    case ParameterKind::Real:
      return "a finite number";
    case ParameterKind::Signed:
      return fmt::format("{}..{}", static_cast<std::int32_t>(parameter.minimum),
                         static_cast<std::int32_t>(parameter.maximum));
    case ParameterKind::Count:
      break;
  }
  return fmt::format("{}..{}", parameter.minimum, parameter.maximum);
}

}  // namespace aie4::compute
