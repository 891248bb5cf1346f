// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/device_stages.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace aie4::profile {
namespace {

enum class Kind : std::uint8_t { None, Core, Memory, Dma, Uc, Firmware };

Kind kind_of(std::string_view path) {
  if (path == "NoC and DDR") return Kind::Memory;
  if (path == "MPNPU") return Kind::Firmware;
  if (path.ends_with("/core")) return Kind::Core;
  if (path.find("/DMA/") != std::string_view::npos) return Kind::Dma;
  if (path.starts_with("uc") && path.find_first_of(" /") == std::string_view::npos) return Kind::Uc;
  return Kind::None;
}

/// What a slice on a track says while nothing within it does.
std::optional<Stage> stage_of(Kind kind, std::string_view slice, std::size_t depth) {
  switch (kind) {
    case Kind::None:
      return std::nullopt;
    case Kind::Core:
      // Beside kernels there are stalls.
      return slice.starts_with("kernel ") ? std::optional(Stage::Compute) : std::nullopt;
    case Kind::Memory:
      return Stage::Memory;
    case Kind::Firmware:
      return Stage::Firmware;
    case Kind::Dma:
      // Within a descriptor's slice are those of what it waits for.
      return depth == 1 ? std::optional(Stage::Dma) : std::nullopt;
    case Kind::Uc:
      if (slice.starts_with("read of host memory") || slice.starts_with("write of host memory")) return Stage::Memory;
      if (slice.starts_with("execution of control code") || slice.starts_with("uC-DMA chain") ||
          slice.starts_with("poll of")) {
        return Stage::Uc;
      }
      return Stage::Firmware;
  }
  return std::nullopt;
}

}  // namespace

DeviceStages::DeviceStages(const trace::ReadTrace& trace) {
  std::map<std::uint64_t, Kind> kinds;
  for (const auto& [uuid, track] : trace.tracks) kinds[uuid] = kind_of(trace.path(uuid));
  std::map<std::uint64_t, std::vector<std::uint32_t>> open;
  std::array<unsigned, kStages> busy{};
  const auto count = [&](std::uint64_t track, int step) {
    const std::vector<std::uint32_t>& stack = open[track];
    if (stack.empty()) return;
    const auto stage = stage_of(kinds[track], trace.names.at(stack.back()), stack.size());
    if (stage) busy.at(static_cast<std::size_t>(*stage)) += static_cast<unsigned>(step);
  };
  for (std::size_t i = 0; i < trace.events.size(); ++i) {
    const trace::ReadEvent& event = trace.events[i];
    if (event.kind == trace::ReadKind::Begin || event.kind == trace::ReadKind::End) {
      count(event.track, -1);
      if (event.kind == trace::ReadKind::Begin) {
        open[event.track].push_back(event.name);
      } else {
        open[event.track].pop_back();
      }
      count(event.track, 1);
    }
    if (i + 1 < trace.events.size() && trace.events[i + 1].time == event.time) continue;
    Stage stage = Stage::Device;
    for (const Stage first : {Stage::Firmware, Stage::Uc, Stage::Dma, Stage::Memory, Stage::Compute}) {
      if (busy.at(static_cast<std::size_t>(first)) != 0) stage = first;
    }
    if (changes_.empty() || changes_.back().stage != stage) changes_.push_back({event.time, stage});
  }
}

std::vector<StageSpan> DeviceStages::spans(std::uint64_t begin_ps, std::uint64_t end_ps, const DeviceTime& time) const {
  std::vector<StageSpan> spans;
  auto next = std::ranges::upper_bound(changes_, begin_ps, {}, &Change::ps);
  Stage stage = next == changes_.begin() ? Stage::Device : std::prev(next)->stage;
  std::uint64_t from = begin_ps;
  Nanoseconds begin = time.begin(begin_ps);
  while (from < end_ps) {
    const std::uint64_t to = next == changes_.end() ? end_ps : std::min(next->ps, end_ps);
    const Nanoseconds end = to == end_ps ? time.end(to) : time.begin(to);
    spans.push_back({begin, end, stage, to - from});
    from = to;
    begin = end;
    if (next != changes_.end()) stage = (next++)->stage;
  }
  return spans;
}

}  // namespace aie4::profile
