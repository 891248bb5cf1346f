// SPDX-License-Identifier: Apache-2.0
// Calls of XRT that begin and end a command.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/profile/guest_record.hpp"

namespace aie4::profile {

/// One call; of those that XRT makes within, nothing.
struct XrtCall {
  std::uint32_t pid = 0;
  bool wait = false;  ///< Else: start.
  bool list = false;
  std::uint64_t object = 0;  ///< Its `this`.
  Nanoseconds begin = 0;
  std::optional<Nanoseconds> end = {};  ///< Nothing: the trace ends within.
};

/// By begin.
[[nodiscard]] std::vector<XrtCall> xrt_calls(const GuestRecord& record);

}  // namespace aie4::profile
