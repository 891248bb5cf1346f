// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace aie4::workload {

/// What was asked for cannot be made into a program. One line: what was expected, what came, the nearest valid choice.
class WorkloadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace aie4::workload
