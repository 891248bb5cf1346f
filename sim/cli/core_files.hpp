// SPDX-License-Identifier: Apache-2.0
// Core programs in files, as text or as images, and --bind.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/compute/core/core_image.hpp"
#include "models/npu/configuration.hpp"
#include "sim/machine/core_bindings.hpp"

namespace CLI {
class App;
}

namespace aie4::cli {

/// A text is assembled, an image decoded; an error names file and line, or file and PC. Throws UsageError, Failure.
[[nodiscard]] compute::CoreImage read_core(const std::filesystem::path& path);

/// --bind SHA=FILE, repeatable.
class BindOptions {
 public:
  void add_to(CLI::App& command);
  /// The configuration refers to what these options hold.
  void apply(Configuration& configuration);

 private:
  std::vector<std::string> bindings_;
  CoreBindings library_;
};

}  // namespace aie4::cli
