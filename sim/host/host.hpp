// SPDX-License-Identifier: Apache-2.0
// The computer around the device: memory, kernel log, interrupt delivery, and waiting in simulated time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/host/clock.hpp"
#include "sim/host/interrupts.hpp"
#include "sim/host/kernel_log.hpp"
#include "sim/host/memory.hpp"

namespace aie4::host {

/// Everything runs on the caller's thread; host code itself takes no simulated time, only waiting does.
class Host {
 public:
  static constexpr std::uint64_t kForever = ~std::uint64_t{0};

  Host(Clock& clock, AddressMode mode);

  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] HostMemory& memory() { return memory_; }
  [[nodiscard]] KernelLog& log() { return log_; }
  [[nodiscard]] AddressMode address_mode() const { return mode_; }

  /// Functions announce their interrupts here; `dispatch` handles them in this order.
  void attach(InterruptController& interrupts);
  void detach(InterruptController& interrupts);
  /// Runs the handlers of all pending interrupts.
  void dispatch();

  /// Lets time pass until the condition, which handlers of interrupts bring about, holds (true), or the deadline has
  /// passed (false). With `kForever`: false once the device is idle, since then nothing can ever change.
  bool wait_until(std::uint64_t deadline_ps, const std::function<bool()>& condition);
  bool wait_for(std::uint64_t duration_ps, const std::function<bool()>& condition);
  /// msleep, usleep.
  void sleep(std::uint64_t duration_ps);

 private:
  Clock& clock_;
  AddressMode mode_;
  HostMemory memory_;
  KernelLog log_;
  std::vector<InterruptController*> interrupts_;
};

/// readx_poll_timeout of Linux: reads at once, then every `interval_ps`, a last time after `timeout_ps`.
/// Returns whether the condition came true.
[[nodiscard]] bool poll_register(Host& host, std::uint64_t interval_ps, std::uint64_t timeout_ps,
                                 const std::function<bool()>& read_and_test);

}  // namespace aie4::host
