// SPDX-License-Identifier: Apache-2.0
// Polls, most of which are in vain: they would be half of all events while a program waits for a DMA.
#include "models/common/time.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4 {

bool Microcontroller::axi_poll(std::uint64_t address, std::uint32_t mask, std::uint32_t wanted, std::uint32_t& value,
                               sc_core::sc_time& delay, const sc_core::sc_event*& until) {
  poll_hint_->mask = mask;
  poll_hint_->value = wanted;
  poll_hint_->until = nullptr;
  const auto bytes = std::as_writable_bytes(std::span(&value, 1));
  const bool good = answered(transport(poll_payload_, tlm::TLM_READ_COMMAND, address, bytes, delay));
  until = poll_hint_->until;
  return good;
}

Microcontroller::PolledOn Microcontroller::poll_on(const PollRound& round, std::uint64_t most,
                                                   const sc_core::sc_event& until) {
  const WaitRegistry::Scope scope(process_, round.label);
  const sc_core::sc_time begin = time_now();
  const std::uint64_t busy = round.busy.value();
  const std::uint64_t length = busy + round.idle.value();
  if (unwind_) throw ControllerReset{};
  sc_core::wait(picoseconds(most * length), until | accessed_ | reset_changed_);

  // Polls, and looks at what others ask for in the middle of a round, happen in the first delta cycle of their time:
  // they have not seen what comes in a later one.
  const std::uint64_t passed = (time_now() - begin).value();
  const bool first_delta = sc_core::sc_delta_count_at_current_time() == 0;
  const std::uint64_t rounds = passed / length;
  const std::uint64_t into = passed % length;
  if (into == 0 && rounds != 0 && first_delta) {
    account_polls(begin, round, rounds, rounds);
    if (unwind_) throw ControllerReset{};
    return {.polls = rounds - 1};
  }
  const bool before_middle = into < busy || (into == busy && first_delta);
  account_polls(begin, round, rounds + (before_middle ? 0 : 1), rounds);
  const sc_core::sc_time since =
      begin + picoseconds(rounds * length) + (before_middle ? sc_core::SC_ZERO_TIME : round.busy);
  const sc_core::sc_time end = since + (before_middle ? round.busy : round.idle);
  if (unwind_) throw ControllerReset{};
  if (end != time_now()) sc_core::wait(end - time_now(), reset_changed_);
  if (unwind_) throw ControllerReset{};
  WaitLabel label = round.label;
  if (before_middle) label.reason = WaitReason::Clock;
  account(since, label);
  return {.polls = rounds, .in_middle = before_middle};
}

/// As if each part had been accounted for by itself, from `begin` on and one after the other.
void Microcontroller::account_polls(const sc_core::sc_time& begin, const PollRound& round, std::uint64_t busy_parts,
                                    std::uint64_t idle_parts) {
  if (use_ == nullptr || busy_parts == 0) return;
  const sc_core::sc_time busy = picoseconds(round.busy.value() * busy_parts);
  const sc_core::sc_time idle = picoseconds(round.idle.value() * idle_parts);
  use_->busy += busy;
  use_->operations += busy_parts;
  use_->stall(round.label.reason, idle);
  if (probe_ != nullptr) probe_->activity(track_, begin, begin + busy + idle, round.label.subject);
}

}  // namespace aie4
