// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace aie4::workload {

/// What planners are told about how to use the machine.
struct MachineShape {
  unsigned columns = 3;
  bool double_buffer = true;
  bool overlap = true;
};

}  // namespace aie4::workload
