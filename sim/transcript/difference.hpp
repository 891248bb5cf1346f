// SPDX-License-Identifier: Apache-2.0
// The report of a replay's first difference.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/transcript/reader.hpp"
#include "sim/transcript/replay.hpp"

namespace aie4::transcript {

/// What the device did instead of the event `expected` of the transcript. `came` is nullptr if it did nothing.
/// `expected` may be the number of events: then nothing was due any more.
[[nodiscard]] Difference describe_difference(const Transcript& transcript, std::uint64_t expected, const Event* came,
                                             const std::vector<std::string>& names, const ReplayOptions& options);

/// Data of both sides, sixteen bytes a line, the lines that differ with their words named. At most `max_lines`.
[[nodiscard]] std::string compare_dump(std::span<const std::byte> expected, std::span<const std::byte> came,
                                       const std::vector<std::string>& word_names, std::size_t max_lines = 16);

/// Whether the device did what was recorded; simulated time counts if `exact`.
[[nodiscard]] bool same(const Event& expected, const Event& came, bool exact);

}  // namespace aie4::transcript
