// SPDX-License-Identifier: Apache-2.0
// Simulated time from whole numbers. The resolution of the kernel is a picosecond, which is its default.
#pragma once

#include <cstdint>

#include <systemc>

namespace aie4 {

/// Exact, and without the floating point of sc_time's constructors, which models of bursts would feel.
[[nodiscard]] inline sc_core::sc_time picoseconds(std::uint64_t count) {
  return sc_core::sc_time::from_value(count);
}
[[nodiscard]] inline sc_core::sc_time nanoseconds(std::uint64_t count) {
  return sc_core::sc_time::from_value(count * 1000);
}
[[nodiscard]] inline sc_core::sc_time microseconds(std::uint64_t count) {
  return nanoseconds(count * 1000);
}
[[nodiscard]] inline sc_core::sc_time milliseconds(std::uint64_t count) {
  return microseconds(count * 1000);
}

/// sc_core::sc_time_stamp(), which is a call into SystemC's library; models of bursts ask ten times for each.
[[nodiscard]] inline const sc_core::sc_time& time_now() {
  return sc_core::sc_get_curr_simcontext()->time_stamp();
}

}  // namespace aie4
