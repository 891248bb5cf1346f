// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the valid name nearest to what somebody typed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace aie4::config {

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest distance; the first of equals; empty if there are none.
[[nodiscard]] std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> candidates);

}  // namespace aie4::config
