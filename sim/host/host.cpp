// SPDX-License-Identifier: Apache-2.0
#include "sim/host/host.hpp"

#include <algorithm>

namespace aie4::host {

Host::Host(Clock& clock, AddressMode mode) : clock_(clock), mode_(mode), log_([&clock] { return clock.now_ps(); }) {}

void Host::attach(InterruptController& interrupts) {
  interrupts_.push_back(&interrupts);
}

void Host::detach(InterruptController& interrupts) {
  std::erase(interrupts_, &interrupts);
}

void Host::dispatch() {
  bool again = true;
  while (again) {
    again = false;
    for (InterruptController* interrupts : interrupts_) again = interrupts->dispatch() || again;
  }
}

bool Host::wait_until(std::uint64_t deadline_ps, const std::function<bool()>& condition) {
  while (true) {
    dispatch();
    if (condition()) return true;
    if (clock_.now_ps() >= deadline_ps) return false;
    if (clock_.busy()) {
      clock_.run_to_interrupt(deadline_ps);
    } else if (deadline_ps == kForever) {
      return false;
    } else {
      clock_.run_until(deadline_ps);
    }
  }
}

bool Host::wait_for(std::uint64_t duration_ps, const std::function<bool()>& condition) {
  return wait_until(clock_.now_ps() + duration_ps, condition);
}

void Host::sleep(std::uint64_t duration_ps) {
  clock_.run_until(clock_.now_ps() + duration_ps);
  dispatch();
}

bool poll_register(Host& host, std::uint64_t interval_ps, std::uint64_t timeout_ps,
                   const std::function<bool()>& read_and_test) {
  const std::uint64_t deadline = host.clock().now_ps() + timeout_ps;
  while (true) {
    if (read_and_test()) return true;
    if (host.clock().now_ps() > deadline) return read_and_test();
    host.sleep(interval_ps);
  }
}

}  // namespace aie4::host
