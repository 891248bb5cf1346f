// SPDX-License-Identifier: Apache-2.0
// What the server needs of the machine that it serves.
#pragma once

#include <string>
#include <vector>

#include "sim/pci/function.hpp"

namespace aie4::vfio_user {

/// The simulated machine, as its only caller sees it. All calls from the thread that runs the server.
class DeviceHost {
 public:
  virtual ~DeviceHost() = default;
  /// In the order of the sockets.
  virtual std::vector<pci::PciFunction*> functions() = 0;
  /// Completes what is due at the present instant.
  virtual void settle() = 0;
  /// Runs at most `max_steps` instants. Returns busy().
  virtual bool run_steps(unsigned max_steps) = 0;
  [[nodiscard]] virtual bool busy() const = 0;
  [[nodiscard]] virtual std::vector<std::string> hang_report() const = 0;
};

}  // namespace aie4::vfio_user
