// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/stages.hpp"

#include <algorithm>
#include <cmath>

namespace aie4::profile {
namespace {

constexpr std::array<std::string_view, kStages> kNames = {
    "user",    "driver",         "PCI",       "firmware", "uC",    "DMA",         "memory",
    "compute", "device signals", "interrupt", "wake-up",  "other", "unattributed"};

class Divider {
 public:
  explicit Divider(Nanoseconds start) : at_(start) {}

  /// Everything up to `end` that is not given yet.
  void give(Nanoseconds end, Stage stage, std::uint64_t simulated_ps = 0) {
    if (end <= at_) {
      // What a device did in no time of the guest's is still what it did.
      if (!spans_.empty() && spans_.back().stage == stage) spans_.back().simulated_ps += simulated_ps;
      return;
    }
    if (!spans_.empty() && spans_.back().stage == stage) {
      spans_.back().end = end;
      spans_.back().simulated_ps += simulated_ps;
    } else {
      spans_.push_back({at_, end, stage, simulated_ps});
    }
    at_ = end;
  }

  template <typename StageOf>
  void give_thread(Nanoseconds end, const std::vector<StateChange>& thread, StageOf stage_of) {
    auto next = std::ranges::upper_bound(thread, at_, {}, &StateChange::time);
    ThreadState state = next == thread.begin() ? ThreadState::Unknown : std::prev(next)->state;
    for (; at_ < end; ++next) {
      const bool last = next == thread.end() || next->time >= end;
      give(last ? end : next->time, stage_of(state));
      if (last) return;
      state = next->state;
    }
  }

  void give_device(Nanoseconds end, std::span<const StageSpan> device) {
    for (const StageSpan& span : device) {
      const Nanoseconds until = std::min(span.end, end);
      const auto whole = static_cast<double>(span.end - span.begin);
      const double part = whole > 0 ? static_cast<double>(until - std::max(at_, span.begin)) / whole : 1;
      if (span.begin > end || part < 0) continue;
      const double simulated = std::min(part, 1.0) * static_cast<double>(span.simulated_ps);
      give(until, span.stage, static_cast<std::uint64_t>(std::llround(simulated)));
    }
    give(end, Stage::Device);
  }

  [[nodiscard]] Nanoseconds at() const { return at_; }
  std::vector<StageSpan> take() { return std::move(spans_); }

 private:
  Nanoseconds at_;
  std::vector<StageSpan> spans_;
};

Stage before_device(ThreadState state) {
  switch (state) {
    case ThreadState::User:
      return Stage::User;
    case ThreadState::Driver:
      return Stage::Driver;
    case ThreadState::Interrupted:
      return Stage::Interrupt;
    case ThreadState::Asleep:
    case ThreadState::Runnable:
      return Stage::Other;
    case ThreadState::Unknown:
      return Stage::Unattributed;
  }
  return Stage::Unattributed;
}

Stage after_handler(ThreadState state) {
  const Stage stage = before_device(state);
  return stage == Stage::Other ? Stage::WakeUp : stage;
}

/// A thread that sleeps does not yet know that there is something to handle.
Stage before_handler(ThreadState state) {
  const Stage stage = before_device(state);
  return stage == Stage::Other ? Stage::Interrupt : stage;
}

}  // namespace

std::string_view to_string(Stage stage) {
  return kNames.at(static_cast<std::size_t>(stage));
}

std::optional<Stage> find_stage(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Stage>(found - kNames.begin());
}

std::vector<StageSpan> divide(const Passage& passage, const std::vector<StateChange>& thread,
                              std::span<const StageSpan> device) {
  const Nanoseconds returned = std::max(passage.start, passage.returned);
  const auto within = [&](Nanoseconds time) { return std::min(time, returned); };
  Divider divider(passage.start);
  divider.give_thread(within(passage.sent), thread, before_device);
  divider.give(within(passage.arrived), Stage::Pci);
  if (passage.finished > divider.at()) divider.give_device(within(passage.finished), device);
  if (passage.handled) divider.give_thread(within(*passage.handled), thread, before_handler);
  divider.give_thread(returned, thread, after_handler);
  return divider.take();
}

}  // namespace aie4::profile
