// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/command.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "sim/profile/error.hpp"
#include "sim/profile/thread_states.hpp"
#include "sim/profile/xrt_calls.hpp"

namespace aie4::profile {
namespace {

constexpr std::uint32_t kDoorbellRegion = 2;      // vfio: regions 0 to 5 are the BARs.
constexpr Nanoseconds kResolution = 1000;         // Of the guest's trace.
constexpr std::size_t kNear = 256;                // Calls of all threads among which that of a doorbell is.
constexpr std::uint64_t kIoctlNumber = 0xFF;      // Linux ioctl.h: the lowest byte.
constexpr std::uint64_t kWaitCommand = 0x40 + 9;  // DRM_COMMAND_BASE + DRM_AMDXDNA_WAIT_CMD.

class Finder {
 public:
  Finder(const GuestRecord& record, std::span<const Moment> moments, const ClockMap& clock)
      : record_(record),
        moments_(moments),
        clock_(clock),
        tolerance_(clock.uncertain + kResolution),
        processor_(record),
        calls_(xrt_calls(record)),
        used_(moments.size()) {
    match_sent();
  }

  std::vector<Command> run() {
    if (record_.entries.empty()) return {};
    std::vector<bool> served(calls_.size());
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      if (moments_[i].kind != MomentKind::Doorbell || moments_[i].contexts.empty()) continue;
      const Nanoseconds time = rung(i);
      if (time < record_.entries.front().time - tolerance_ || time > record_.entries.back().time) continue;
      const auto call = call_of(i, time);
      if (call && served[*call]) continue;  // One of several doorbells of a runlist.
      if (call) served[*call] = true;
      Command command{.function = moments_[i].function, .context = moments_[i].contexts.front(), .doorbell = i};
      if (const auto found = sent_.find(i); found != sent_.end()) command.sent = found->second;
      if (call) {
        from_call(command, calls_[*call]);
      } else {
        command.pid = processor_.at(time);
        command.start = time;
      }
      if (complete(command)) commands_.push_back(std::move(command));
    }
    return std::move(commands_);
  }

 private:
  /// QEMU tells of accesses to all functions in one order, in which they mostly arrive.
  void match_sent() {
    std::map<std::uint64_t, std::vector<Nanoseconds>> sent;
    for (const SentAccess& access : record_.sent) {
      if (access.region == kDoorbellRegion) sent[access.offset].push_back(access.host);
    }
    std::map<std::uint64_t, std::vector<std::size_t>> doorbells;
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      if (moments_[i].kind == MomentKind::Doorbell) doorbells[moments_[i].number].push_back(i);
    }
    for (const auto& [offset, places] : doorbells) {
      const std::vector<Nanoseconds>& times = sent[offset];
      if (times.size() < places.size()) continue;
      // Doorbells of a context that is not known any more are no Doorbell to the transcript.
      for (std::size_t i = 0; i < places.size(); ++i) {
        const auto after = std::ranges::upper_bound(times, moments_[places[i]].host);
        if (times.size() == places.size()) {
          if (times[i] <= moments_[places[i]].host) sent_[places[i]] = times[i];
        } else if (after != times.begin()) {
          sent_[places[i]] = *std::prev(after);
        }
      }
    }
  }

  [[nodiscard]] Nanoseconds rung(std::size_t doorbell) const {
    const auto found = sent_.find(doorbell);
    return clock_.guest(found == sent_.end() ? moments_[doorbell].host : found->second);
  }

  /// XRT's call that rang.
  [[nodiscard]] std::optional<std::size_t> call_of(std::size_t doorbell, Nanoseconds time) const {
    std::optional<std::size_t> best;
    const std::uint32_t running = processor_.at(time);
    const auto after = std::ranges::upper_bound(calls_, time + tolerance_, {}, &XrtCall::begin);
    const auto last = static_cast<std::size_t>(after - calls_.begin());
    for (std::size_t i = last; i > last - std::min(last, kNear); --i) {
      const XrtCall& call = calls_[i - 1];
      if (call.wait) continue;
      // A write that is posted may arrive after the call has returned.
      if (sent_.contains(doorbell) && call.end && *call.end + tolerance_ < time) continue;
      if (!best) best = i - 1;
      if (call.pid == running) return i - 1;
    }
    return best;
  }

