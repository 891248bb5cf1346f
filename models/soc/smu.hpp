// SPDX-License-Identifier: Apache-2.0
// The system management unit as the PF's BAR5 shows it: power and clocks of the NPU.
// Source: amdxdna of Linux 7.3, SMU command sequence.
#pragma once

#include <cstdint>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>
#include <tlm>

#include "models/common/clock_domain.hpp"
#include "models/common/fault_plan.hpp"
#include "models/common/parameters.hpp"
#include "models/common/register_file.hpp"
#include "models/registers/smu.hpp"

namespace aie4 {

/// Executes a command when CMD is written (ARG and RESP are already there) and writes RESP after `smu.command_us`.
/// POWER_OFF succeeds when the NPU is already off. INTR is ignored: one driver generation writes it, another does not.
class Smu : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Smu> host;  ///< BAR5.
  RegisterFile registers;

  SC_HAS_PROCESS(Smu);
  Smu(sc_core::sc_module_name name, const Parameters& parameters, FaultPlan& faults, Diagnostics& diagnostics,
      ClockDomain& aie_clock, ClockDomain& npu_h_clock);

  /// Conventional reset of the PF: power off, registers to their reset values, a command in flight forgotten.
  void reset();
  [[nodiscard]] bool powered() const { return powered_; }
  sc_core::sc_event power_changed;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void finish();
  [[nodiscard]] registers::smu::Response execute(std::uint32_t command, std::uint32_t argument);
  void set_power(bool on);

  const Parameters& parameters_;
  FaultPlan& faults_;
  Diagnostics& diagnostics_;
  ClockDomain& aie_clock_;
  ClockDomain& npu_h_clock_;
  bool powered_ = false;
  bool busy_ = false;
  std::uint32_t command_ = 0;
  sc_core::sc_event done_;
};

}  // namespace aie4
