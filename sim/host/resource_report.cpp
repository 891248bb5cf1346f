// SPDX-License-Identifier: Apache-2.0
#include "sim/host/resource_report.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace aie4::host {
namespace {

constexpr std::size_t kRows = 12;
constexpr std::size_t kNameWidth = 54;

std::uint64_t waited_ps(const ResourceUse& use) {
  std::uint64_t sum = 0;
  for (std::size_t reason = 0; reason < kWaitReasons; ++reason) {
    if (static_cast<WaitReason>(reason) != WaitReason::Host) sum += use.stalled[reason].value();
  }
  return sum;
}

std::string microseconds(std::uint64_t picoseconds) {
  return fmt::format("{:.3f}", static_cast<double>(picoseconds) / 1e6);
}

double share(std::uint64_t part_ps, std::uint64_t whole_ps) {
  return whole_ps == 0 ? 0 : static_cast<double>(part_ps) / static_cast<double>(whole_ps);
}

/// The resources with most of something, most first; those with nothing of it are left out.
template <typename Measure>
std::vector<const ResourceUse*> top(const ResourceReport& report, Measure measure) {
  std::vector<const ResourceUse*> rows;
  for (const ResourceUse& use : report.resources) {
    if (measure(use) != 0) rows.push_back(&use);
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, [&measure](const ResourceUse* use) { return measure(*use); });
  rows.resize(std::min(rows.size(), kRows));
  return rows;
}

std::string name_of(const ResourceUse& use) {
  if (use.name.size() <= kNameWidth) return use.name;
  return fmt::format("...{}", std::string_view(use.name).substr(use.name.size() - kNameWidth + 3));
}

/// "stream 1.200 us (40 %), lock 0.100 us (3 %)": the two reasons for which it waited longest.
std::string reasons(const ResourceUse& use, std::uint64_t duration_ps) {
  std::vector<std::size_t> order;
  for (std::size_t reason = 0; reason < kWaitReasons; ++reason) {
    if (static_cast<WaitReason>(reason) != WaitReason::Host && use.stalled[reason].value() != 0)
      order.push_back(reason);
  }
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&use](std::size_t reason) { return use.stalled[reason].value(); });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), 2); ++i) {
    const std::uint64_t time = use.stalled[order[i]].value();
    text += fmt::format("{}{} {} us ({:.0f} %)", i == 0 ? "" : ", ", to_string(static_cast<WaitReason>(order[i])),
                        microseconds(time), 100 * share(time, duration_ps));
  }
  return text;
}

}  // namespace

ResourceMeter::ResourceMeter(const ResourceRegistry& registry, std::uint64_t now_ps)
    : registry_(registry), before_(registry.rows().begin(), registry.rows().end()), began_ps_(now_ps) {}

ResourceReport ResourceMeter::report(std::uint64_t now_ps) const {
  ResourceReport result{.duration_ps = now_ps - began_ps_,
                        .resources = {registry_.rows().begin(), registry_.rows().end()}};
  for (std::size_t i = 0; i < before_.size(); ++i) {
    ResourceUse& use = result.resources[i];
    use.bytes -= before_[i].bytes;
    use.operations -= before_[i].operations;
    use.busy -= before_[i].busy;
    for (std::size_t reason = 0; reason < kWaitReasons; ++reason) use.stalled[reason] -= before_[i].stalled[reason];
  }
  return result;
}

void accumulate(ResourceReport& sum, const ResourceReport& part, std::uint64_t times) {
  const auto scaled = [times](const sc_core::sc_time& time) {
    return sc_core::sc_time::from_value(time.value() * times);
  };
  sum.duration_ps += part.duration_ps * times;
  for (std::size_t i = 0; i < part.resources.size(); ++i) {
    const ResourceUse& use = part.resources[i];
    if (i == sum.resources.size()) sum.resources.emplace_back().name = use.name;
    ResourceUse& total = sum.resources[i];
    total.bytes += use.bytes * times;
    total.operations += use.operations * times;
    total.busy += scaled(use.busy);
    for (std::size_t reason = 0; reason < kWaitReasons; ++reason) total.stalled[reason] += scaled(use.stalled[reason]);
  }
}

std::string to_text(const ResourceReport& report) {
  std::string text;
  if (const auto rows = top(report, [](const ResourceUse& use) { return use.busy.value(); }); !rows.empty()) {
    text += fmt::format("\n{:{}} {:>14} {:>11} {:>14} {:>8} {:>12}\n",
                        fmt::format("where {} us went: busy", microseconds(report.duration_ps)), kNameWidth, "bytes",
                        "operations", "busy us", "busy", "bytes/us");
    for (const ResourceUse* use : rows) {
      text +=
          fmt::format("{:{}} {:>14} {:>11} {:>14} {:>6.1f} % {:>12.0f}\n", name_of(*use), kNameWidth, use->bytes,
                      use->operations, microseconds(use->busy.value()),
                      100 * share(use->busy.value(), report.duration_ps), 1e6 * share(use->bytes, report.duration_ps));
    }
  }
  if (const auto rows = top(report, waited_ps); !rows.empty()) {
    text += fmt::format("\n{:{}} {}\n", "waiting", kNameWidth, "for");
    for (const ResourceUse* use : rows) {
      text += fmt::format("{:{}} {}\n", name_of(*use), kNameWidth, reasons(*use, report.duration_ps));
    }
  }
  return text;
}

nlohmann::ordered_json to_json(const ResourceReport& report) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ResourceUse& use : report.resources) {
    nlohmann::ordered_json stalled = nlohmann::ordered_json::object();
    for (std::size_t reason = 0; reason < kWaitReasons; ++reason) {
      if (use.stalled[reason].value() == 0) continue;
      stalled[std::string(to_string(static_cast<WaitReason>(reason)))] = use.stalled[reason].value();
    }
    rows.push_back({{"name", use.name},
                    {"bytes", use.bytes},
                    {"operations", use.operations},
                    {"busy_ps", use.busy.value()},
                    {"stalled_ps", std::move(stalled)},
                    {"utilisation", share(use.busy.value(), report.duration_ps)}});
  }
  return rows;
}

}  // namespace aie4::host
