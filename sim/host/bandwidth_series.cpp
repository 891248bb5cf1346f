// SPDX-License-Identifier: Apache-2.0
#include "sim/host/bandwidth_series.hpp"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <string_view>

#include <nlohmann/json.hpp>

namespace aie4::host {
namespace {

constexpr std::string_view kHostMemory = "NoC and DDR";

/// value * part / whole, for part <= whole, without overflow; not exact for long wholes.
std::uint64_t share(std::uint64_t value, std::uint64_t part, std::uint64_t whole) {
  const int excess = std::max(0, static_cast<int>(std::bit_width(whole)) - 31);
  whole >>= excess;
  part >>= excess;
  return value / whole * part + value % whole * part / whole;
}

/// Puts bytes into the windows that lie between two times, in proportion.
void spread(std::vector<std::uint64_t>& windows, std::uint64_t bytes, std::uint64_t begin_ps, std::uint64_t end_ps,
            std::uint64_t window_ps) {
  std::size_t window = begin_ps / window_ps;
  while (end_ps > (window + 1) * window_ps) {
    const std::uint64_t edge = (window + 1) * window_ps;
    const std::uint64_t now = share(bytes, edge - begin_ps, end_ps - begin_ps);
    if (windows.size() <= window) windows.resize(window + 1);
    windows[window++] += now;
    bytes -= now;
    begin_ps = edge;
  }
  if (windows.size() <= window) windows.resize(window + 1);
  windows[window] += bytes;
}

/// "column 0/shim tile 0/DMA/MM2S_1" -> "shim tiles MM2S"; empty for what is no part of any series.
std::string group_of(std::string_view name) {
  if (name == kHostMemory) return std::string(name);
  for (const std::string_view kind : {"shim", "memory", "compute"}) {
    if (name.find(fmt::format("/{} tile ", kind)) == std::string_view::npos) continue;
    for (const std::string_view direction : {"MM2S", "S2MM"}) {
      if (name.find(fmt::format("/DMA/{}", direction)) != std::string_view::npos) {
        return fmt::format("{} tiles {}", kind, direction);
      }
    }
  }
  return "";
}

}  // namespace

std::uint64_t BandwidthSeries::Group::total() const {
  std::uint64_t sum = 0;
  for (const ResourceUse* use : members) sum += use->bytes;
  return sum;
}

BandwidthSeries::BandwidthSeries(const ResourceRegistry& registry, std::uint64_t now_ps)
    : began_ps_(now_ps), next_ps_(now_ps + kFirstBinPs) {
  for (const ResourceUse& use : registry.rows()) {
    const std::string name = group_of(use.name);
    if (name.empty()) continue;
    auto group = std::ranges::find_if(groups_, [&name](const Group& each) { return each.row.name == name; });
    if (group == groups_.end()) {
      group = groups_.emplace(groups_.end());
      group->row = {name, {0}};
      group->serial = name == kHostMemory;
      group->busy_before_ps = use.busy.value();
    }
    group->members.push_back(&use);
  }
  for (Group& group : groups_) group.before = group.total();
}

void BandwidthSeries::account(Group& group) const {
  const std::uint64_t total = group.total();
  const std::uint64_t bytes = total - group.before;
  group.before = total;
  if (!group.serial) {
    if (group.row.bytes.size() <= open_) group.row.bytes.resize(open_ + 1);
    group.row.bytes[open_] += bytes;
    return;
  }
  const std::uint64_t busy = group.members.front()->busy.value();
  const std::uint64_t begin = std::max<std::uint64_t>(group.free_ps, open_ * bin_ps_);
  group.free_ps = begin + (busy - group.busy_before_ps);
  group.busy_before_ps = busy;
  spread(group.row.bytes, bytes, begin, group.free_ps, bin_ps_);
}

void BandwidthSeries::take(std::uint64_t now_ps) {
  for (Group& group : groups_) account(group);
  while ((now_ps - began_ps_) / bin_ps_ >= kBins) halve();
  open_ = (now_ps - began_ps_) / bin_ps_;
  next_ps_ = began_ps_ + (open_ + 1) * bin_ps_;
}

void BandwidthSeries::halve() {
  bin_ps_ *= 2;
  for (Group& group : groups_) {
    std::vector<std::uint64_t>& bytes = group.row.bytes;
    const std::size_t pairs = (bytes.size() + 1) / 2;
    for (std::size_t i = 0; i < pairs; ++i) {
      bytes[i] = bytes[2 * i] + (2 * i + 1 < bytes.size() ? bytes[2 * i + 1] : 0);
    }
    bytes.resize(pairs);
  }
}

BandwidthReport BandwidthSeries::report() const {
  BandwidthReport result{.bin_ps = bin_ps_, .rows = {}};
  for (Group group : groups_) {
    account(group);
    std::vector<std::uint64_t>& bytes = group.row.bytes;
    // What was booked may end after the run; the windows of all rows are the same.
    for (; bytes.size() > open_ + 1; bytes.pop_back()) bytes[bytes.size() - 2] += bytes.back();
    bytes.resize(open_ + 1);
    if (std::ranges::any_of(bytes, [](std::uint64_t count) { return count != 0; })) {
      result.rows.push_back(std::move(group.row));
    }
  }
  return result;
}

nlohmann::ordered_json to_json(const BandwidthReport& report) {
  nlohmann::ordered_json bytes = nlohmann::ordered_json::object();
  for (const BandwidthReport::Row& row : report.rows) bytes[row.name] = row.bytes;
  return {{"bin_ps", report.bin_ps}, {"bytes", std::move(bytes)}};
}

}  // namespace aie4::host
