// SPDX-License-Identifier: Apache-2.0
// Combinations: what each value allows alone and the values together do not.
#include <fmt/format.h>

#include "sim/config/config.hpp"
#include "sim/config/settings.hpp"

namespace aie4::config {

void check(const Configuration& configuration, const std::string& where) {
  if (configuration.vfs > Configuration::kMaxVfs) {
    throw ConfigurationError(where, "functions.vfs", fmt::format("at most {}", Configuration::kMaxVfs),
                             fmt::format("{}", configuration.vfs));
  }
  if (!configuration.has_pf && configuration.vfs == 0) {
    throw ConfigurationError(where, "functions", "at least one function", "pf = false with vfs = 0");
  }
  if (!configuration.has_pf && configuration.vf_mode == VfMode::Sriov) {
    throw ConfigurationError(where, "functions.mode",
                             "\"static\" without a PF (SR-IOV functions are enabled through the PF)",
                             "\"sriov\" with pf = false");
  }
  static_cast<void>(get_value(configuration, "identity.pair"));  // throws for ids that no driver binds
  // Files and --set cannot get here with a value out of range; programs that fill in the structure can.
  for (const ParameterInfo& info : parameter_table()) {
    const std::uint64_t value = configuration.parameters.*info.member;
    if (value < info.minimum || value > info.maximum) {
      throw ConfigurationError(where, std::string(info.name), expected_range(info), fmt::format("{}", value));
    }
  }
}

}  // namespace aie4::config
