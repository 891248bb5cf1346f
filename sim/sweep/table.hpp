// SPDX-License-Identifier: Apache-2.0
// A sweep as a table. Only simulated numbers: equal sweeps give equal tables.
#pragma once

#include <string>

#include "sim/sweep/store.hpp"

namespace aie4::sweep {

/// For people: a row for each point, then what time depends on most.
[[nodiscard]] std::string to_text(const StoredSweep& sweep);
/// For scripts: one JSON object, times in picoseconds.
[[nodiscard]] std::string to_json(const StoredSweep& sweep);
/// For spreadsheets: a header and a row for each point (RFC 4180, but for line ends).
[[nodiscard]] std::string to_csv(const StoredSweep& sweep);

}  // namespace aie4::sweep
