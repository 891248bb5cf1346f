// SPDX-License-Identifier: Apache-2.0
// Where the guest laboratory of this source tree is.
#pragma once

#include <filesystem>

namespace aie4::cli {

/// Its lab.py. AIE4SIM_LAB wins, for programs that were moved away from their source tree.
[[nodiscard]] std::filesystem::path laboratory();
/// Where it keeps what it downloads; the same rule as in tests/guest/lab/cache.py.
[[nodiscard]] std::filesystem::path laboratory_cache();

}  // namespace aie4::cli
