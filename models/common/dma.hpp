// SPDX-License-Identifier: Apache-2.0
// How a device access to host memory is described, from the engine that makes it down to the memory that answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aie4 {

/// Which address space a device access names.
enum class DmaSpace : std::uint8_t {
  Function,       ///< The requesting function's: IOVA behind an IOMMU, else guest-physical.
  GuestPhysical,  ///< Not translated: only the PSP's firmware fetches (host-interface, 2.4).
};

/// Who asks. Carried unchanged to the boundary, so that a refused access can be reported by engine and context.
struct DmaAttributes {
  static constexpr std::uint32_t kNoContext = 0xFFFF'FFFF;

  DmaSpace space = DmaSpace::Function;
  std::optional<std::uint32_t> pasid = std::nullopt;  ///< 20 bits; none = untagged.
  std::string_view engine = {};                       ///< "PSP", "uc0 MM2DM", ...; a string literal or as long-lived.
  std::uint32_t context = kNoContext;                 ///< hw_context_id, where one is known.
};

enum class DmaStatus : std::uint8_t {
  Ok,
  BusMasterDisabled,  ///< The command register of the function forbids it.
  NotMapped,          ///< No window covers all of the range; nothing was touched.
  ReadOnly,           ///< A write to a window that is readable only; nothing was touched.
  Disconnected,       ///< There is no host.
};

[[nodiscard]] constexpr std::string_view to_string(DmaStatus status) {
  switch (status) {
    case DmaStatus::Ok:
      return "ok";
    case DmaStatus::BusMasterDisabled:
      return "bus master disabled";
    case DmaStatus::NotMapped:
      return "address not mapped";
    case DmaStatus::ReadOnly:
      return "window is read only";
    case DmaStatus::Disconnected:
      return "no host connected";
  }
  return "unknown";
}

}  // namespace aie4
