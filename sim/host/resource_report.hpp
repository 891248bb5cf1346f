// SPDX-License-Identifier: Apache-2.0
// What the resources of the device did between two moments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/common/resource_use.hpp"

namespace aie4::host {

struct ResourceReport {
  std::uint64_t duration_ps = 0;
  std::vector<ResourceUse> resources;  ///< All of them, in order of construction.
};

/// Adds what happened in `part`, `times` times over, to `sum`. Both are of one registry, `part` not of an earlier time.
void accumulate(ResourceReport& sum, const ResourceReport& part, std::uint64_t times);

/// Takes the difference of two looks at the same registry, which may have grown meanwhile.
class ResourceMeter {
 public:
  ResourceMeter(const ResourceRegistry& registry, std::uint64_t now_ps);
  [[nodiscard]] ResourceReport report(std::uint64_t now_ps) const;

 private:
  const ResourceRegistry& registry_;
  std::vector<ResourceUse> before_;
  std::uint64_t began_ps_;
};

/// For people: those that were busy longest, and those that waited longest. 120 columns at most; empty if nothing
/// happened. What waits for the host has nothing to do, and does not count as waiting.
[[nodiscard]] std::string to_text(const ResourceReport& report);
/// For machines: one object for each resource, times in picoseconds.
[[nodiscard]] nlohmann::ordered_json to_json(const ResourceReport& report);

}  // namespace aie4::host
