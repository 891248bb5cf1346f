// SPDX-License-Identifier: Apache-2.0
// The options with which several sub-commands take a configuration.
#pragma once

#include <string>
#include <vector>

#include "models/npu/configuration.hpp"

namespace CLI {
class App;
}

namespace aie4::cli {

struct ConfigurationOptions {
  std::string preset;
  std::string file;
  std::vector<std::string> settings;
  std::vector<std::string> faults;
  std::string identity;

  /// Adds --preset, --config, --set, --fault and --identity.
  void add_to(CLI::App& command);
  /// Applies the preset, the file, then --set and --identity, then --fault. Does not check whether the parts fit
  /// together; throws config::ConfigurationError.
  [[nodiscard]] Configuration apply(const Configuration& base = {}) const;
};

}  // namespace aie4::cli
