// SPDX-License-Identifier: Apache-2.0
// Who knows program memories that hold no core program.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "models/compute/core/core_image.hpp"

namespace aie4::compute {

/// Names the content of a program memory and may know what stands in for it. Injected: hashing is no business of a
/// model.
class CoreLibrary {
 public:
  struct Entry {
    std::string digest;              ///< SHA-256 of all of program memory, lower-case hexadecimal.
    std::optional<CoreImage> image;  ///< The behaviour that is bound to it, if one is.
  };

  virtual ~CoreLibrary() = default;
  /// `memory`: all 32 KiB.
  [[nodiscard]] virtual Entry identify(std::span<const std::byte> memory) const = 0;
};

}  // namespace aie4::compute