  static void from_call(Command& command, const XrtCall& call) {
    command.pid = call.pid;
    command.xrt = true;
    command.list = call.list;
    command.start = call.begin;
    command.started = call.end;
    command.object = call.object;
  }

  /// The next completion word of the context that is no other command's; nothing if a doorbell comes before it whose
  /// client has seen the end of this command.
  [[nodiscard]] std::optional<std::size_t> next_word(const Command& command, std::size_t from) const {
    for (std::size_t i = from; i < moments_.size(); ++i) {
      const Moment& moment = moments_[i];
      if (moment.kind == MomentKind::CompletionWord && !used_[i] && moment.function == command.function &&
          moment.concerns(command.context)) {
        return i;
      }
    }
    return std::nullopt;
  }

  bool complete(Command& command) {
    const auto word = next_word(command, command.doorbell + 1);
    if (!word) return false;
    used_[*word] = true;
    command.word = *word;
    if (command.xrt) {
      wait_of(command);
      if (command.list && command.returned) {
        // Every member has one.
        for (auto next = next_word(command, *word); next; next = next_word(command, *next)) {
          if (clock_.guest(moments_[*next].host) > *command.returned) break;
          used_[*next] = true;
          command.word = *next;
        }
      }
    } else {
      wait_ioctl_of(command);
    }
    for (std::size_t i = command.word; i < moments_.size(); ++i) {
      const Moment& moment = moments_[i];
      if (moment.kind == MomentKind::CompletionInterrupt && moment.function == command.function &&
          moment.concerns(command.context)) {
        command.interrupt = i;
        break;
      }
    }
    return true;
  }

  void wait_of(Command& command) const {
    const Nanoseconds word = clock_.guest(moments_[command.word].host);
    for (auto at = std::ranges::lower_bound(calls_, command.start, {}, &XrtCall::begin); at != calls_.end(); ++at) {
      const XrtCall& call = *at;
      if (!call.wait || call.pid != command.pid || call.object != command.object) continue;
      if (!call.end || *call.end + tolerance_ < word) continue;  // It was over before the command was.
      command.returned = call.end;
      command.woken = woken(command.pid, call.begin, *call.end, word - tolerance_);
      return;
    }
  }

  void wait_ioctl_of(Command& command) const {
    const Nanoseconds word = clock_.guest(moments_[command.word].host);
    std::optional<Nanoseconds> entered;
    for (auto at = entry_at(command.start); at != record_.entries.end(); ++at) {
      const GuestEntry& entry = *at;
      if (entry.pid != command.pid) continue;
      if (entry.kind == EntryKind::IoctlEnter) {
        entered = (entry.value & kIoctlNumber) == kWaitCommand ? std::optional(entry.time) : std::nullopt;
      } else if (entry.kind == EntryKind::IoctlExit && entered) {
        if (entry.time + tolerance_ < word) continue;
        command.returned = entry.time;
        command.woken = woken(command.pid, *entered, entry.time, word - tolerance_);
        return;
      }
    }
  }

  /// The last time in a wait, but not before `least`, at which a thread that slept got the processor.
  [[nodiscard]] std::optional<Nanoseconds> woken(std::uint32_t pid, Nanoseconds from, Nanoseconds to,
                                                 Nanoseconds least) const {
    std::optional<Nanoseconds> last;
    bool slept = false;
    for (auto at = entry_at(from); at != record_.entries.end() && at->time <= to; ++at) {
      if (at->kind != EntryKind::Switch) continue;
      if (at->pid == pid) slept = at->asleep;
      if (at->other == pid && slept && at->time >= least) last = at->time;
    }
    return last;
  }

