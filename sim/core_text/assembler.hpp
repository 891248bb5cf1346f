// SPDX-License-Identifier: Apache-2.0
// Core programs from their text form. Grammar: docs/core-programs.md.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "models/compute/core/core_program.hpp"

namespace aie4::core_text {

/// "gemm.core:7: expected a ring, came d (nearest: a)".
class AssemblyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Any text. `file`: what errors call it. What comes out passes check() and calls kernels as the catalogue allows, as
/// far as that can be said before it runs. Throws AssemblyError.
[[nodiscard]] compute::CoreProgram assemble(std::string_view text, std::string_view file);

}  // namespace aie4::core_text
