// SPDX-License-Identifier: Apache-2.0
// What the management firmware knows of a hardware context.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "firmware-stub/cert/memory_map.hpp"

namespace aie4::management {

/// Priority bands, highest first. Source: priority values of the driver's QoS (amdxdna of Linux 7.3, user API): 0x100
/// realtime, 0x180 high, 0x200 normal, 0x280 low; 0 = not said.
enum class Band : std::uint8_t { Realtime, High, Normal, Low };

[[nodiscard]] constexpr Band band_of(std::uint32_t priority) {
  if (priority == 0) return Band::Normal;
  if (priority <= 0x100) return Band::Realtime;
  if (priority <= 0x180) return Band::High;
  if (priority <= 0x200) return Band::Normal;
  return Band::Low;
}

/// What CERT leaves in one uC when the array is taken away at a PREEMPT: ctx_save of the handshake, and registers.
struct SavedUc {
  std::array<std::uint32_t, 5> load_state{};  ///< restore, and what was loaded last.
  std::uint32_t last_preemption_id = 0;
  std::array<std::uint32_t, cert::register_save::kCount> registers{};
};

struct HwContext {
  unsigned function = 0;
  std::uint32_t id = 0;  ///< Unique within its function; also the number of its doorbell page.
  std::uint32_t partition = 0;
  std::uint64_t hsa_address = 0;
  std::uint32_t vector = 0;
  Band band = Band::Normal;

  // Scheduling.
  bool runnable = false;             ///< A doorbell rang, or packets were left when the array was taken away.
  std::uint64_t runnable_since = 0;  ///< Order of arrival within the band.
  // What CERT left in the handshake when the array was taken away.
  std::uint32_t runlist_read_idx = 0;
  std::uint32_t restore = 0;
  std::vector<SavedUc> saved = {};  ///< By uC; empty: not at a PREEMPT.
};

}  // namespace aie4::management
