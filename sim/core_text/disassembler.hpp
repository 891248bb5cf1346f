// SPDX-License-Identifier: Apache-2.0
// Core programs as text.
#pragma once

#include <string>

#include "models/compute/core/core_image.hpp"

namespace aie4::core_text {

/// What `assemble` makes the same image of, if the catalogue has its kernels; the PC of each instruction is a comment.
[[nodiscard]] std::string disassemble(const compute::CoreImage& image);

}  // namespace aie4::core_text
