// SPDX-License-Identifier: Apache-2.0
// Ranges of integers: { from = 64, to = 4096, count = 7, scale = "log" } and { from = 0, to = 100, step = 25 }.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/sweep/toml_reader.hpp"

namespace aie4::sweep {

/// Whether a node is meant as one: a table with "from" or "to".
[[nodiscard]] bool is_range(const Node& node);
/// At most kMaxRange values, ascending, each once. Throws config::ConfigurationError.
[[nodiscard]] std::vector<std::int64_t> read_range(const Node& node);

inline constexpr std::int64_t kMaxRange = 10'000;

}  // namespace aie4::sweep
