// SPDX-License-Identifier: Apache-2.0
// Finds the commands in what guest and device server recorded, and follows each through both.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/profile/boundary_record.hpp"
#include "sim/profile/clock.hpp"
#include "sim/profile/guest_record.hpp"

namespace aie4::profile {

/// A run or runlist of XRT or, if the client is none of XRT's, whatever a doorbell started. Places are indices into the
/// record's entries and the moments.
struct Command {
  std::uint32_t pid = 0;  ///< Of the thread that submits it, which is also the one that waits. 0: not known.
  bool xrt = false;
  bool list = false;
  std::uint64_t object = 0;  ///< XRT's.
  std::string function = {};
  std::uint32_t context = 0;

  Nanoseconds start = 0;
  std::optional<Nanoseconds> started = {};    ///< XRT's call returned.
  std::optional<Nanoseconds> sent = {};       ///< The computer's clock: the doorbell left QEMU.
  std::size_t doorbell = 0;                   ///< Moment.
  std::size_t word = 0;                       ///< Moment: of a runlist the last.
  std::optional<std::size_t> interrupt = {};  ///< Moment: the first after `word`.
  std::optional<std::size_t> handler = {};    ///< Entry.
  std::optional<Nanoseconds> woken = {};      ///< The thread got the processor back for good, having slept.
  std::optional<Nanoseconds> returned = {};   ///< Nothing: nobody waited in a way that is traced.
};

/// In order of their doorbells. What has no doorbell or no completion is left out.
[[nodiscard]] std::vector<Command> find_commands(const GuestRecord& record, std::span<const Moment> moments,
                                                 const ClockMap& clock);

/// What the commands say about the clocks. Messages of the mailbox say nothing: the driver traces them after it wrote
/// the register, when they may have arrived already.
struct Causes {
  std::vector<Constraint> guest_first;
  std::vector<Constraint> host_first;
};
[[nodiscard]] Causes causes(const std::vector<Command>& commands, const GuestRecord& record,
                            std::span<const Moment> moments);

/// Finds the handlers of the commands' interrupts: of several that were raised before the handler ran each has this
/// one, as the guest's interrupt controller merges them. To be done when the clock is known.
void find_handlers(std::vector<Command>& commands, const GuestRecord& record, std::span<const Moment> moments,
                   const ClockMap& clock);

/// A thread may have found the completion word when an earlier interrupt of the vector, delivered late, woke it:
/// `woken` goes. One that woke before its handler without such a reason keeps it.
void forget_other_wakers(std::vector<Command>& commands, const GuestRecord& record);

/// The readings of the class code with what the server saw of them. Throws ProfileError if it saw fewer.
[[nodiscard]] std::vector<Reading> readings(const GuestRecord& record, std::span<const Moment> moments);

}  // namespace aie4::profile
