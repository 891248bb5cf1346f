// SPDX-License-Identifier: Apache-2.0
// Parameters of kernels as text: "64", "0x40", "-3", "i8", "1e-5".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/compute/kernels/catalogue.hpp"

namespace aie4::compute {

/// The word that stands for `text`; nothing if it is malformed or out of the parameter's range.
[[nodiscard]] std::optional<std::uint32_t> parse_parameter(const KernelParameter& parameter, std::string_view text);
/// What `parse_parameter` reads back to the same word, if the word is in range.
[[nodiscard]] std::string format_parameter(const KernelParameter& parameter, std::uint32_t word);
/// "1..65536", "i8, i16 or i32": for messages.
[[nodiscard]] std::string describe_range(const KernelParameter& parameter);
[[nodiscard]] bool in_range(const KernelParameter& parameter, std::uint32_t word);

}  // namespace aie4::compute
