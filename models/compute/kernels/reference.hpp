// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace aie4::compute {

/// The text of docs/kernels.md.
[[nodiscard]] std::string kernel_reference();

}  // namespace aie4::compute
