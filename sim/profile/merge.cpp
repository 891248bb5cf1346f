// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/merge.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "sim/profile/command.hpp"
#include "sim/profile/device_stages.hpp"
#include "sim/profile/error.hpp"
#include "sim/profile/guest_tracks.hpp"
#include "sim/profile/stages.hpp"
#include "sim/profile/steps.hpp"
#include "sim/profile/timeline.hpp"

namespace aie4::profile {
namespace {

std::string below(std::string_view group, std::string_view name) {
  return fmt::format("{}/{}", group, name);
}

std::uint64_t flow_of(std::size_t command) {
  return kCommandFlow | (command + 1);
}

class Merger {
 public:
  Merger(const GuestRecord& guest, const std::vector<Moment>& moments, const trace::ReadTrace& device)
      : guest_(guest), moments_(moments), device_(device) {}

  Merged run(std::ostream& out) {
    if (guest_.entries.empty()) throw ProfileError("expected entries in the guest kernel's trace, came none");
    first_ = guest_.entries.front().time;
    last_ = guest_.entries.back().time;
    for (const auto group : {kCommandTracks, kGuestTracks, kBoundaryTracks, kDeviceTracks}) timeline_.track(group);
    align_clocks();
    notes();
    const DeviceTime time(moments_, clock_);
    const DeviceStages stages(device_);
    for (std::size_t i = 0; i < commands_.size(); ++i) command(i, time, stages);
    add_guest_tracks(timeline_, guest_);
    boundary();
    device(time);
    timeline_.write(out);
    return {.commands = commands_.size(), .uncertain = clock_.uncertain, .consistent = clock_.consistent};
  }

 private:
  /// First by reads made for it, then by what they let us recognize as cause and effect.
  void align_clocks() {
    const std::vector<Reading> seen = readings(guest_, moments_);
    clock_ = align(seen, {}, {});
    commands_ = find_commands(guest_, moments_, clock_);
    clock_ = refine(seen);
    find_handlers(commands_, guest_, moments_, clock_);
    const ClockMap with_handlers = refine(seen);
    // An interrupt just before may have been taken for the one that was meant.
    if (with_handlers.consistent) clock_ = with_handlers;
    find_handlers(commands_, guest_, moments_, clock_);
    forget_other_wakers(commands_, guest_);
  }

  [[nodiscard]] ClockMap refine(const std::vector<Reading>& seen) const {
    const Causes known = causes(commands_, guest_, moments_);
    return align(seen, known.guest_first, known.host_first);
  }

  void notes() {
    const auto track = timeline_.track(below(kCommandTracks, kNotesTrack));
    timeline_.instant(track, first_,
                      fmt::format("clocks compared to {:.1f} us{}, drift {:.1f} parts in a million",
                                  static_cast<double>(clock_.uncertain) / 1000,
                                  clock_.consistent ? "" : ", with contradictions", clock_.drift * 1e6));
    if (guest_.lost != 0) {
      timeline_.instant(track, first_,
                        fmt::format("{} entries did not fit into the guest kernel's buffer", guest_.lost));
    }
  }

  [[nodiscard]] Nanoseconds at(std::size_t moment) const { return clock_.guest(moments_[moment].host); }

  std::string thread(std::uint32_t pid) const { return thread_name(guest_, pid); }

  void step(std::string_view track, Nanoseconds time, Step step, std::size_t number) {
    timeline_.instant(timeline_.track(track), time, kStepNames.at(static_cast<std::size_t>(step)), flow_of(number));
  }

  void command(std::size_t number, const DeviceTime& time, const DeviceStages& stages) {
    const Command& command = commands_[number];
    auto states = states_.find(command.pid);
    if (states == states_.end()) states = states_.emplace(command.pid, thread_states(guest_, command.pid)).first;
    const Nanoseconds word = at(command.word);
    Passage passage{.start = command.start,
                    .sent = command.sent ? clock_.guest(*command.sent) : at(command.doorbell),
                    .arrived = at(command.doorbell),
                    .finished = word,
                    .returned = command.returned.value_or(word)};
    std::uint64_t finished_ps = moments_[command.word].time_ps;
    bool slept = false;
    if (command.interrupt && command.woken) {
      const ThreadState state = state_at(states->second, at(*command.interrupt));
      slept = state == ThreadState::Asleep || state == ThreadState::Runnable;
      if (slept) {
        passage.finished = at(*command.interrupt);
        finished_ps = moments_[*command.interrupt].time_ps;
        if (command.handler) passage.handled = guest_.entries[*command.handler].time;
      }
    }
    const auto device = stages.spans(moments_[command.doorbell].time_ps, finished_ps, time);
    const auto spans = divide(passage, states->second, device);
    const auto track = lane(command.pid, passage);
    timeline_.begin(track, passage.start,
                    fmt::format("{} {} of {} context {}", kind(command), number, command.function, command.context));
    for (const StageSpan& span : spans) {
      std::string name(to_string(span.stage));
      if (of_device(span.stage)) name += fmt::format(" ({} ps simulated)", span.simulated_ps);
      timeline_.begin(track, span.begin, name);
      timeline_.end(track, span.end);
    }
    timeline_.end(track, std::max(passage.start, passage.returned));
    steps(number, slept);
  }

