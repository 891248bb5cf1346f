// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/report.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <optional>

#include "sim/profile/error.hpp"
#include "sim/profile/steps.hpp"

namespace aie4::profile {
namespace {

/// "uC (120000 ps simulated)"
std::optional<Stage> parse_stage(std::string_view name, std::uint64_t& simulated_ps) {
  const std::size_t parenthesis = name.find(" (");
  simulated_ps = 0;
  if (parenthesis != std::string_view::npos) {
    const std::string_view number = name.substr(parenthesis + 2);
    if (std::from_chars(number.data(), number.data() + number.size(), simulated_ps).ec != std::errc())
      return std::nullopt;
  }
  return find_stage(name.substr(0, parenthesis));
}

class Reporter {
 public:
  explicit Reporter(const trace::ReadTrace& trace) : trace_(trace) {
    const std::string prefix = fmt::format("{}/", kCommandTracks);
    for (const auto& [uuid, track] : trace.tracks) {
      const std::string path = trace.path(uuid);
      known_ = known_ || path == kCommandTracks;
      if (path.starts_with(prefix)) threads_[uuid] = path.substr(prefix.size());
    }
  }

  Report run() {
    if (!known_) {
      throw ProfileError(fmt::format(
          "expected a timeline of aie4sim guest --profile, came a trace without the track \"{}\"", kCommandTracks));
    }
    for (const trace::ReadEvent& event : trace_.events) {
      if (const auto thread = threads_.find(event.track); thread != threads_.end()) {
        on_thread(event, thread->second);
      } else if ((event.flow & kCommandFlow) != 0 && event.kind == trace::ReadKind::Instant) {
        const auto name = std::ranges::find(kStepNames, trace_.name(event));
        if (name != kStepNames.end())
          steps_[event.flow][static_cast<std::size_t>(name - kStepNames.begin())] = event.time;
      }
    }
    std::ranges::stable_sort(report_.commands, {}, &CommandTimes::begin);
    check_order();
    check_sums();
    return std::move(report_);
  }

 private:
  using Steps = std::array<std::optional<std::uint64_t>, kSteps>;
  struct Open {
    std::uint64_t begin = 0;
    std::uint32_t name = 0;
  };

  void on_thread(const trace::ReadEvent& event, const std::string& thread) {
    std::vector<Open>& open = open_[event.track];
    if (event.kind == trace::ReadKind::Instant && thread == kNotesTrack) report_.notes.push_back(trace_.name(event));
    if (event.kind == trace::ReadKind::Begin) {
      open.push_back({event.time, event.name});
      if (open.size() == 1) {
        current_[event.track] = {.name = trace_.name(event), .thread = thread, .begin = event.time};
      }
    }
    if (event.kind != trace::ReadKind::End) return;
    const Open slice = open.back();
    open.pop_back();
    CommandTimes& command = current_[event.track];
    if (open.empty()) {
      command.duration = event.time - slice.begin;
      report_.commands.push_back(command);
    } else if (open.size() == 1) {
      std::uint64_t simulated_ps = 0;
      const auto stage = parse_stage(trace_.names.at(slice.name), simulated_ps);
      if (!stage) {
        throw ProfileError(fmt::format("expected a stage of a command, came \"{}\"", trace_.names.at(slice.name)));
      }
      command.stages.at(static_cast<std::size_t>(*stage)) += event.time - slice.begin;
      command.simulated_ps.at(static_cast<std::size_t>(*stage)) += simulated_ps;
    }
  }

  static std::string_view name(Step step) { return kStepNames.at(static_cast<std::size_t>(step)); }

  void check_order() {
    if (steps_.size() != report_.commands.size()) {
      report_.violations.push_back(
          fmt::format("{} commands, but the steps of {}", report_.commands.size(), steps_.size()));
    }
    for (const auto& [flow, steps] : steps_) {
      const std::uint64_t number = (flow & ~kCommandFlow) - 1;
      for (const Step needed : {Step::Doorbell, Step::Completed}) {
        if (!steps.at(static_cast<std::size_t>(needed))) {
          report_.violations.push_back(fmt::format("command {}: no {}", number, name(needed)));
        }
      }
      if (!steps.at(static_cast<std::size_t>(Step::Returned))) ++report_.unreturned;
      for (const auto& [cause, effect] : kCausal) {
        const auto first = steps.at(static_cast<std::size_t>(cause));
        const auto second = steps.at(static_cast<std::size_t>(effect));
        if (first && second && *second < *first) {
          report_.violations.push_back(fmt::format("command {}: \"{}\" {:.3f} us before \"{}\", its cause", number,
                                                   name(effect), static_cast<double>(*first - *second) / 1000,
                                                   name(cause)));
        }
      }
    }
  }

  void check_sums() {
    for (const CommandTimes& command : report_.commands) {
      const std::uint64_t named = command.sum() - command.stages.at(static_cast<std::size_t>(Stage::Unattributed));
      const std::uint64_t missing = command.duration > named ? command.duration - named : named - command.duration;
      if (missing > command.duration / 50) {
        report_.gaps.push_back(fmt::format("{}: {} of {} ns are attributed", command.name, named, command.duration));
      }
    }
  }

  const trace::ReadTrace& trace_;
  bool known_ = false;
  std::map<std::uint64_t, std::string> threads_;
  std::map<std::uint64_t, std::vector<Open>> open_;
  std::map<std::uint64_t, CommandTimes> current_;
  std::map<std::uint64_t, Steps> steps_;
  Report report_;
};

}  // namespace

std::uint64_t CommandTimes::sum() const {
  return std::accumulate(stages.begin(), stages.end(), std::uint64_t{0});
}

Report report(const trace::ReadTrace& trace) {
  return Reporter(trace).run();
}

}  // namespace aie4::profile
