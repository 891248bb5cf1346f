// SPDX-License-Identifier: Apache-2.0
// The privileged shim-tile registers that the management firmware needs to run microcontrollers, by short names:
// resets, stream ids and the interrupt controller. Offsets inside the tile window.
#pragma once

#include "models/registers/array/registers.hpp"
#include "models/registers/generated/shim_fields.hpp"

namespace aie4::registers::shim {

inline constexpr std::uint32_t kInterruptControllerMask = offset_of(ShimRegister::interrupt_controller_mask);
inline constexpr std::uint32_t kInterruptControllerEnable = offset_of(ShimRegister::interrupt_controller_enable);
inline constexpr std::uint32_t kInterruptControllerDisable = offset_of(ShimRegister::interrupt_controller_disable);
inline constexpr std::uint32_t kInterruptControllerStatus = offset_of(ShimRegister::interrupt_controller_status);
inline constexpr std::uint32_t kHalfB = registers::kHalfB;  ///< The four above exist per half.
inline constexpr std::uint32_t kApplicationResetControl = offset_of(ShimRegister::application_reset_control);
inline constexpr std::uint32_t kSmidB = offset_of(ShimRegister::smid_b);
inline constexpr std::uint32_t kSmidA = offset_of(ShimRegister::smid_a);
inline constexpr std::uint32_t kMemoryZeroizationA = offset_of(ShimRegister::memory_zeroization_a);
inline constexpr std::uint32_t kMemoryZeroizationB = offset_of(ShimRegister::memory_zeroization_b);

inline constexpr Field kUcCore = interrupt_controller_status::uC_Core;

/// How the management firmware fills a stream id: PCI function above, hardware context below. Our choice; the encoding
/// of real stream ids is not public.
namespace smid {
inline constexpr unsigned kContextBits = 15;
inline constexpr std::uint32_t kNoContext = (1U << kContextBits) - 1U;
[[nodiscard]] constexpr std::uint32_t encode(std::uint32_t function, std::uint32_t context) {
  return (function << kContextBits) | (context & kNoContext);
}
[[nodiscard]] constexpr std::uint32_t function(std::uint32_t value) {
  return value >> kContextBits;
}
[[nodiscard]] constexpr std::uint32_t context(std::uint32_t value) {
  return value & kNoContext;
}
}  // namespace smid

}  // namespace aie4::registers::shim
