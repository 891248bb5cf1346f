// SPDX-License-Identifier: Apache-2.0
// The TLM extension by which whoever polls a register learns how long it can be in vain.
#pragma once

#include <cstdint>

#include <systemc>
#include <tlm>

namespace aie4 {

/// Travels with a read of one word. The initiator owns it and says what it polls for; the target may say until when the
/// answer is no, so that a million reads need not be made to find out.
struct PollHint : tlm::tlm_extension<PollHint> {
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
  /// Filled in by the target. Not null: further reads have no effect, and none gives `value` under `mask` before the
  /// event is notified, which it is at once when that may change. It lives as long as the target.
  const sc_core::sc_event* until = nullptr;

  [[nodiscard]] tlm_extension_base* clone() const override { return new PollHint(*this); }
  void copy_from(const tlm_extension_base& other) override { *this = static_cast<const PollHint&>(other); }
};

}  // namespace aie4
