// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/interrupt_controller.hpp"

namespace aie4::array {
namespace {

enum Code : std::uint8_t { kMask, kEnable, kDisable, kStatus, kGlobalEnable };
constexpr RegisterPart::Claim kClaims[] = {{"interrupt_controller_mask", kMask},
                                           {"interrupt_controller_enable", kEnable},
                                           {"interrupt_controller_disable", kDisable},
                                           {"interrupt_controller_status", kStatus},
                                           {"interrupt_controller_global_enable", kGlobalEnable}};
constexpr std::uint32_t kInputs = (1U << (InterruptController::kUcCore + 1)) - 1;

}  // namespace

void InterruptController::raise(registers::Half half, unsigned input) {
  const auto index = static_cast<std::size_t>(half);
  halves_[index].status |= 1U << input;
  signal(index);
}

void InterruptController::signal(std::size_t half) {
  const Controller& controller = halves_[half];
  if ((controller.status & controller.enabled) == 0 || (global_enable_ >> half & 1U) == 0) return;
  if (interrupt) interrupt();
}

std::span<const RegisterPart::Claim> InterruptController::claims() const {
  return kClaims;
}

std::uint32_t InterruptController::read(std::uint8_t code, const registers::RegisterRef& ref) {
  const Controller& controller = halves_[static_cast<std::size_t>(ref.half)];
  switch (code) {
    case kMask:
      return controller.enabled;
    case kStatus:
      return controller.status;
    case kGlobalEnable:
      return global_enable_;
    default:
      return 0;
  }
}

void InterruptController::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  const auto half = static_cast<std::size_t>(ref.half);
  Controller& controller = halves_[half];
  switch (code) {
    case kEnable:
      controller.enabled |= value & kInputs;
      signal(half);
      break;
    case kDisable:
      controller.enabled &= ~value;
      break;
    case kStatus:
      controller.status &= ~value;
      break;
    case kGlobalEnable:
      global_enable_ = value & kBothHalves;
      signal(0);
      signal(1);
      break;
    default:
      break;
  }
}

void InterruptController::power_off() {
  halves_ = {};
  global_enable_ = kBothHalves;
}

}  // namespace aie4::array
