// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace aie4::workload {

/// What planners are told about how to use the machine.
struct MachineShape {
  unsigned columns = 3;  ///< Of the array, that programs may use.
  bool double_buffer = true;
  bool overlap = true;
  bool one_controller = false;  ///< One uC drives all columns; otherwise each column has its own.
};

}  // namespace aie4::workload