  [[nodiscard]] std::vector<GuestEntry>::const_iterator entry_at(Nanoseconds time) const {
    return std::ranges::lower_bound(record_.entries, time, {}, &GuestEntry::time);
  }

  const GuestRecord& record_;
  std::span<const Moment> moments_;
  const ClockMap& clock_;
  Nanoseconds tolerance_;
  Processor processor_;
  std::vector<XrtCall> calls_;
  std::map<std::size_t, Nanoseconds> sent_;  ///< By doorbell.
  std::vector<bool> used_;                   ///< Completion words.
  std::vector<Command> commands_;
};

}  // namespace

std::vector<Command> find_commands(const GuestRecord& record, std::span<const Moment> moments, const ClockMap& clock) {
  return Finder(record, moments, clock).run();
}

Causes causes(const std::vector<Command>& commands, const GuestRecord& record, std::span<const Moment> moments) {
  Causes causes;
  for (const Command& command : commands) {
    const Nanoseconds sent = command.sent.value_or(moments[command.doorbell].host);
    if (command.xrt) causes.guest_first.push_back({sent, command.start});
    if (command.xrt && command.sent && command.started) causes.host_first.push_back({sent, *command.started});
    if (command.returned) causes.host_first.push_back({moments[command.word].host, *command.returned});
    if (command.handler && command.interrupt) {
      causes.host_first.push_back({moments[*command.interrupt].host, record.entries[*command.handler].time});
    }
  }
  return causes;
}

void find_handlers(std::vector<Command>& commands, const GuestRecord& record, std::span<const Moment> moments,
                   const ClockMap& clock) {
  for (Command& command : commands) {
    command.handler.reset();
    if (!command.interrupt) continue;
    const Moment& raised = moments[*command.interrupt];
    const auto lines = record.interrupts.find(command.function);
    if (lines == record.interrupts.end() || raised.number >= lines->second.size()) continue;
    const std::uint32_t line = lines->second[raised.number];
    const Nanoseconds time = clock.guest(raised.host);
    const auto from = std::ranges::lower_bound(record.entries, time, {}, &GuestEntry::time);
    for (auto entry = from; entry != record.entries.end(); ++entry) {
      if (entry->kind != EntryKind::InterruptEnter || entry->value != line) continue;
      command.handler = static_cast<std::size_t>(entry - record.entries.begin());
      break;
    }
  }
}

void forget_other_wakers(std::vector<Command>& commands, const GuestRecord& record) {
  for (Command& command : commands) {
    if (!command.woken || !command.handler) continue;
    const GuestEntry& handler = record.entries[*command.handler];
    if (handler.time <= *command.woken) continue;
    for (std::size_t i = *command.handler; i > 0 && record.entries[i - 1].time >= command.start; --i) {
      const GuestEntry& before = record.entries[i - 1];
      if (before.kind != EntryKind::InterruptEnter || before.value != handler.value) continue;
      command.woken.reset();
      break;
    }
  }
}

std::vector<Reading> readings(const GuestRecord& record, std::span<const Moment> moments) {
  std::vector<Nanoseconds> seen;
  for (const Moment& moment : moments) {
    if (moment.kind == MomentKind::ClassCodeRead) seen.push_back(moment.host);
  }
  if (seen.size() < record.readings.size()) {
    throw ProfileError(fmt::format("expected a read of the class code for each of the guest's {}, the recording has {}",
                                   record.readings.size(), seen.size()));
  }
  // Somebody else may have read it before.
  const std::size_t first = seen.size() - record.readings.size();
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < record.readings.size(); ++i) {
    readings.push_back({seen[first + i], record.readings[i].before, record.readings[i].after});
  }
  return readings;
}

}  // namespace aie4::profile
