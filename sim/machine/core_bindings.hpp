// SPDX-License-Identifier: Apache-2.0
// What stands in for program memories that hold no core program: behaviours by SHA-256.
#pragma once

#include <map>
#include <string>

#include "models/compute/core/core_library.hpp"

namespace aie4 {

/// Knows the digest of everything, and what is bound to some.
class CoreBindings : public compute::CoreLibrary {
 public:
  /// `digest`: SHA-256 of all 32 KiB of program memory, lower-case hexadecimal. False: it is bound already.
  bool bind(const std::string& digest, compute::CoreImage image);

  [[nodiscard]] Entry identify(std::span<const std::byte> memory) const override;

 private:
  std::map<std::string, compute::CoreImage> images_;
};

}  // namespace aie4
