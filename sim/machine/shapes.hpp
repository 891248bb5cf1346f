// SPDX-License-Identifier: Apache-2.0
// The PCI shape of each function of a configuration.
#pragma once

#include <vector>

#include "models/npu/configuration.hpp"
#include "sim/pci/shape.hpp"

namespace aie4 {

/// PF first (if there is one), then the VFs. BAR0 (mailbox registers and MSI-X) and BAR2 (SRAM) are 64-bit, as the gaps
/// in the driver's use of BAR indices suggest; BAR4 (PSP) and BAR5 (SMU) are 32-bit and the PF's alone.
[[nodiscard]] std::vector<pci::FunctionShape> function_shapes(const Configuration& configuration);

}  // namespace aie4
