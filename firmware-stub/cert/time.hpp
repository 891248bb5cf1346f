// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <systemc>

namespace aie4::cert {

[[nodiscard]] inline sc_core::sc_time nanoseconds(std::uint64_t count) {
  return {static_cast<double>(count), sc_core::SC_NS};
}
[[nodiscard]] inline sc_core::sc_time milliseconds(std::uint64_t count) {
  return {static_cast<double>(count), sc_core::SC_MS};
}

}  // namespace aie4::cert