  /// A line of the thread's commands on which none is under way: a client may submit the next before one is done.
  Timeline::Track lane(std::uint32_t pid, const Passage& passage) {
    std::vector<Lane>& lanes = lanes_[pid];
    auto free = std::ranges::find_if(lanes, [&](const Lane& lane) { return lane.end <= passage.start; });
    if (free == lanes.end()) {
      lanes.push_back({.track = timeline_.add_track(below(kCommandTracks, thread(pid)))});
      free = std::prev(lanes.end());
    }
    free->end = std::max(passage.start, passage.returned);
    return free->track;
  }

  static std::string_view kind(const Command& command) {
    if (!command.xrt) return "command";
    return command.list ? "runlist" : "run";
  }

  void steps(std::size_t number, bool slept) {
    const Command& command = commands_[number];
    const std::string mine = below(kGuestTracks, thread(command.pid));
    const std::string boundary = below(kBoundaryTracks, command.function);
    if (command.xrt) step(mine, command.start, Step::Submitted, number);
    if (command.sent) step(boundary, clock_.guest(*command.sent), Step::Sent, number);
    step(boundary, at(command.doorbell), Step::Doorbell, number);
    step(boundary, at(command.word), Step::Completed, number);
    if (command.interrupt) step(boundary, at(*command.interrupt), Step::Raised, number);
    if (command.handler) {
      step(below(kGuestTracks, kInterruptTrack), guest_.entries[*command.handler].time, Step::Handled, number);
    }
    if (slept) step(mine, *command.woken, Step::Woken, number);
    if (command.returned) step(mine, *command.returned, Step::Returned, number);
  }

  /// What is no command's.
  void boundary() {
    for (const Moment& moment : moments_) {
      const Nanoseconds time = clock_.guest(moment.host);
      if (time < first_ || time > last_) continue;
      const bool request = moment.kind == MomentKind::Request;
      if (!request && moment.kind != MomentKind::Response && moment.kind != MomentKind::MailboxInterrupt) continue;
      std::string name = "mailbox interrupt raised";
      if (moment.kind != MomentKind::MailboxInterrupt) {
        name = fmt::format("{} {} {:#x}", request ? "request" : "response", moment.text, moment.number);
      }
      timeline_.instant(timeline_.track(below(kBoundaryTracks, moment.function)), time, name,
                        moment.kind == MomentKind::MailboxInterrupt ? 0 : message_flow(moment.function, moment.number));
    }
  }

  /// The command to which a slice of the device belongs: a packet of its queue, while it runs.
  [[nodiscard]] std::uint64_t packet_flow(const trace::ReadEvent& event) const {
    const auto after = std::ranges::upper_bound(
        commands_, event.time, {}, [&](const Command& command) { return moments_[command.doorbell].time_ps; });
    for (auto at = after; at != commands_.begin();) {
      --at;
      if (moments_[at->word].time_ps < event.time) break;
      const std::string prefix = fmt::format("{} context {} ", at->function, at->context);
      if (device_.name(event).starts_with(prefix)) return flow_of(static_cast<std::size_t>(at - commands_.begin()));
    }
    return event.flow;
  }

  void device(const DeviceTime& time) {
    struct Line {
      Timeline::Track track = 0;
      bool packets = false;
      bool made = false;
      unsigned hidden = 0;  ///< Slices that began before the guest's trace.
      unsigned open = 0;
    };
    std::map<std::uint64_t, Line> lines;
    std::set<std::string> taken;
    for (const trace::ReadEvent& event : device_.events) {
      Line& line = lines[event.track];
      const bool begins = event.kind != trace::ReadKind::End;
      const Nanoseconds moment = begins ? time.begin(event.time) : time.end(event.time);
      if (!begins && line.hidden != 0 && line.open == 0) {
        --line.hidden;
        continue;
      }
      if (begins && (moment < first_ || moment > last_)) {
        // Ends come in reverse order, so that hidden ones are all within or all around.
        if (event.kind == trace::ReadKind::Begin) ++line.hidden;
        continue;
      }
      if (!line.made) {
        line.made = true;
        const std::string path = device_.path(event.track);
        line.packets = path.ends_with("/packets");
        const std::string place = below(kDeviceTracks, path);
        const bool counter = device_.tracks.at(event.track).counter;
        line.track = taken.insert(path).second ? timeline_.track(place, counter) : timeline_.add_track(place, counter);
      }
      switch (event.kind) {
        case trace::ReadKind::Begin:
          ++line.open;
          timeline_.begin(line.track, moment, device_.name(event), line.packets ? packet_flow(event) : event.flow);
          break;
        case trace::ReadKind::End:
          --line.open;
          timeline_.end(line.track, moment);
          break;
        case trace::ReadKind::Instant:
          timeline_.instant(line.track, moment, device_.name(event), event.flow);
          break;
        case trace::ReadKind::Count:
          timeline_.count(line.track, moment, event.value);
          break;
      }
    }
  }

  struct Lane {
    Timeline::Track track = 0;
    Nanoseconds end = 0;
  };

  const GuestRecord& guest_;
  const std::vector<Moment>& moments_;
  const trace::ReadTrace& device_;
  Nanoseconds first_ = 0;
  Nanoseconds last_ = 0;
  ClockMap clock_;
  std::vector<Command> commands_;
  std::map<std::uint32_t, std::vector<StateChange>> states_;
  std::map<std::uint32_t, std::vector<Lane>> lanes_;  ///< By thread.
  Timeline timeline_;
};

}  // namespace

Merged merge(const GuestRecord& guest, const std::vector<Moment>& moments, const trace::ReadTrace& device,
             std::ostream& out) {
  return Merger(guest, moments, device).run(out);
}

}  // namespace aie4::profile
