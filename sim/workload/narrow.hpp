// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace aie4::workload {

/// A count of words, rows or bytes that a tiling has already kept below 2^32, as descriptors and kernels take it.
[[nodiscard]] constexpr std::uint32_t narrow(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

}  // namespace aie4::workload
