// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/breakdown.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace aie4::workload {
namespace {

using Predicate = std::function<bool(std::string_view name)>;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool is_core(std::string_view name) {
  return name.ends_with("/core");
}
bool is_shim_dma(std::string_view name) {
  return contains(name, "shim/DMA/");
}
bool is_tile_dma(std::string_view name) {
  return contains(name, "/DMA/") && !is_shim_dma(name);
}
bool is_memory(std::string_view name) {
  return name == "NoC and DDR";
}
bool is_control(std::string_view name) {
  return name.starts_with("uc");
}

double seconds_share(const sc_core::sc_time& time, std::uint64_t duration_ps) {
  return duration_ps == 0 ? 0 : static_cast<double>(time.value()) / static_cast<double>(duration_ps);
}

}  // namespace

Breakdown break_down(const host::ResourceReport& report) {
  Breakdown result{.duration_ps = report.duration_ps};
  const auto part = [&](std::string name, const Predicate& of) {
    Breakdown::Part found{.name = std::move(name)};
    for (const ResourceUse& use : report.resources) {
      const double share = seconds_share(use.busy, report.duration_ps);
      if (of(use.name) && share > found.share) {
        found.share = share;
        found.busiest = use.name;
      }
    }
    result.parts.push_back(std::move(found));
  };
  part("compute", is_core);
  part("tile DMA", is_tile_dma);
  part("shim DMA", is_shim_dma);
  part("DDR", is_memory);
  part("control", is_control);

  for (const ResourceUse& use : report.resources) {
    if (!is_core(use.name) || use.operations == 0) continue;
    ++result.cores;
    result.compute += seconds_share(use.busy, report.duration_ps);
    for (const sc_core::sc_time& stalled : use.stalled) result.waiting += seconds_share(stalled, report.duration_ps);
  }
  if (result.cores != 0) {
    result.compute /= result.cores;
    result.waiting /= result.cores;
  }
  const auto most = std::ranges::max_element(result.parts, {}, &Breakdown::Part::share);
  constexpr double kBusy = 0.5;
  result.bound = most->share < kBusy ? "latency" : most->name;
  return result;
}

}  // namespace aie4::workload
