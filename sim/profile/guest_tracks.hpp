// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/profile/guest_record.hpp"
#include "sim/profile/timeline.hpp"

namespace aie4::profile {

inline constexpr std::string_view kInterruptTrack = "interrupt handlers";

/// "npu-xrt 138"
[[nodiscard]] std::string thread_name(const GuestRecord& record, std::uint32_t pid);
/// The arrow of a message of the mailbox, from its request to its response.
[[nodiscard]] std::uint64_t message_flow(std::string_view function, std::uint64_t id);

/// A line for each thread (calls of XRT, ioctls of the NPU, functions of the driver, messages, debug points), one for
/// the device's interrupt handlers, and one for who runs.
void add_guest_tracks(Timeline& timeline, const GuestRecord& record);

}  // namespace aie4::profile
