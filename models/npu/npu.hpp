// SPDX-License-Identifier: Apache-2.0
// The whole device, built from a configuration: everything behind the PCI functions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <systemc>

#include "models/array/array.hpp"
#include "models/array/uc_tokens.hpp"
#include "models/common/clock_domain.hpp"
#include "models/common/diagnostics.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"
#include "models/common/wait_registry.hpp"
#include "models/npu/configuration.hpp"
#include "models/soc/function_unit.hpp"
#include "models/soc/management_controller.hpp"
#include "models/soc/microcontroller.hpp"
#include "models/soc/noc.hpp"
#include "models/soc/psp.hpp"
#include "models/soc/smu.hpp"

namespace aie4 {

/// One NPU. Function 0 is the PF if there is one; the VFs follow.
///
/// Without a PF nobody drives PSP and SMU, so the device powers up with its firmware running, as behind a hypervisor
/// that owns the PF.
class Npu : public sc_core::sc_module {
 public:
  WaitRegistry waits;
  ResourceRegistry resources;
  ClockDomain aie_clock;
  ClockDomain npu_h_clock;
  Noc noc;                   ///< `noc.upstream[f]`: host memory as function f sees it.
  std::unique_ptr<Smu> smu;  ///< PF only: BAR5.
  std::unique_ptr<Psp> psp;  ///< PF only: BAR4.
  ManagementController mpnpu;
  array::Array array;
  std::vector<std::unique_ptr<FunctionUnit>> functions;
  std::vector<std::unique_ptr<Microcontroller>> microcontrollers;
  std::vector<std::unique_ptr<array::UcTokens>> tokens;  ///< By microcontroller.

  SC_HAS_PROCESS(Npu);
  /// `images` are what PF-less devices boot from. Configuration, faults, diagnostics and `probe` outlive the NPU.
  Npu(sc_core::sc_module_name name, const Configuration& configuration, FaultPlan& faults, Diagnostics& diagnostics,
      const FirmwareSet& firmware, std::vector<std::byte> management_image, std::vector<std::byte> cert_image,
      Probe* probe = nullptr);

  /// Conventional reset of function `index`; of the PF: of the whole device, firmware included.
  void reset_function(unsigned index);
  /// FLR: the firmware stays and brings the function back by itself.
  void function_level_reset(unsigned index) { functions.at(index)->reset(); }
  /// "pf", "vf0", ...
  [[nodiscard]] static std::string function_name(const Configuration& configuration, unsigned index);

 private:
  void observe(Probe* probe);
  void power_changed();
  void boot_without_pf();
  void stop_firmware();

  const Configuration& configuration_;
  std::vector<std::byte> management_image_;
  std::vector<std::byte> cert_image_;
};

}  // namespace aie4
