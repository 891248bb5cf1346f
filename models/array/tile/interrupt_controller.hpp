// SPDX-License-Identifier: Apache-2.0
// The interrupt controllers of a shim tile: 16 broadcast lines and the microcontroller of each half.
// Source: AIE4 tile-array notes, section 8.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "models/array/tile/register_part.hpp"

namespace aie4::array {

/// An input sets its status bit, which stays until it is cleared by writing 1. The line to the NoC is pulled when an
/// enabled status bit appears: a bit is set while enabled, or enabled while set.
///
/// Reset value of interrupt_controller_global_enable: both halves [assumed; not published]. All four NoC lines lead to
/// the management controller, so interrupt_controller_hw_interrupt_line is stored only.
class InterruptController : public RegisterPart {
 public:
  static constexpr unsigned kUcCore = 16;

  std::function<void()> interrupt;  ///< Towards the management controller.

  void raise(registers::Half half, unsigned input);

  [[nodiscard]] std::span<const Claim> claims() const override;
  [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
  void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
  /// Nothing: the interrupt controllers are the management firmware's and outlive its applications.
  void reset(registers::Half /*half*/) override {}
  void power_off() override;

 private:
  struct Controller {
    std::uint32_t enabled = 0;
    std::uint32_t status = 0;
  };
  void signal(std::size_t half);

  static constexpr std::uint32_t kBothHalves = 3;
  std::array<Controller, 2> halves_{};
  std::uint32_t global_enable_ = kBothHalves;
};

}  // namespace aie4::array
