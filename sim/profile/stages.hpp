// SPDX-License-Identifier: Apache-2.0
// Divides the time of a command among those who had it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sim/profile/thread_states.hpp"

namespace aie4::profile {

enum class Stage : std::uint8_t {
  User,         ///< The thread runs, outside of ioctls.
  Driver,       ///< The thread runs, in an ioctl.
  Pci,          ///< The doorbell is between guest and device.
  Firmware,     ///< Management controller, and CERT between packets.
  Uc,           ///< Control code.
  Dma,          ///< DMA channels of the array that have what they wait for.
  Memory,       ///< Host memory answers.
  Compute,      ///< Kernels on cores.
  Device,       ///< None of these: signals between the device's parts.
  Interrupt,    ///< Raised and not handled yet, or a handler instead of the thread.
  WakeUp,       ///< The thread sleeps, or waits for the processor, though the command is done.
  Other,        ///< The thread sleeps, or waits for the processor, before the command is at the device.
  Unattributed  ///< Nothing was traced.
};
inline constexpr std::size_t kStages = 13;

[[nodiscard]] std::string_view to_string(Stage stage);
[[nodiscard]] std::optional<Stage> find_stage(std::string_view name);
/// Whether it is the device's, with a duration in simulated time.
[[nodiscard]] constexpr bool of_device(Stage stage) {
  return stage >= Stage::Firmware && stage <= Stage::Device;
}

/// On the guest's clock.
struct StageSpan {
  Nanoseconds begin = 0;
  Nanoseconds end = 0;
  Stage stage = Stage::Unattributed;
  std::uint64_t simulated_ps = 0;  ///< Of the device's.

  [[nodiscard]] bool operator==(const StageSpan&) const = default;
};

/// When a command passed from one to the next, on the guest's clock.
struct Passage {
  Nanoseconds start = 0;     ///< The thread begins to submit it.
  Nanoseconds sent = 0;      ///< The doorbell leaves the guest.
  Nanoseconds arrived = 0;   ///< The device has it.
  Nanoseconds finished = 0;  ///< The device is done: the completion word, or the interrupt if the thread sleeps then.
  std::optional<Nanoseconds> handled = {};  ///< The handler of that interrupt begins.
  Nanoseconds returned = 0;                 ///< The thread knows.
};

/// From start to returned without a gap; adjacent spans differ in their stage. Where the passage runs backwards, by
/// what the clocks are off, it stands. `device` is in order of time and covers arrived to finished.
[[nodiscard]] std::vector<StageSpan> divide(const Passage& passage, const std::vector<StateChange>& thread,
                                            std::span<const StageSpan> device);

}  // namespace aie4::profile
